"""Secrets that stand in plain text in the stack file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from pydantic import BaseModel, SecretStr

from components.config.messages import set_with
from components.config.rules.runner import Rule
from components.config.settings import Settings


def plain_secrets(secret_keys: frozenset[str]) -> Iterator[Rule]:
    """One rule for each key that did not come encrypted (`secret_keys` did)."""
    for name, field in Settings.model_fields.items():
        if field.alias not in secret_keys:
            yield _plain_secrets(name, f"rasa:{field.alias}")


def _plain_secrets(name: str, key: str) -> Rule:
    def rule(settings: Settings) -> Iterator[str]:
        for path in _secrets_in(getattr(settings, name), key):
            command = set_with(path, "<value>", is_secret=True)
            yield f"{path} is in plain text in the stack file: have it reissued, then {command}"

    return rule


def _secrets_in(value: object, path: str) -> Iterator[str]:
    """Where a value holds secrets."""
    if isinstance(value, SecretStr):
        yield path
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from _secrets_in(getattr(value, name), f"{path}.{field.alias}")
    elif isinstance(value, dict):
        for key, member in cast("dict[str, object]", value).items():
            yield from _secrets_in(member, f"{path}.{key}")
