"""A rule that reads a wrong key ends; every other rule runs, and so does the rest of the list."""

from __future__ import annotations

from collections.abc import Iterator

from components.config.rules.runner import run
from components.config.settings import Settings

SETTINGS = Settings.model_validate(
    {"cloud": "aws", "region": "eu-central-1", "assistant": {"model": "m"}, "license": "none"}
)


def region(settings: Settings) -> Iterator[str]:
    yield settings.region


def zones(settings: Settings) -> Iterator[str]:
    """A property, which reads the network and the stores."""
    yield ",".join(settings.zones)


def size(settings: Settings) -> Iterator[str]:
    """A method, which reads the profile."""
    yield settings.size_of(settings.lock_store)  # pyright: ignore[reportArgumentType]


def test_without_wrong_keys_every_rule_runs() -> None:
    found = run((region, zones, size), SETTINGS, frozenset())
    assert found == ["eu-central-1", "eu-central-1a,eu-central-1b", "small"]


def test_a_wrong_key_ends_the_rules_that_read_it() -> None:
    assert run((zones, region), SETTINGS, frozenset({"event_broker"})) == ["eu-central-1"]
    assert run((zones, region, size), SETTINGS, frozenset({"profile"})) == ["eu-central-1"]
    assert run((region, zones), SETTINGS, frozenset({"region"})) == []
