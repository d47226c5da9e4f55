"""What a stack file says about companions and numbers of pods: each mistake ends in one message."""

from __future__ import annotations

from typing import Any

import pytest

from components.rasa.spec.endpoint_rules import plain_secrets
from tests.config.rules.test_stack import problems, settings

IMAGE = "registry.example/nlg:1"
ACTIONS: dict[str, Any] = {"from": "in-cluster", "image": IMAGE}
KEY = "sk-proj-0123456789abcdef0123"


def assistant(**more: Any) -> dict[str, Any]:
    return {"assistant": {"model": "m", **more}}


def group(**model: Any) -> dict[str, Any]:
    return {"modelGroups": [{"id": "llm", "models": [{"provider": "openai", "model": "gpt", **model}]}]}


MISTAKES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "more pods than the database takes": (
        assistant(replicas=10, workers=4),
        [
            "rasa:trackerStore takes 80 connections",
            "(10 pods at most + 1 in an update) × 4 workers",
            "are 88",
        ],
    ),
    "more at most than the database takes": (
        assistant(replicas=2, maxReplicas=40),
        ["rasa:trackerStore takes 80", "rasa:assistant.maxReplicas' 30", "rasa:trackerStore.size"],
    ),
    "more with privacy, which has a second store": (
        assistant(replicas=16, extraEndpoints={"privacy": {"rules": []}}),
        ["(16 pods at most + 1 in an update) × 1 workers × 2 stores", "are 68"],
    ),
    "more with analytics beside it": (
        {**assistant(replicas=28), "analytics": {"from": "in-cluster"}},
        ["of which Rasa may use 47", "are 58"],
    ),
    "a maximum below the minimum": (
        assistant(replicas=3, maxReplicas=2),
        ["rasa:assistant.maxReplicas is 2", "3 replicas"],
    ),
    "a server's maximum below its minimum": (
        {"actions": {**ACTIONS, "replicas": 3, "maxReplicas": 2}},
        ["rasa:actions.maxReplicas is 2"],
    ),
    "A2A with several workers": (
        assistant(workers=2, extraEndpoints={"a2a_server": {"description": "x"}}),
        ["rasa:assistant.workers is 2", "a2a_server", "rasa:assistant.workers' 1"],
    ),
    "key in a model group": (group(api_key="secret-value"), ["rasa:modelGroups[0]", "api_key"][1:]),
    "key that looks like one": (
        group(extra_headers={"x-key": KEY}),
        ["rasa:modelGroups", "x-key", "key of OpenAI", "reissued"],
    ),
    "key of a channel": (
        assistant(credentials={"slack": {"slack_token": "xoxb-1234567890-abcdef"}}),
        ["rasa:assistant.credentials", "slack.slack_token", "Slack"],
    ),
    "verify token of a channel": (
        assistant(
            credentials={
                "facebook": {
                    "verify": "my-word",
                    "secret": "${AUTH_TOKEN}",
                    "page-access-token": "${AUTH_TOKEN}",
                }
            }
        ),
        ["rasa:assistant.credentials", "facebook.verify", "plain text"],
    ),
    "key in a header of extraEndpoints": (
        assistant(extraEndpoints={"nlg": {"url": "https://x", "headers": {"X": "Bearer abcdefghijklmnop"}}}),
        ["rasa:assistant.extraEndpoints", "nlg.headers.X", "bearer token"],
    ),
    "key in extraEndpoints": (
        assistant(extraEndpoints={"model_groups": [{"id": "a", "models": [{"api_key": KEY}]}]}),
        ["rasa:assistant.extraEndpoints", "api_key", "ConfigMap"],
    ),
    "key of a tool server": (
        {"mcpServers": [{"name": "a", "url": "https://x", "options": {"token": "abc"}}]},
        ["rasa:mcpServers", "token", "plain text"],
    ),
    "variable that nobody sets": (
        group(api_key="${OTHER_KEY}"),
        ["rasa:modelGroups", "rasa:llmKeys.OTHER_KEY"],
    ),
    "two groups of one id": (
        {"modelGroups": [*group()["modelGroups"], *group()["modelGroups"]]},
        ["rasa:modelGroups[1] is 'llm', too"],
    ),
    "bedrock by identity": (
        group(provider="bedrock", aws_region_name="eu-central-1"),
        ["rasa:modelGroups[0].models[0] has no model_id", "pod's identity"],
    ),
    "model without a provider": (
        {"modelGroups": [{"id": "a", "models": [{"model": "gpt"}]}]},
        ["rasa:modelGroups[0].models[0] has no provider"],
    ),
    "analytics beside a PostgreSQL of the cluster, which has no administrator": (
        {"trackerStore": {"from": "in-cluster"}, "analytics": {"from": "in-cluster"}},
        ["rasa:analytics needs a PostgreSQL", "from in-cluster", "rasa:analytics.database.from' existing"],
    ),
    "analytics without a PostgreSQL": (
        {"trackerStore": {"kind": "dynamodb"}, "analytics": {"from": "in-cluster"}},
        ["rasa:analytics needs a PostgreSQL", "rasa:analytics.database"],
    ),
    "secret in plain variables": (
        {"actions": {**ACTIONS, "variables": {"CRM_TOKEN": "x"}}},
        ["rasa:actions.variables.CRM_TOKEN", "rasa:actions.secrets.CRM_TOKEN"],
    ),
    "image without a version": ({"actions": {"from": "in-cluster", "image": "a/b"}}, ["rasa:actions.image"]),
    "digest that is none": (
        assistant(image={"digest": "sha256:12"}),
        ["rasa:assistant.image.digest", "sha256"],
    ),
    "actions in plain text in production": (
        {"profile": "production", "actions": {"from": "existing", "url": "http://a.example/webhook"}},
        ["rasa:actions.url", "not encrypted"],
    ),
    "traces in plain text in production": (
        {
            "profile": "production",
            "tracing": {"from": "existing", "endpoint": "c.example:4317", "tls": False},
        },
        ["rasa:tracing.tls is false", "rasa:tracing.tls' true"],
    ),
    "collector without a port": (
        {"metrics": {"from": "existing", "endpoint": "c.example"}},
        ["rasa:metrics.endpoint", "host:port"],
    ),
}


@pytest.mark.parametrize(("changes", "words"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_once(changes: dict[str, Any], words: list[str]) -> None:
    found = problems(**changes)
    assert len(found) == 1, found
    assert all(word in found[0] for word in words), found
    assert KEY not in str(found)
    assert "my-word" not in str(found)


@pytest.mark.parametrize(
    "changes",
    [
        assistant(replicas=30),
        group(api_key="${OPENAI_API_KEY}"),
        group(provider="bedrock", aws_region_name="eu-central-1", model_id="arn"),
        group(provider="azure", oauth={"type": "azure_entra_id_default"}),
        assistant(credentials={"socketio": {"metadata_key": "customData", "session_persistence": True}}),
        {"actions": {"from": "module", "module": "our.actions"}},
        {"nlgServer": ACTIONS, "actions": ACTIONS, "duckling": {"from": "in-cluster"}},
        {"analytics": {"from": "in-cluster"}},
        {"profile": "production", "tracing": {"from": "existing", "endpoint": "c.o.svc:4317", "tls": False}},
        assistant(image={"digest": "sha256:" + "0" * 64}),
    ],
)
def test_what_is_right_is_accepted(changes: dict[str, Any]) -> None:
    assert settings(**{"llmKeys": {"OPENAI_API_KEY": "x"}, **changes})


def test_secrets_are_found_by_name_and_by_look() -> None:
    found = list(
        plain_secrets(
            {
                "telegram": {"access_token": "123:abc", "webhook_url": "https://u:pw@h/x"},
                "mattermost": {"url": "https://h", "token": "${TOKEN}"},
                "custom": {"pem": "-----BEGIN PRIVATE KEY-----", "aws": "AKIAABCDEFGHIJKLMNOP"},
                "socketio": {"metadata_key": "customData", "jwt_key": "word"},
            }
        )
    )
    assert [problem.split(" ", 1)[0] for problem in found] == [
        "telegram.access_token",
        "telegram.webhook_url",
        "custom.pem",
        "custom.aws",
        "socketio.jwt_key",
    ]
