"""The mistakes that only a stack on Google Cloud can make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from components.config.load import parse
from components.config.settings import Settings
from components.contract.errors import ConfigurationError

GOOD: Mapping[str, Any] = {
    "cloud": "gcp",
    "account": "our-project",
    "region": "europe-west3",
    "profile": "dev",
    "assistant": {"model": "assistant-1.0.0"},
    "license": "a-license",
}


def settings(**changes: object) -> Settings:
    return parse({**GOOD, **changes}, secret_keys=frozenset({"license"}), stack="gcp-dev")


MISTAKES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("region of another cloud", {"region": "eu-central-1"}, ["rasa:region", "'eu-central-1'", "gcp"]),
    ("region misspelt", {"region": "europe-west33"}, ["did you mean europe-west3"]),
    ("Google Cloud without a project", {"account": ""}, ["rasa:account is missing", "project"]),
    ("project id", {"account": "Our Project"}, ["rasa:account", "project id"]),
    ("pods that find no room", {"network": {"podsCidr": "10.9.0.0/24"}}, ["podsCidr", "too small"]),
    (
        "services where GKE's nodes are",
        {"network": {"servicesCidr": "172.17.0.0/20"}},
        ["rasa:network.servicesCidr", "172.17.0.0/16"],
    ),
    (
        "pods among services",
        {"network": {"podsCidr": "172.20.0.0/18"}},
        ["rasa:network.podsCidr", "overlaps", "rasa:network.servicesCidr"],
    ),
    (
        "zone of another Google region",
        {"network": {"zones": ["europe-west1-b", "europe-west3-b"]}},
        ["europe-west1-b", "not a zone of europe-west3"],
    ),
    (
        "administrator without kind",
        {"cluster": {"admins": ["ops@example.com"]}},
        ["rasa:cluster.admins[0]", "group:"],
    ),
    ("alarms to nowhere", {"alarms": {"target": "on-call"}}, ["rasa:alarms.target", "channel"]),
    (
        "a number of nodes, which Autopilot has not",
        {"cluster": {"nodes": 3}},
        ["rasa:cluster.nodes", "not a known key"],
    ),
    ("DynamoDB", {"trackerStore": {"kind": "dynamodb"}}, ["exists on AWS only", "kind postgres"]),
    ("MongoDB", {"trackerStore": {"kind": "mongodb"}}, ["kind postgres, or an existing MongoDB"]),
    ("renewal", {"renewal": "2026 11"}, ["rasa:renewal", "accepted: 1 to 32 letters"]),
]


@pytest.mark.parametrize(("changes", "words"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES])
def test_a_mistake_is_named(changes: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(ConfigurationError) as refused:
        settings(**changes)
    found = refused.value.problems
    assert any(all(word in problem for word in words) for problem in found), found


def test_a_good_stack_has_no_problem() -> None:
    assert settings(renewal="2026-11").zones == ("europe-west3-a", "europe-west3-b")


def test_stack_name_that_leaves_no_room() -> None:
    with pytest.raises(ConfigurationError, match=r"at most 22 fit: a Memorystore instance"):
        parse(GOOD, secret_keys=frozenset({"license"}), stack="a-stack-with-a-long-name")
