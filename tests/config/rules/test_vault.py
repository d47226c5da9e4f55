"""What a stack file may say about a Vault of the stack's own, and what it may not."""

from __future__ import annotations

from typing import Any

import pytest

from components.config.load import parse
from components.contract.errors import ConfigurationError
from tests.config import blocks
from tests.contract.test_connections import stack_file


def problems(cloud: str, kind: str, vault: dict[str, Any], **more: Any) -> str:
    raw = {**stack_file(cloud, kind, "dev"), "secretsManager": {"from": "in-cluster", **vault}, **more}
    try:
        parse(raw, secret_keys=frozenset(raw), stack=f"{cloud}-dev")
    except ConfigurationError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("cloud", "kind"), [("azure", "postgres"), ("gcp", "postgres"), ("none", "postgres")]
)
def test_every_cloud_and_none_can_have_one(cloud: str, kind: str) -> None:
    assert problems(cloud, kind, {}) == ""


@pytest.mark.parametrize(("cloud", "kind"), [("azure", "postgres"), ("gcp", "postgres")])
def test_passwords_that_the_stack_makes_can_be_rotated(cloud: str, kind: str) -> None:
    assert problems(cloud, kind, {"rotation": "2026-12"}) == ""


@pytest.mark.parametrize(
    ("cloud", "kind", "why"),
    [
        ("aws", "postgres", "Rasa has no password"),
        ("aws", "dynamodb", "Rasa has no password"),
        ("azure", "mongodb", "takes minutes"),
        ("none", "postgres", "is not the stack's"),
    ],
)
def test_a_rotation_that_would_change_nothing_is_refused(cloud: str, kind: str, why: str) -> None:
    said = problems(cloud, kind, {"rotation": "2026-12"})
    assert "rasa:secretsManager.rotation is '2026-12'" in said
    assert why in said


def test_a_key_in_a_vault_that_is_only_made_is_refused() -> None:
    store = {**blocks.TRACKER_STORES["postgres"], "password": {"vaultKey": "pw"}}
    assert "a Vault that this stack would only make" in problems("none", "postgres", {}, trackerStore=store)


def test_a_misspelt_rotation_is_named() -> None:
    assert "rasa:secretsManager.rotation" in problems("gcp", "postgres", {"rotation": "two words"})


WITH_PASSWORD = {"trackerStore": {"login": "password"}}


@pytest.mark.parametrize(
    ("cloud", "kind", "way"),
    [
        ("aws", "postgres", "'rasa:trackerStore.login' password"),
        ("aws", "dynamodb", "'rasa:secretsManager'"),
    ],
)
def test_a_vault_that_would_keep_nothing_is_refused(cloud: str, kind: str, way: str) -> None:
    said = problems(cloud, kind, {})
    assert "that Vault would keep nothing" in said
    assert way in said


def test_with_a_password_it_keeps_that_and_can_rotate_it() -> None:
    assert problems("aws", "postgres", {}, **WITH_PASSWORD) == ""
    assert problems("aws", "postgres", {"rotation": "2026-12"}, **WITH_PASSWORD) == ""


@pytest.mark.parametrize(
    ("cloud", "block", "accepted"),
    [
        ("gcp", {"login": "identity"}, "accepted: password"),
        ("aws", {"kind": "mongodb", "login": "identity"}, "accepted: password"),
        ("aws", {"kind": "dynamodb", "login": "password"}, "accepted: identity"),
    ],
)
def test_a_login_that_rasa_has_not_is_refused(cloud: str, block: dict[str, Any], accepted: str) -> None:
    said = problems(cloud, "postgres", {}, trackerStore=block)
    assert "rasa:trackerStore.login is" in said
    assert accepted in said
