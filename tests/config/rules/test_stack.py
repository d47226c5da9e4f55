"""Every mistake in a stack file ends in one message that names the key and what is accepted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from components.config.load import parse
from components.config.settings import Settings
from components.contract.errors import ConfigurationError

GOOD: Mapping[str, Any] = {
    "cloud": "aws",
    "region": "eu-central-1",
    "profile": "dev",
    "assistant": {"model": "assistant-1.0.0"},
    "license": "a-license",
}
SECRET_KEYS = frozenset({"license", "llmKeys", "lockStore", "trackerStore", "eventBroker"})


def settings(**changes: object) -> Settings:
    return parse({**GOOD, **changes}, secret_keys=SECRET_KEYS, stack="aws-dev")


def problems(*, stack: str = "aws-dev", drop: str = "", **changes: object) -> tuple[str, ...]:
    raw = {key: value for key, value in {**GOOD, **changes}.items() if key != drop}
    with pytest.raises(ConfigurationError) as refused:
        parse(raw, secret_keys=SECRET_KEYS, stack=stack)
    return refused.value.problems


PRODUCTION_OPEN: dict[str, Any] = {"profile": "production", "cluster": {"allowedCidrs": ["0.0.0.0/0"]}}
PRODUCTION_HALF_OPEN: dict[str, Any] = {
    "profile": "production",
    "cluster": {"allowedCidrs": ["0.0.0.0/1", "128.0.0.0/1"]},
}

MISTAKES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("unknown key", {"lockstore": {}}, ["rasa:lockstore", "did you mean lockStore"]),
    ("unknown nested key", {"network": {"cdir": "10.0.0.0/16"}}, ["rasa:network.cdir", "did you mean cidr"]),
    ("unknown key of a source", {"lockStore": {"hots": "x"}}, ["rasa:lockStore.hots", "from, profile, size"]),
    (
        "wrong type",
        {"assistant": {"model": "m", "replicas": "three"}},
        ["rasa:assistant.replicas", "'three'", "a whole number"],
    ),
    (
        "object given as text",
        {"network": "10.0.0.0/16"},
        ["rasa:network", "text", "a block of keys", "rm 'rasa:network' &&"],
    ),
    ("unknown cloud", {"cloud": "oracle"}, ["rasa:cloud", "'oracle'", "'aws'", "'gcp'"]),
    ("unknown kind", {"trackerStore": {"kind": "oracle"}}, ["rasa:trackerStore.kind", "'dynamodb'"]),
    ("unknown size", {"lockStore": {"size": "huge"}}, ["rasa:lockStore.size", "'small'", "'large'"]),
    ("unknown source", {"lockStore": {"from": "moon"}}, ["rasa:lockStore.from", "'moon'", "'in-cluster'"]),
    ("region of another cloud", {"region": "westeurope"}, ["rasa:region", "'westeurope'"]),
    ("region misspelt", {"region": "eu-centrall-1"}, ["did you mean eu-central-1"]),
    ("account", {"account": "12"}, ["rasa:account", "12 digits"]),
    ("CIDR overlap", {"network": {"cidr": "172.20.0.0/16"}}, ["overlaps", "rasa:network.servicesCidr"]),
    ("CIDR overlap with a peer", {"network": {"avoid": ["10.20.3.0/24"]}}, ["rasa:network.avoid[0]"]),
    ("CIDR too small", {"network": {"cidr": "10.20.0.0/24"}}, ["too small", "/20"]),
    ("CIDR that is none", {"network": {"cidr": "10.20.0.1/16"}}, ["rasa:network.cidr", "host bits"]),
    ("open API", PRODUCTION_OPEN, ["rasa:cluster.allowedCidrs[0]", "0.0.0.0/0", "production"]),
    ("half open API", PRODUCTION_HALF_OPEN, ["rasa:cluster.allowedCidrs[0]", "0.0.0.0/1"]),
    ("too few zones", {"profile": "production", "region": "us-west-1"}, ["us-west-1", "2 zones", "needs 3"]),
    (
        "too few zones for one dependency",
        {"region": "us-west-1", "eventBroker": {"profile": "production"}},
        ["us-west-1", "2 zones", "needs 3"],
    ),
    ("zone of another region", {"network": {"zones": ["us-east-1a", "us-east-1b"]}}, ["us-east-1a"] * 1),
    ("missing region", {"region": ""}, ["rasa:region is missing", "pulumi config set"]),
    ("model latest", {"assistant": {"model": "latest"}}, ["rasa:assistant.model", '"latest"']),
    ("model latest in a folder", {"assistant": {"model": "prod/latest.tar.gz"}}, ['"latest"']),
    (
        "endpoint key that Rasa ignores",
        {"assistant": {"model": "m", "extraEndpoints": {"trackerStore": {"type": "SQL"}}}},
        ["trackerStore", "tracker_store"],
    ),
    (
        "variable that nobody sets",
        {"assistant": {"model": "m", "credentials": {"facebook": {"secret": "${FACEBOOK_SECRET}"}}}},
        ["rasa:assistant.credentials", "facebook.secret", "rasa:llmKeys.FACEBOOK_SECRET"],
    ),
    (
        "variable of the chart",
        {"llmKeys": {"AUTH_TOKEN": "x"}},
        ["rasa:llmKeys.AUTH_TOKEN", "set by the Helm chart"],
    ),
    ("name that is no variable", {"llmKeys": {"my key": "x"}}, ['rasa:llmKeys["my key"]']),
    (
        "CORS for all in production",
        {"profile": "production", "assistant": {"model": "m", "cors": ["*"]}},
        ["rasa:assistant.cors"],
    ),
]


@pytest.mark.parametrize(("changes", "words"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES])
def test_a_mistake_is_named(changes: dict[str, Any], words: list[str]) -> None:
    found = problems(**changes)
    assert any(all(word in problem for word in words) for problem in found), found


def test_a_good_stack_has_no_problem() -> None:
    assert settings().region == "eu-central-1"


def test_missing_license_says_how_to_set_it_secretly() -> None:
    (problem,) = problems(drop="license")
    assert "pulumi config set --secret 'rasa:license'" in problem


def test_missing_model_says_how_to_set_it() -> None:
    (problem,) = problems(assistant={})
    assert "pulumi config set --path --type string 'rasa:assistant.model'" in problem


def test_license_in_plain_text_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="rasa:license is in plain text"):
        parse(GOOD, secret_keys=frozenset(), stack="aws-dev")


def test_llm_key_in_plain_text_is_refused() -> None:
    raw = {**GOOD, "llmKeys": {"OPENAI_API_KEY": "sk-planted"}}
    with pytest.raises(ConfigurationError) as refused:
        parse(raw, secret_keys=frozenset({"license"}), stack="aws-dev")
    assert "rasa:llmKeys.OPENAI_API_KEY is in plain text" in str(refused.value)
    assert "sk-planted" not in str(refused.value)


def test_dynamodb_elsewhere_names_what_to_use() -> None:
    found = problems(cloud="gcp", trackerStore={"kind": "dynamodb"})
    assert any("DynamoDB exists on AWS only. Use kind postgres instead" in problem for problem in found)


def test_stack_name_that_no_cloud_takes() -> None:
    assert any("lower-case" in problem for problem in problems(stack="AWS_dev"))


def test_stack_name_that_leaves_no_room() -> None:
    (problem,) = problems(stack="a-very-long-name-for-a-stack-of-ours")
    assert "at most 22 fit" in problem
    assert "ElastiCache" in problem


def test_all_problems_at_once() -> None:
    found = problems(region="mars", cluster={"allowedCidrs": ["x"]}, nope=1, lockStore={"size": "huge"})
    assert len(found) == 4, found


def test_no_value_of_a_secret_is_ever_shown() -> None:
    for problem in problems(license={"deep": "planted-secret"}):
        assert "planted-secret" not in problem


def test_one_production_dependency_spreads_the_stack_over_three_zones() -> None:
    assert len(settings().zones) == 2
    assert len(settings(eventBroker={"profile": "production"}).zones) == 3


def test_production_is_protected_unless_told_otherwise() -> None:
    assert not settings().protected
    assert settings(profile="production").protected
    assert not settings(profile="production", deletionProtection="false").protected
