"""The operations in the documents that `pulumi preview --json` and `pulumi refresh --json` print."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""Stands for what only an update tells (pulumi/pulumi, `sdk/go/common/resource/plugin/rpc.go`)."""


class Document(BaseModel):
    """Spelled in camelCase; what is not named here is left out."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class State(Document):
    """A resource as it is or will be."""

    type: str
    custom: bool = False
    retain_on_delete: bool = False
    parent: str = ""
    provider: str = ""
    deleted_with: str = ""
    dependencies: list[str] = Field(default_factory=list[str])
    property_dependencies: dict[str, list[str] | None] = Field(default_factory=dict[str, "list[str] | None"])
    inputs: dict[str, Any] = Field(default_factory=dict[str, Any])
    outputs: dict[str, Any] = Field(default_factory=dict[str, Any])
    ignore_changes: list[str] = Field(default_factory=list[str])
    protect: bool = False


class Step(Document):
    """One operation as the engine announces it."""

    op: str
    urn: str
    old_state: State | None = None
    new_state: State | None = None
    diff_reasons: list[str] | None = None
    replace_reasons: list[str] | None = None
    detailed_diff: dict[str, Any] | None = None


def value_at(properties: Any, path: str) -> Any:  # noqa: ANN401 - JSON
    """What stands at a path in Pulumi's spelling (`a.b[0]["c.d"]`); None where there is nothing.

    Some providers do not quote a key with a dot in it, so the longest key that fits is taken.
    """
    if not path:
        return properties
    if isinstance(properties, list):
        return _in_list(cast("list[Any]", properties), path)
    if not isinstance(properties, dict):
        return None
    for key, rest in _keys(cast("dict[str, Any]", properties), path):
        return value_at(cast("dict[str, Any]", properties)[key], rest)
    return None


def strings(value: object) -> Iterator[str]:
    """Every text in a value."""
    if isinstance(value, dict):
        for member in cast("dict[str, object]", value).values():
            yield from strings(member)
    elif isinstance(value, list):
        for member in cast("list[object]", value):
            yield from strings(member)
    elif isinstance(value, str):
        yield value


def _in_list(members: list[Any], path: str) -> Any:  # noqa: ANN401 - JSON
    found = re.match(r"\[(\d+)\]\.?", path)
    if not found or int(found[1]) >= len(members):
        return None
    return value_at(members[int(found[1])], path[found.end() :])


def _keys(properties: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    quoted = re.match(r'\["([^"]*)"\]\.?', path)
    if quoted:
        if quoted[1] in properties:
            yield quoted[1], path[quoted.end() :]
        return
    for key in sorted(properties, key=len, reverse=True):
        rest = path[len(key) :]
        if path.startswith(key) and (not rest or rest[0] in ".["):
            yield key, rest.removeprefix(".")
