"""Every kind of connection, and every stack: what is generated works with Rasa Pro's own classes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from components.rasa.args import AssistantArgs
from tests.conformance.lab import PASSWORDS, Lab
from tests.conformance.scene import PLAIN, Scene, from_recording, scene
from tests.rasa import samples
from tests.stacks import STACKS, record_stack

KINDS: dict[str, AssistantArgs] = {
    **samples.every_kind(),
    "azure-without-vault": replace(samples.AZURE, secrets_manager=None, tracker_store=samples.POSTGRES),
    "actions": replace(PLAIN, extra_endpoints={"action_endpoint": {"url": "https://actions/webhook"}}),
    "actions-grpc": replace(PLAIN, extra_endpoints={"action_endpoint": {"url": "grpc://actions:5055"}}),
    "vault-mongo": replace(
        PLAIN,
        secrets_manager=replace(samples.VAULT, path="mongo"),
        tracker_store=replace(samples.MONGODB, login=samples.IN_VAULT),
    ),
}
ADDRESSES = {"cafile", "url", "host", "port", "endpoints", "ssl_cafile", "ssl_ca_certs"}
"""Keys that may differ between what is generated and what is run."""
ALWAYS = {"endpoints", "tracker_store", "lock_store", "timer_store", "event_broker", "model"}
IDENTITY = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AZURE_ACCOUNT_KEY", "AZURE_ACCOUNT_NAME"}
PLACES = {
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL_DYNAMODB",
    "STORAGE_EMULATOR_HOST",
    "HTTPS_PROXY",
    "NO_PROXY",
    "REQUESTS_CA_BUNDLE",
    "VAULT_CACERT",
}


def passes(made: Scene) -> None:
    document, env = made.generated
    changed = {name for name, value in made.pod.env.items() if env.get(name) != value}
    assert {key for key, _ in differences(document, made.document)} <= ADDRESSES
    assert changed <= IDENTITY | PLACES | PASSWORDS.keys() | {"TRACKER_STORE_PASSWORD"}
    assert env.keys() <= made.pod.env.keys()
    outcome = made.run()
    assert outcome.status == 0, outcome.output
    assert outcome.wrong == {}, outcome.output
    assert set(outcome.checks) >= ALWAYS


@pytest.mark.parametrize("name", KINDS)
def test_kind(lab: Lab, tmp_path: Path, name: str) -> None:
    passes(scene(lab, tmp_path, KINDS[name]))


@pytest.mark.parametrize("name", [f"stack-{stack}" for stack in STACKS])
def test_kind_of_stack(lab: Lab, tmp_path: Path, name: str) -> None:
    passes(from_recording(lab, tmp_path, record_stack(name.removeprefix("stack-")), "rasa"))


def differences(before: Any, after: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        old, new = cast("dict[str, Any]", before), cast("dict[str, Any]", after)
        for each in {*old, *new}:
            yield from differences(old.get(each), new.get(each), each)
    elif before != after:
        yield key, after
