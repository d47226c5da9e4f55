"""Whatever a stack file holds, it is either a complete setting or a list of clear messages."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.config.load import parse
from components.config.settings import Settings
from components.contract.errors import ConfigurationError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)
KEYS = [str(field.alias) for field in Settings.model_fields.values()]
WORDS = st.sampled_from(
    ["managed", "in-cluster", "existing", "none", "dev", "production", "small", "postgres"]
)
BLOCKS = st.dictionaries(st.sampled_from(["from", "kind", "size", "profile", "host"]), WORDS, max_size=3)
SOURCES = (
    "lockStore",
    "trackerStore",
    "eventBroker",
    "modelStorage",
    "secretsManager",
    "cluster",
    "nlgServer",
)
PLAUSIBLE: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "cloud": st.sampled_from(["aws", "azure", "gcp", "none"]),
        "region": st.sampled_from(["eu-central-1", "us-west-1", "westeurope"]),
        "profile": st.sampled_from(["dev", "production"]),
        "assistant": st.fixed_dictionaries({"model": st.sampled_from(["m1", "latest"])}),
        "license": st.just("x"),
    },
    optional=dict.fromkeys(SOURCES, BLOCKS),
)


def settings_or_problems(raw: dict[str, Any]) -> None:
    """A `ConfigurationError` is one of the two right answers; anything else is a traceback for a user."""
    with suppress(ConfigurationError):
        parse(raw, secret_keys=frozenset(KEYS), stack="aws-dev")


ANY = st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=10), JSON, max_size=8)


@settings(max_examples=25)
@given(ANY)
def test_any_json(raw: dict[str, Any]) -> None:
    settings_or_problems(raw)


@pytest.mark.slow
@given(ANY)
def test_more_json(raw: dict[str, Any]) -> None:
    settings_or_problems(raw)


@given(PLAUSIBLE)
def test_any_combination_of_sources(raw: dict[str, Any]) -> None:
    settings_or_problems(raw)
