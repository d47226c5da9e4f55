"""The mistakes that only an Azure stack can make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from components.config.load import parse
from components.config.settings import Settings
from components.contract.errors import ConfigurationError

ADMIN = "user:00000000-0000-4000-8000-00000000000a"
GOOD: Mapping[str, Any] = {
    "cloud": "azure",
    "region": "westeurope",
    "profile": "dev",
    "cluster": {"admins": [ADMIN]},
    "assistant": {"model": "assistant-1.0.0"},
    "license": "a-license",
}


def settings(**changes: object) -> Settings:
    return parse({**GOOD, **changes}, secret_keys=frozenset({"license"}), stack="azure-dev")


MISTAKES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("region of another cloud", {"region": "eu-central-1"}, ["rasa:region", "'eu-central-1'", "azure"]),
    (
        "an administrator of no type",
        {"cluster": {"admins": [ADMIN.removeprefix("user:")]}},
        ["rasa:cluster.admins[0]", "user:, group: or servicePrincipal:"],
    ),
    ("region misspelt", {"region": "westeurop"}, ["did you mean westeurope"]),
    ("account", {"account": "123456789012"}, ["rasa:account", "an Azure subscription id"]),
    ("nobody may administer", {"cluster": {}}, ["rasa:cluster.admins is empty", "az ad signed-in-user"]),
    (
        "an administrator by name",
        {"cluster": {"admins": ["me@x.y"]}},
        ["rasa:cluster.admins[0]", "object id"],
    ),
    (
        "zone that the region has not",
        {"network": {"zones": ["1", "4"]}},
        ["rasa:network.zones", "'4'", "not a zone of westeurope"],
    ),
    (
        "region without zones in production",
        {"region": "northcentralus", "profile": "production"},
        ["northcentralus", "0 zones", "needs 3"],
    ),
    (
        "region without API servers in the network",
        {"region": "qatarcentral"},
        ["rasa:cluster", "API server in the stack's network", "does not sell in qatarcentral"],
    ),
    ("range that AKS keeps", {"network": {"podsCidr": "172.30.0.0/16"}}, ["rasa:network.podsCidr", "AKS"]),
    (
        "open API in production",
        {"profile": "production", "cluster": {"admins": [ADMIN], "allowedCidrs": ["0.0.0.0/0"]}},
        ["rasa:cluster.allowedCidrs[0]", "production"],
    ),
    ("DynamoDB", {"trackerStore": {"kind": "dynamodb"}}, ["exists on AWS only", "kind postgres or mongodb"]),
    ("end of access", {"modelStorage": {"accessUntil": "soon"}}, ["rasa:modelStorage.accessUntil"]),
]


@pytest.mark.parametrize(("changes", "words"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES])
def test_a_mistake_is_named(changes: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(ConfigurationError) as refused:
        settings(**changes)
    found = refused.value.problems
    assert any(all(word in problem for word in words) for problem in found), found


def test_a_good_stack_has_no_problem() -> None:
    assert settings(modelStorage={"accessUntil": "2028-01-31"}).zones == ("1", "2")


def test_a_region_without_zones_serves_for_dev() -> None:
    assert settings(region="northcentralus").zones == ()


def test_an_end_of_access_is_azures_alone() -> None:
    aws: dict[str, Any] = {**GOOD, "cloud": "aws", "region": "eu-central-1", "cluster": {}}
    with pytest.raises(ConfigurationError, match="accessUntil is '2028-01-31', and access"):
        parse(
            {**aws, "modelStorage": {"accessUntil": "2028-01-31"}},
            secret_keys=frozenset({"license"}),
            stack="aws-dev",
        )


def test_stack_name_that_leaves_no_room() -> None:
    given = {**GOOD, "analytics": {"from": "in-cluster"}}
    with pytest.raises(ConfigurationError, match=r"at most 20 fit: a SAS rule of Event Hubs"):
        parse(given, secret_keys=frozenset({"license"}), stack="a-stack-with-a-long-name")
