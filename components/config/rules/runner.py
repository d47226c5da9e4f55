"""Runs rules over settings of which some keys can be wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import FunctionType
from typing import cast

from components.config.settings import Settings

Rule = Callable[[Settings], Iterator[str]]
"""Yields one message per problem."""


class _WrongKeyError(Exception):
    """A rule has read a key whose value is wrong by itself."""


class _Guarded:
    """Settings that refuse to read the keys that are wrong, also in their own properties and methods."""

    def __init__(self, settings: Settings, wrong: frozenset[str]) -> None:
        self._settings = settings
        self._wrong = wrong

    def __getattr__(self, name: str) -> object:
        if name in self._wrong:
            raise _WrongKeyError(name)
        member: object = vars(Settings).get(name)
        # A property or a method of `Settings` reads fields: it is bound to this object, and not to the
        # settings, which hold stand-ins for the keys that are wrong.
        if isinstance(member, property | FunctionType):
            return member.__get__(self, Settings)
        return getattr(self._settings, name)


def run(rules: Sequence[Rule], settings: Settings, wrong: frozenset[str]) -> list[str]:
    """Run every rule; one ends when it reads a key of `wrong` (field names), which is reported already."""
    guarded = cast("Settings", _Guarded(settings, wrong))
    found: list[str] = []
    for rule in rules:
        try:
            found.extend(rule(guarded))
        except _WrongKeyError:
            continue
    return found
