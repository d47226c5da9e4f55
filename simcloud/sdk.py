"""What the installed SDKs declare of a resource type: names, types, enum values, what is required.

Nothing is listed by hand: the resource's token leads to its class, the class to its `…Args`, and those to the
nested types. Nothing is imported that the program did not import.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import json
import re
import threading
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from pathlib import Path as FilePath
from typing import Any, cast

import pulumi
from pulumi import _types as sdk_types  # pyright: ignore[reportPrivateUsage] # names and types live nowhere else

from simcloud.errors import SimcloudError
from simcloud.wire import Properties, Value

FORCES_NEW = re.compile(
    r"forces? (?:a |an |the )?(?:creation of (?:a )?)?(?:new|replacement|re-?creation)"
    r"|chang(?:ing|e) (?:this|the value)[^.]*?(?:creates?|requires?|forces?) (?:a )?(?:new|re)",
    re.IGNORECASE,
)
_reading = threading.Lock()
"""The SDKs load their modules on first use, and show other threads a module that is half loaded
(https://github.com/python/cpython/issues/114763). A refresh or destroy asks for many at once."""
ANNOTATION = Any  # what `typing` returns for a hint has no narrower type


@dataclass(frozen=True, slots=True)
class Shape:
    """What may stand at one place of the inputs."""

    kind: str
    of: tuple[Shape, ...] = ()
    values: tuple[object, ...] = ()
    cls: type | None = None

    def describe(self) -> str:
        """Name the shape as a person would."""
        if self.kind == "object" and self.cls:
            return f"an object ({self.cls.__name__})"
        if self.kind == "one":
            return " or ".join(dict.fromkeys(shape.describe() for shape in self.of))
        if self.kind == "enum":
            return "one of " + ", ".join(map(repr, self.values))
        return {"list": "a list", "map": "a map", "bool": "true or false", "int": "a whole number"}.get(
            self.kind, f"a {self.kind}"
        )


@dataclass(frozen=True, slots=True)
class ObjectType:
    """The properties of an object and which of them must be there."""

    properties: dict[str, Shape]
    required: frozenset[str]


@dataclass(frozen=True, slots=True)
class ResourceSchema:
    """What the SDK knows of a resource type."""

    inputs: ObjectType
    outputs: dict[str, tuple[Shape, bool]]
    """Shape of each output, and whether it is always there."""
    forces_new: frozenset[str] = field(default_factory=frozenset[str])


@cache
def resource_classes(package: str) -> dict[str, tuple[str, str]]:
    """Find the module and class of every resource token of an installed SDK."""
    spec = importlib.util.find_spec(f"pulumi_{package.replace('-', '_')}")
    if spec is None or spec.origin is None:
        raise SimcloudError(f"the SDK of '{package}' is not installed: run `uv add pulumi-{package}`")
    found: dict[str, tuple[str, str]] = {}
    for node in ast.walk(ast.parse(FilePath(spec.origin).read_text())):
        if not isinstance(node, ast.keyword) or not isinstance(node.value, ast.Constant):
            continue
        if node.arg == "resource_modules":
            for module in json.loads(str(node.value.value)):
                found.update({token: (module["fqn"], name) for token, name in module["classes"].items()})
        elif node.arg == "resource_packages":
            found.update(
                {one["token"]: (one["fqn"], one["class"]) for one in json.loads(str(node.value.value))}
            )
    return found


def resource(token: str) -> ResourceSchema | None:
    """Read what the SDK says of a resource type; None where it has no such class."""
    with _reading:
        return _read_resource(token)


@cache
def _read_resource(token: str) -> ResourceSchema | None:
    package = token.removeprefix("pulumi:providers:").split(":", 1)[0]
    where = resource_classes(package).get(token)
    if where is None:
        return None
    cls: type = getattr(importlib.import_module(where[0]), where[1])
    module = importlib.import_module(cls.__module__)
    # `<Class>Args`, or `<Class>InitArgs` where a nested type has taken that name
    exported = next((name for name in getattr(module, "__all__", []) if name.endswith("Args")), None)
    arguments: type | None = getattr(module, exported) if exported else None
    if arguments is None:
        return None
    hints = sdk_types._raw_return_hints(cls)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] # unwrapped ones lose Optional
    outputs = {
        name: (_shape(hint), not _optional(hint)) for name, hint in hints.items() if name not in {"id", "urn"}
    }
    return ResourceSchema(object_type(arguments), outputs, _forces_new(arguments))


def _forces_new(arguments: type) -> frozenset[str]:
    names = sdk_types.input_type_py_to_pulumi_names(arguments)
    return frozenset(
        wire
        for name, wire in names.items()
        if FORCES_NEW.search(inspect.getdoc(getattr(arguments, name, None)) or "")
    )


@cache
def object_type(cls: type) -> ObjectType:
    """Read an input class, or an output class."""
    if sdk_types.is_input_type(cls):
        names, hints = sdk_types.input_type_py_to_pulumi_names(cls), sdk_types.input_type_types(cls)
        parameters = inspect.signature(cls).parameters
        empty = inspect.Parameter.empty
        required = {names[name] for name, one in parameters.items() if one.default is empty and name in names}
    else:
        hints = sdk_types._raw_return_hints(cls)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] # as above
        required = {name for name, hint in hints.items() if not _optional(hint)}
    return ObjectType({name: _shape(hint) for name, hint in hints.items()}, frozenset(required))


def _arms(hint: ANNOTATION) -> Iterator[ANNOTATION]:
    """Yield the alternatives of a hint without what only Python callers see (Output, Awaitable)."""
    origin = typing.get_origin(hint)
    if origin is typing.Union or isinstance(hint, types.UnionType):
        for arm in typing.get_args(hint):
            yield from _arms(arm)
    elif origin is pulumi.Output:
        yield from _arms(typing.get_args(hint)[0])
    elif "Awaitable" not in str(origin) and not typing.is_typeddict(hint):
        yield hint


def _optional(hint: ANNOTATION) -> bool:
    return type(None) in _arms(hint)


def _shape(hint: ANNOTATION) -> Shape:
    arms = [arm for arm in _arms(hint) if arm is not type(None)]
    shapes = tuple(dict.fromkeys(_single(arm) for arm in arms))
    if len(shapes) == 1:
        return shapes[0]
    if any(shape.kind == "any" for shape in shapes) or not shapes:
        return Shape("any")
    return Shape("one", shapes)


def _single(hint: ANNOTATION) -> Shape:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return Shape("enum", values=arguments)
    if origin is not None:
        mapping = issubclass(origin, typing.Mapping)
        return Shape("map" if mapping else "list", (_shape(arguments[-1]),))
    return _class_shape(cast("type[object]", hint)) if isinstance(hint, type) else Shape("any")


def _class_shape(cls: type[object]) -> Shape:
    simple = {"bool": "bool", "str": "string", "int": "int", "float": "number"}.get(cls.__name__)
    if simple:
        return Shape(simple)
    if issubclass(cls, Enum):
        return Shape("enum", values=tuple(one.value for one in cls))
    if issubclass(cls, pulumi.Asset | pulumi.Archive):
        return Shape("asset")
    if sdk_types.is_input_type(cls) or sdk_types.is_output_type(cls):
        return Shape("object", cls=cls)
    return Shape("map", (Shape("any"),)) if cls is dict else Shape("any")


def fill(shape: Shape, depth: int = 0) -> Value:
    """Make the value that stands for a computed output of which only the type is known."""
    if shape.kind == "enum":
        return shape.values[0] if shape.values else ""
    if shape.kind == "one":
        return fill(shape.of[0], depth)
    if shape.kind == "object" and shape.cls and depth < 5:  # noqa: PLR2004 - deeper types refer to themselves
        nested = object_type(shape.cls)
        return {name: fill(nested.properties[name], depth + 1) for name in sorted(nested.required)}
    empty: dict[str, Value] = {"string": "", "bool": False, "int": 0, "number": 0, "list": [], "map": {}}
    return empty.get(shape.kind)


def computed(token: str, known: Properties) -> Properties:
    """Make every output that is always there and that neither inputs nor templates give."""
    schema = resource(token)
    if schema is None:
        return {}
    return {
        name: fill(shape) for name, (shape, always) in schema.outputs.items() if always and name not in known
    }
