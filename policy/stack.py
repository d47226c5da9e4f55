"""What a policy sees of a stack."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any, Protocol, cast


class Resource(Protocol):
    """One resource, as the engine was asked for it."""

    @property
    def type(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def inputs(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Stack:
    """All resources of a stack, and how strict to be."""

    resources: Sequence[Resource]
    production: bool

    def of(self, *types: str) -> Iterator[Resource]:
        """The resources of these types."""
        return (resource for resource in self.resources if resource.type in types)


Policy = Callable[[Stack], Iterator[str]]
"""Yields one message per violation: the resource, what is wrong, and what is right."""


class _Unknown:
    """Whatever a policy does with it, it finds nothing wrong: no members, and each of them unknown."""

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __getitem__(self, key: object) -> Any:  # noqa: ANN401 - as a mapping or list of anything
        del key
        return self

    def get(self, key: object, default: object = None) -> Any:  # noqa: ANN401
        del key, default
        return self


UNKNOWN: Any = _Unknown()
"""Stands in a preview for what only `up` will know: no policy is broken by it."""


def unsure(*values: object) -> bool:
    """Whether one of these only `up` will know: then nothing can be said to be missing among them."""
    return any(value is UNKNOWN for value in values)


def at(value: object, path: str) -> Any:  # noqa: ANN401 - inputs are any JSON
    """What stands at a dotted path of a resource's inputs; None where nothing does."""
    for step in path.split("."):
        if value is UNKNOWN:
            return UNKNOWN
        value = cast("Mapping[str, object]", value).get(step) if isinstance(value, Mapping) else None
    return value


def members(value: object) -> Iterator[tuple[str, Any]]:
    """Every key and value in a tree of mappings and lists, at any depth."""
    if isinstance(value, Mapping):
        for key, member in cast("Mapping[str, object]", value).items():
            yield key, member
            yield from members(member)
    elif isinstance(value, list):
        for member in cast("list[object]", value):
            yield from members(member)


def demand(resource: Resource, path: str, wanted: object) -> Iterator[str]:
    """Yield a message unless the input at a dotted path is the one wanted (or meets it, if it is a test)."""
    value = at(resource.inputs, path)
    if value is UNKNOWN:
        return
    if isinstance(wanted, FunctionType):
        if not wanted(value):
            yield f"{resource.type} {resource.name}: {path} is {value!r}, must be {_said(wanted)}"
    elif value != wanted:
        yield f"{resource.type} {resource.name}: {path} is {value!r}, must be {wanted!r}"


def _said(test: FunctionType) -> str:
    return test.__name__.strip("_").replace("_", " ")


def present(value: object) -> bool:
    """Something rather than nothing."""
    return bool(value)
