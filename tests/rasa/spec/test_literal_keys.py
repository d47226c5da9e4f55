"""What Rasa Pro would take literally is so written that it does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from components.rasa.assistant import Assistant
from components.rasa.spec.literal_keys import (
    credentials_with_variables,
    endpoints_with_variables,
    key_variables,
)
from tests.rasa import samples
from tests.recorder import Recording, record

QDRANT = {"host": "qdrant.data", "port": 6333, "api_key": "${QDRANT_KEY}"}


def test_keys_that_nothing_expands() -> None:
    document = endpoints_with_variables(
        {
            "vector_store": QDRANT,
            "event_broker": {"type": "kafka", "client_id": "${ID}"},
            "tracker_store": {"type": "our.Store", "secret": "${S}", "url": "x"},
            "model_groups": [{"id": "a", "models": [{"api_key": "${KEY}"}]}],
            "tracing": [{"type": "langfuse", "private_key": "${KEY}"}],
        }
    )
    assert document["vector_store"] == {
        "host": "qdrant.data",
        "port": 6333,
        "${RASA_KEY_API_KEY}": "${QDRANT_KEY}",
    }
    assert document["event_broker"] == {"type": "kafka", "${RASA_KEY_CLIENT_ID}": "${ID}"}
    assert document["tracker_store"] == {"type": "our.Store", "${RASA_KEY_SECRET}": "${S}", "url": "x"}
    # Their own code expands these, and of language models it insists on them.
    assert document["model_groups"] == [{"id": "a", "models": [{"api_key": "${KEY}"}]}]
    assert document["tracing"] == [{"type": "langfuse", "private_key": "${KEY}"}]
    needed = {one.name: one.value for one in key_variables(document)}
    assert needed == {
        "RASA_KEY_API_KEY": "api_key",
        "RASA_KEY_CLIENT_ID": "client_id",
        "RASA_KEY_SECRET": "secret",
    }


def test_what_is_no_variable_stays() -> None:
    plain = {"event_broker": {"client_id": "rasa"}, "facebook": {"secret": {"nested": 1}}}
    assert endpoints_with_variables(plain) == plain
    assert credentials_with_variables({"rest": None, "slack": {"slack_token": "${T}"}}) == {
        "rest": None,
        "slack": {"slack_token": "${T}"},
    }


def test_the_pod_gets_the_files_and_the_variables() -> None:
    args = replace(
        samples.BASE,
        llm_keys={"QDRANT_KEY": samples.secret("qdrant"), "FACEBOOK": samples.referred("facebook")},
        extra_endpoints={"vector_store": QDRANT},
        credentials={"facebook": {"verify": "v", "secret": "${FACEBOOK}"}},
    )
    recording: Recording[Any] = record(lambda: Assistant("assistant", args))
    rasa = recording.one("kubernetes:helm.sh/v3:Release").inputs["values"]["rasa"]
    assert rasa["settings"]["endpoints"]["vector_store"]["${RASA_KEY_API_KEY}"] == "${QDRANT_KEY}"
    assert rasa["settings"]["credentials"]["facebook"] == {"verify": "v", "${RASA_KEY_SECRET}": "${FACEBOOK}"}
    env = {one["name"]: one for one in rasa["additionalEnv"]}
    assert env["RASA_KEY_API_KEY"]["value"] == "api_key"
    assert env["RASA_KEY_SECRET"]["value"] == "secret"
    assert "secretKeyRef" in env["QDRANT_KEY"]["valueFrom"]
    (file,) = [one for one in recording.of("kubernetes:core/v1:ConfigMap") if "preflight" in one.name]
    assert "${RASA_KEY_API_KEY}: ${QDRANT_KEY}\n" in file.inputs["data"]["endpoints.yml"]
