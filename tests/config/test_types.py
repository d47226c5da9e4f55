"""A value of another type than its key's is said in those words, never in a traceback and never aloud."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from components.config.load import parse
from components.config.patterns import IN_WORDS
from components.config.settings import Settings
from components.contract.errors import ConfigurationError
from tests.config.everything import STACKS, Place, at, places, replaced, settings_of
from tests.config.rules.test_stack import GOOD, problems
from tests.config.test_inputs import verdict
from tests.each import each

FREE = frozenset({"options", "extraEndpoints", "credentials", "metadata", "parameters", "modelGroups"})
"""What goes on as it is, whatever it is."""

KAFKA: dict[str, Any] = {"from": "existing", "bootstrap": "kafka.example.com:9093"}
REDIS: dict[str, Any] = {"from": "existing", "host": "redis.example.com"}
SASL: dict[str, Any] = {"type": "sasl", "mechanism": "PLAIN", "username": "u"}

CASES: list[tuple[str, dict[str, Any], list[str]]] = [
    (
        "number for text",
        {"assistant": {"model": 20261125}},
        [
            "rasa:assistant.model is the number 20261125",
            "--path --type string 'rasa:assistant.model' 20261125",
        ],
    ),
    (
        "truth value for text",
        {"assistant": {"model": True}},
        ["rasa:assistant.model is true", "--type string 'rasa:assistant.model' true"],
    ),
    ("number at the top", {"renewal": 5}, ["rasa:renewal is the number 5", "set 'rasa:renewal' 5"]),
    ("fraction", {"assistant": {"model": "m", "replicas": 2.5}}, ["the number 2.5", "a whole number"]),
    (
        "truth value for a number",
        {"assistant": {"model": "m", "replicas": True}},
        ["replicas is true", "a whole number"],
    ),
    (
        "truth value for a port",
        {"networkPolicies": {"egress": [{"cidr": "10.0.0.0/8", "ports": [True]}]}},
        ["rasa:networkPolicies.egress[0].ports[0] is true", "a whole number"],
    ),
    ("word for a truth value", {"deletionProtection": "maybe"}, ["is 'maybe'", "true or false"]),
    ("null for a block", {"assistant": None}, ["rasa:assistant is empty (null)", "a block of keys"]),
    ("list for a block", {"network": []}, ["rasa:network is a list", "a block of keys"]),
    (
        "word for a block",
        {"lockStore": "existing"},
        ["rasa:lockStore is 'existing'", "'rasa:lockStore.from'"],
    ),
    ("text for entries", {"tags": "x"}, ["rasa:tags is 'x'", "'rasa:tags.<key>'"]),
    (
        "text for a list",
        {"cluster": {"allowedCidrs": "203.0.113.7/32"}},
        ["a list", "rm --path 'rasa:cluster.allowedCidrs' && pulumi", "'rasa:cluster.allowedCidrs[0]'"],
    ),
    ("block for a list", {"modelGroups": {"id": "x"}}, ["is a block of keys", "'rasa:modelGroups[0].id'"]),
    (
        "list of blocks left out",
        {"modelGroups": [{"id": "x"}]},
        ["rasa:modelGroups[0].models is missing", "'rasa:modelGroups[0].models[0].<key>'"],
    ),
    (
        "word for a block with a choice",
        {"eventBroker": {**KAFKA, "security": "sasl"}},
        ["rasa:eventBroker.security is 'sasl'", "type is one of 'sasl'", "'rasa:eventBroker.security.type'"],
    ),
    (
        "the same one level up",
        {"ingress": {"host": "a.example.com", "certificate": "cloud"}},
        ["rasa:ingress.certificate is 'cloud'", "from is one of 'cloud'"],
    ),
    (
        "number for a choice",
        {"lockStore": {"from": 3}},
        ["rasa:lockStore.from is the number 3", "'existing'"],
    ),
    (
        "key with a dot",
        {"tags": {"cost.centre": 7}},
        ["""--path --type string 'rasa:tags["cost.centre"]' 7"""],
    ),
    (
        "unknown key",
        {"lockStore": {"hots": "x"}},
        ["rasa:lockStore.hots is not a known key", "pulumi config rm --path 'rasa:lockStore.hots'"],
    ),
]
SECRETS: list[tuple[str, dict[str, Any], str]] = [
    ("licence", {"license": 7391}, "--secret 'rasa:license'"),
    (
        "key of a language model",
        {"llmKeys": {"OPENAI_API_KEY": 7391}},
        "--secret --path 'rasa:llmKeys.OPENAI",
    ),
    ("null", {"llmKeys": {"OPENAI_API_KEY": None}}, "--secret --path 'rasa:llmKeys.OPENAI_API_KEY'"),
    ("list", {"lockStore": {**REDIS, "password": ["7391"]}}, "--secret --path 'rasa:lockStore.password'"),
    (
        "below a choice",
        {"eventBroker": {**KAFKA, "security": {**SASL, "password": 7391}}},
        "--secret --path 'rasa:eventBroker.security.password'",
    ),
    (
        "block",
        {"cluster": {"from": "existing", "kubeconfig": {"token": "7391"}}},
        "--secret --path 'rasa:cluster.kubeconfig'",
    ),
]
ELSEWHERE = "postgresql://rasa:planted-7391@db.example.com/rasa"
"""A secret at a key that takes none."""


@pytest.mark.parametrize(("changes", "words"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_wrong_type_is_said_in_words(changes: dict[str, Any], words: list[str]) -> None:
    found = problems(**changes)
    assert any(all(word in problem for word in words) for problem in found), found


@pytest.mark.parametrize(("changes", "command"), [s[1:] for s in SECRETS], ids=[s[0] for s in SECRETS])
def test_a_secret_is_set_secretly_and_not_shown(changes: dict[str, Any], command: str) -> None:
    found = problems(**changes)
    assert any(command in problem for problem in found), found
    assert "7391" not in "".join(found)


@pytest.mark.parametrize(
    "changes",
    [
        {"lockStore": ELSEWHERE},
        {"trackerStore": {"kind": ELSEWHERE}},
        {"trackerStore": {"from": ELSEWHERE}},
        {"profile": ELSEWHERE},
        {"network": {"zones": ELSEWHERE}},
        {"deletionProtection": ELSEWHERE},
        {"assistant": {"model": "m", "replicas": ELSEWHERE}},
        {"modelGroups": ELSEWHERE},
        {"eventBroker": {**KAFKA, "security": ELSEWHERE}},
        {"profile": [ELSEWHERE]},
        {"profile": {"a": ELSEWHERE}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_text_at_the_wrong_key_is_not_repeated(changes: dict[str, Any]) -> None:
    assert "planted" not in "".join(problems(**changes))


def test_each_command_names_the_stack() -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse({**GOOD, "region": ""}, secret_keys=frozenset({"license"}), stack="aws-dev")
    assert "pulumi config set --stack aws-dev 'rasa:region'" in str(refused.value)


def test_a_list_that_is_too_short_says_so_once() -> None:
    """Not again where its only entry is wrong; and never in pydantic's words."""
    (short,) = verdict("aws-network", {"network.subnets.nodes": []})
    assert "rasa:network.subnets.nodes is a list of 0; accepted: 1 or more" in short
    assert "'rasa:network.subnets.nodes[0]' <value>" in short
    (wrong,) = verdict("none", {"networkPolicies.egress": [{"ports": [1], "protocols": ["SCTP"]}]})
    assert "protocols[0] is 'SCTP'" in wrong


WHOLE = [
    (stack, place)
    for stack, raw in STACKS.items()
    for place in places(raw)
    if type(at(raw, place)) is int and not FREE & {*place}
]


def test_there_are_whole_numbers() -> None:
    assert len({str(place[-1]) for _, place in WHOLE}) >= 8


@each(WHOLE, str)
def test_a_truth_value_is_no_number(one: tuple[str, Place]) -> None:
    """Python takes true for 1."""
    stack, place = one
    with pytest.raises(ConfigurationError, match="a whole number"):
        settings_of(replaced(STACKS[stack], place, True))


def test_every_pattern_is_said_in_words() -> None:
    """Nobody reads a regular expression in a message."""
    schema = json.dumps(Settings.model_json_schema(by_alias=True))
    patterns = set(re.findall(r'"pattern": ("(?:[^"\\]|\\.)*")', schema))
    unsaid = {pattern for pattern in map(json.loads, patterns) if pattern not in IN_WORDS}
    assert {pattern for pattern in unsaid if "://" not in pattern} == set()  # a URL has a validator's words
