"""Checks inputs against the types of the installed SDK, the same ones that an editor shows."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from simcloud import sdk
from simcloud.sdk import ObjectType, Shape
from simcloud.wire import Path, Properties, Secret, Unknown, Value, as_map, is_list, is_map, path_text


@dataclass(frozen=True, slots=True)
class Problem:
    """One input that the SDK's types do not allow."""

    path: Path
    text: str


def check(token: str, inputs: Properties) -> list[Problem]:
    """Find everything that is wrong with a resource's inputs."""
    schema = sdk.resource(token)
    if schema is None:
        return [Problem((), f"the installed SDK has no resource type {token}")]
    return list(_check_object(schema.inputs, inputs, ()))


def _check_object(shape: ObjectType, given: Properties, path: Path) -> Iterator[Problem]:
    for name in sorted(shape.required - given.keys()):
        yield Problem((*path, name), f"missing required property '{path_text((*path, name))}'")
    for name, value in given.items():
        if name in shape.properties:
            yield from _check_value(shape.properties[name], value, (*path, name))
        elif not name.startswith("__"):
            near = difflib.get_close_matches(name, shape.properties, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            known = ", ".join(sorted(shape.properties))
            text = f"unknown property '{path_text((*path, name))}'{hint} (the SDK knows: {known})"
            yield Problem((*path, name), text)


def _check_value(shape: Shape, value: Value, path: Path) -> Iterator[Problem]:
    if isinstance(value, Secret):
        for problem in _check_value(shape, value.value, path):
            yield Problem(problem.path, re.sub(r", not .*", ", not [secret]", problem.text, flags=re.DOTALL))
    elif not isinstance(value, Unknown) and value is not None and shape.kind not in {"any", "asset"}:
        yield from _check_known(shape, value, path)


def _check_known(shape: Shape, value: Value, path: Path) -> Iterator[Problem]:
    if shape.kind == "one":
        attempts = [list(_check_value(one, value, path)) for one in shape.of]
        if all(attempts):
            fitting = [one for one in attempts if not any(problem.path == path for problem in one)]
            yield from fitting[0] if fitting else [_mismatch(shape, value, path)]
    elif shape.kind == "object" and is_map(value) and shape.cls:
        yield from _check_object(sdk.object_type(shape.cls), value, path)
    elif shape.kind == "list" and is_list(value):
        for index, item in enumerate(value):
            yield from _check_value(shape.of[0], item, (*path, index))
    elif shape.kind == "map" and is_map(value):
        for key, item in value.items():
            yield from _check_value(shape.of[0], item, (*path, key))
    elif not _fits(shape, value):
        yield _mismatch(shape, value, path)


def _fits(shape: Shape, value: Value) -> bool:
    if shape.kind == "enum":
        return value in shape.values
    if isinstance(value, bool):
        return shape.kind == "bool"
    if isinstance(value, int):
        return shape.kind in {"int", "number"}
    if isinstance(value, float):
        return shape.kind == "number"
    return isinstance(value, str) and shape.kind == "string"


def _mismatch(shape: Shape, value: Value, path: Path) -> Problem:
    return Problem(
        path, f"'{path_text(path)}' must be {shape.describe()}, not {json.dumps(value, default=str)[:200]}"
    )


def provider_inputs(inputs: Properties) -> Properties:
    """Undo the JSON text in which the engine passes a provider's nested inputs."""
    decoded: Properties = {}
    for name, value in inputs.items():
        inner = value.value if isinstance(value, Secret) else value
        if isinstance(inner, str) and re.match(r"^(true|false|-?\d+|[\[{].*)$", inner, re.DOTALL):
            try:
                inner = cast("Value", json.loads(inner))
            except json.JSONDecodeError:
                inner = value
        decoded[name] = inner
    return decoded


def check_provider(package: str, inputs: Properties) -> list[Problem]:
    """Find what is wrong with an explicit provider's inputs."""
    schema = sdk.resource(f"pulumi:providers:{package}")
    if schema is None:
        return []
    decoded = provider_inputs({name: value for name, value in inputs.items() if name != "version"})
    return [
        problem
        for problem in _check_object(schema.inputs, decoded, ())
        # a string that reads as a number or as JSON is a string all the same
        if not isinstance(as_map(inputs).get(str(problem.path[0])), str)
        or "must be a string" not in problem.text
    ]
