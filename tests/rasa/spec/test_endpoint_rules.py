from __future__ import annotations

import re

import pytest
from pulumi import RunError

from components.kubernetes.documents import Block
from components.rasa.spec.endpoint_keys import READ_KEYS, ROOT, unread_keys
from components.rasa.spec.endpoint_rules import (
    plain_secrets,
    problems_of,
    refuse_unset_variables,
    unset_variables,
)

WRONG: dict[str, tuple[Block, str]] = {
    "camel case": ({"trackerStore": {"type": "SQL"}}, "trackerStore.*did you mean tracker_store"),
    "url of redis": ({"lock_store": {"type": "concurrent_redis", "url": "x"}}, "did you mean host"),
    "host of sql": ({"tracker_store": {"type": "SQL", "host": "x"}}, "did you mean url"),
    "login_db": ({"tracker_store": {"type": "SQL", "login_db": "x"}}, "login_db.*did you mean db"),
    "dialect": ({"tracker_store": {"dialect": "postgresql+psycopg2"}}, "exactly 'postgresql'"),
    "list": ({"event_broker": {"url": ["a:1", "b:2"]}}, "breaks on a list"),
    "no host names": ({"event_broker": {"ssl_check_hostname": False}}, "write true"),
    "no word of host names": (
        {"event_broker": {"type": "kafka", "security_protocol": "SASL_SSL"}},
        "SASL_SSL needs true",
    ),
    "qdrant": ({"vector_store": {"api_key": "key-1"}}, r"api_key is a secret in plain text.*\$\{VARIABLE\}"),
    "default": ({"nlg": {"url": "${URL:-x}"}}, "no default"),
    "quoted": ({"nlg": {"url": "{a: ${URL}}"}}, "has to quote"),
    "lines": ({"nlg": {"url": "${URL}\n"}}, "has to quote"),
    "prefix": ({"lock_store": {"key_prefix": "rasa-lock"}}, "letters and digits"),
    "text for bool": ({"lock_store": {"use_ssl": "false"}}, "without quotes"),
    "plain secret": ({"event_broker": {"sasl_password": "hunter2"}}, "in plain text"),
    "nested secret": ({"model_groups": [{"id": "a", "models": [{"api_key": "sk-1"}]}]}, "in plain text"),
    "unknown tracker": ({"tracker_store": {"type": "postgres"}}, "in memory"),
    "unknown broker": ({"event_broker": {"type": "kafkaa"}}, "no events"),
    "case of lock": ({"lock_store": {"type": "Redis"}}, "does not start"),
    "typed keys": ({"event_broker": {"type": "concurrent_kafka", "anonymization_topics": []}}, "ignores"),
    "nested": ({"recordings": {"s3": {"buckett": "x"}}}, r"recordings\.s3\.buckett.*bucket\?"),
    "in a list": ({"tracing": [{"type": "otlp", "endpont": "x"}]}, r"tracing\[0\]\.endpont.*endpoint"),
    "in a rule": ({"privacy": {"rules": [{"slott": "x"}]}}, r"privacy\.rules\[0\]\.slott"),
}
RIGHT: dict[str, Block] = {
    "models": {"model_groups": [{"id": "a", "models": [{"provider": "openai", "api_key": "${KEY}"}]}]},
    "part of a block": {"tracker_store": {"query": {"application_name": "rasa"}}},
    "own class": {"tracker_store": {"type": "our.Store", "anything": 1}},
    "capitals": {"tracker_store": {"type": "sQl"}},
    "mcp": {"mcp_servers": [{"name": "x", "url": "u", "type": "http", "further": 1}]},
    "rephraser": {"nlg": {"type": "rephrase", "llm": {"model_group": "a"}}},
    "action server": {"action_endpoint": {"url": "http://actions:5055/webhook"}},
    "vault reference": {
        "tracker_store": {"password": {"source": "secrets_manager.vault", "secret_key": "p"}}
    },
    "client id": {"event_broker": {"client_id": "${ID}"}},
    "qdrant": {"vector_store": {"api_key": "${KEY}"}},
    "dollar": {"event_broker": {"sasl_username": "$ConnectionString"}},
}


@pytest.mark.parametrize(("extra", "message"), WRONG.values(), ids=WRONG)
def test_wrong_keys_are_named(extra: Block, message: str) -> None:
    problems = [*problems_of(extra), *plain_secrets(extra)]
    assert any(re.search(message, problem) for problem in problems), problems


@pytest.mark.parametrize("extra", RIGHT.values(), ids=RIGHT)
def test_right_keys_are_left_alone(extra: Block) -> None:
    assert problems_of(extra) == []


def test_every_problem_is_reported() -> None:
    assert len(unread_keys({"trackerStore": {}, "lock_store": {"url": "x", "hots": "y"}})) == 3


@pytest.mark.parametrize("block", [name for name in READ_KEYS if "." in name])
def test_nested_blocks_hang_on_a_key_that_is_read(block: str) -> None:
    parent, _, key = block.rpartition(".")
    assert parent in ROOT or "." in parent
    assert any(key in keys for keys in READ_KEYS[parent].values())


def test_variables_that_nobody_sets_are_named() -> None:
    document: Block = {"channel": {"token": "${SLACK_TOKEN}"}, "url": "https://${HOST}/x", "n": 1}
    assert unset_variables(document, {"SLACK_TOKEN", "HOST"}) == []
    (problem,) = unset_variables(document, {"SLACK_TOKEN"})
    assert "HOST" in problem
    assert "pulumi config set --secret" in problem
    with pytest.raises(RunError, match=r"credentials\.yml: channel\.token"):
        refuse_unset_variables({"credentials.yml": document}, set())
