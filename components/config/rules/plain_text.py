"""Secrets that stand in plain text in the stack file, value by value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import cast

from pydantic import BaseModel, SecretStr

from components.config.messages import path_of, set_with
from components.config.places import text_at
from components.config.rules.runner import Rule
from components.config.settings import Settings

PLACEHOLDER = re.compile(r"<[a-z][a-z :-]*>")
"""As commands in messages have it in a value's place."""
Way = tuple[str | int, ...]
"""Keys and positions in lists, from a key of the stack file on."""


def plain_secrets(secret_keys: frozenset[str], written: Mapping[str, object]) -> Iterator[Rule]:
    """One rule for each key.

    The engine says of a whole key that it came encrypted (`secret_keys`), and so it does when one value of
    many was. So what the stack file has in its own words (`written`: key → value, encrypted ones as
    `{secure: …}`) is looked at as well.
    """
    for name, field in Settings.model_fields.items():
        yield _rule(name, str(field.alias), secret_keys, written)
        yield _empty(name, str(field.alias))


def _rule(name: str, key: str, secret_keys: frozenset[str], written: Mapping[str, object]) -> Rule:
    def rule(settings: Settings) -> Iterator[str]:
        for way, _ in _secrets_in(getattr(settings, name), ()):
            if key not in secret_keys or _is_plain(written.get(key), way):
                path, command = _mend((key, *way))
                yield f"{path} is in plain text in the stack file: have it reissued, then {command}"

    return rule


def _empty(name: str, key: str) -> Rule:
    """An empty secret is not the same as none: a client would log in with it."""

    def rule(settings: Settings) -> Iterator[str]:
        for way, value in _secrets_in(getattr(settings, name), ()):
            text = value.get_secret_value().strip()
            if not text or PLACEHOLDER.fullmatch(text):
                path, command = _mend((key, *way))
                yield f"{path} is {'the placeholder of a command' if text else 'empty'}; {command}"

    return rule


def _is_plain(block: object, way: Way) -> bool:
    """Whether the file has a readable value there; what is not in the file came from elsewhere."""
    value = block
    for step in way:
        if isinstance(value, Mapping):
            value = cast("Mapping[str, object]", value).get(str(step))
        elif isinstance(value, list) and isinstance(step, int):
            items = cast("list[object]", value)
            value = items[step] if step < len(items) else None
        else:
            return False  # the whole block is encrypted, or written otherwise
    return isinstance(value, str | int | float)


def _mend(at: Way) -> tuple[str, str]:
    path = path_of(at)
    return path, set_with(path, text_at(Settings, at), is_secret=True)


def _secrets_in(value: object, way: Way) -> Iterator[tuple[Way, SecretStr]]:
    """Where a value holds secrets, and they."""
    if isinstance(value, SecretStr):
        yield way, value
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from _secrets_in(getattr(value, name), (*way, str(field.alias)))
    elif isinstance(value, dict):
        for key, member in cast("dict[str, object]", value).items():
            yield from _secrets_in(member, (*way, key))
    elif isinstance(value, tuple):
        for index, member in enumerate(cast("tuple[object, ...]", value)):
            yield from _secrets_in(member, (*way, index))
