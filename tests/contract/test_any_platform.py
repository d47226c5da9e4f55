"""Any plausible stack file is either a graph, the same in preview and update, or a list of clear problems."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.errors import ConfigurationError
from tests.contract.test_connections import ASKED_FOR, KINDS, REGION
from tests.stacks import PLANTED, record_config

SIZED = st.fixed_dictionaries(
    {},
    optional={
        "size": st.sampled_from(["small", "medium", "large"]),
        "profile": st.sampled_from(["dev", "production"]),
    },
)


@st.composite
def stack_files(draw: st.DrawFn) -> dict[str, Any]:
    """Config of any cloud, kind, size and profile; now and then with a source that is not to be had."""
    cloud = draw(st.sampled_from(sorted(KINDS)))
    source = draw(st.sampled_from(["managed", "managed", "managed", "in-cluster"]))
    return {
        "rasa:cloud": cloud,
        "rasa:region": REGION[cloud],
        "rasa:account": ACCOUNTS[cloud],
        "rasa:profile": draw(st.sampled_from(["dev", "production"])),
        "rasa:trackerStore": {"kind": draw(st.sampled_from(KINDS[cloud])), **draw(SIZED)},
        "rasa:lockStore": {"from": source, **draw(SIZED)},
        "rasa:eventBroker": draw(SIZED),
        "rasa:assistant": {"model": "m", "replicas": draw(st.integers(1, 3))},
        **{f"rasa:{key}": value for key, value in ASKED_FOR.get(cloud, {}).items()},
    }


ACCOUNTS = {"aws": "123456789012", "azure": "00000000-0000-4000-8000-000000000001", "gcp": "example-project"}


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(config=stack_files())
def test_any_stack_file_is_a_graph_or_a_clear_error(config: dict[str, Any]) -> None:
    text = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
    in_cluster = config["rasa:lockStore"].get("from") == "in-cluster"
    if in_cluster:
        with pytest.raises(ConfigurationError, match="lockStore is not supported on source in-cluster"):
            record_config({**PLANTED, **text})
        return
    update = record_config({**PLANTED, **text})
    assert update.of("kubernetes:helm.sh/v3:Release")
    assert record_config({**PLANTED, **text}, preview=True).urns() == update.urns()
