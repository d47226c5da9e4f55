"""A vendor's schema of one input, and a value held against it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

LIMITS = ("pattern", "enum", "minLength", "maxLength", "minimum", "maximum")
MADE_UP = "-0a1b2c"
"""In what tests/recorder.py puts in the place of an output."""


class Schema(Protocol):
    """What the vendor says of a value and of what is in it; `None` where it says nothing."""

    @property
    def limits(self) -> Mapping[str, Any]:
        """Some of LIMITS, in JSON Schema's words."""
        ...

    def field(self, name: str) -> Schema | None:
        """Of a property, by Pulumi's name."""
        ...

    def item(self) -> Schema | None:
        """Of each item of a list."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """One value that the vendor's data limit."""

    path: str
    problem: str
    """What is wrong with it, or nothing."""


def compare(value: object, schema: Schema | None, path: str) -> Iterator[Compared]:
    """Hold a value, and all that is in it, against its schema."""
    if schema is None:
        return
    if isinstance(value, Mapping):
        for name, inner in value.items():  # pyright: ignore[reportUnknownVariableType]: of any input
            yield from compare(inner, schema.field(str(name)), f"{path}.{name}")  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(value, list):
        for inner in value:  # pyright: ignore[reportUnknownVariableType]
            yield from compare(inner, schema.item(), f"{path}[]")  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(value, str | int | float) and not isinstance(value, bool) and not _is_made_up(value):
        limits = {key: limit for key, limit in schema.limits.items() if key in LIMITS}
        if limits:
            yield Compared(path=path, problem=problem(value, limits))


def leaves(value: object) -> int:
    """How many values there are in an input."""
    if isinstance(value, Mapping):
        return sum(leaves(inner) for inner in value.values())  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return sum(leaves(inner) for inner in value) if isinstance(value, list) else 1  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def problem(value: str | float, limits: Mapping[str, Any]) -> str:
    """Why a value is outside its limits, or nothing."""
    text = str(value)
    if "enum" in limits and text not in map(str, limits["enum"]):
        return f"{text!r} is none of {limits['enum']}"
    if isinstance(value, str):
        if "pattern" in limits and not re.search(limits["pattern"], text):
            return f"{text!r} does not match {limits['pattern']}"
        if not limits.get("minLength", 0) <= len(text) <= limits.get("maxLength", len(text)):
            return f"{text!r} has {len(text)} characters"
        return ""
    least, most = limits.get("minimum", value), limits.get("maximum", value)
    return "" if least <= value <= most else f"{text} is not between {least} and {most}"


def _is_made_up(value: str | float) -> bool:
    return isinstance(value, str) and (MADE_UP in value or value.startswith("arn:aws:"))


@dataclass(frozen=True, kw_only=True, slots=True)
class JsonSchema:
    """A schema in JSON Schema's words, as CloudFormation's and Google's discovery documents are.

    Their names differ from Pulumi's by the case of letters alone: those that differ in more are not compared.
    """

    own: Mapping[str, Any]
    shared: Mapping[str, Any]
    """What `$ref` names."""

    @property
    def limits(self) -> Mapping[str, Any]:
        return self._resolved

    def field(self, name: str) -> JsonSchema | None:
        known = {key.lower(): value for key, value in self._resolved.get("properties", {}).items()}
        return self._inner(known.get(name.lower(), self._resolved.get("additionalProperties")))

    def item(self) -> JsonSchema | None:
        return self._inner(self._resolved.get("items"))

    @property
    def _resolved(self) -> Mapping[str, Any]:
        name = self.own.get("$ref", "").rpartition("/")[2]
        return self.shared[name] if name else self.own

    def _inner(self, found: Mapping[str, Any] | bool | None) -> JsonSchema | None:
        return JsonSchema(own=found, shared=self.shared) if isinstance(found, Mapping) else None
