"""Places of a stack file in its models: the keys of a block, whether a value is secret, what to set first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, SecretStr

from components.config.model import CHOICE, FromFile, SecretKey, addresses

Location = tuple[int | str, ...]
"""Where an error is, as pydantic says it: keys, positions in lists, and tags of choices."""
ONE_OF_THEM, NUMBER, ANY = "<one of them>", "<number>", "<value>"
"""What stands for a value in a command."""


def first_value(model: type[BaseModel], location: Location) -> tuple[str, str, bool]:
    """The first value to set at a place: where below it, what stands for it, and whether it is secret."""
    types = types_at(model, location)
    text, of_many = text_at(model, location), any(map(is_mapping, types))
    if is_secret(model, location):
        return ".<key>" if of_many else "", text, True
    if text != ANY:
        return "", text, False
    inside = "[0]" if any(map(is_list, types)) else ""
    models = models_at(model, location)
    if models and not of_many:
        key = _first_key(models)
        below, value, secret = first_value(model, (*location, *([0] if inside else []), key))
        return f"{inside}.{key}{below}", value, secret
    if of_many:
        return f"{inside}.<key>", ANY, False
    return inside, _placeholder({part for one in types for part in (one, *members(one))}), False


def text_at(model: type[BaseModel], location: Location) -> str:
    """What stands for a text in a command.

    The CLI takes a text that begins with a hyphen for a flag. So what people have in a file is read from it
    (`pulumi config set --help`).
    """
    parts = [part for one in types_at(model, location) for part in members(one)]
    marks = [part.name for part in parts if isinstance(part, FromFile)]
    return f"< {marks[-1]}" if marks else ANY


def _first_key(models: list[type[BaseModel]]) -> str:
    """What the other keys follow from; else what a block cannot do without, else what it begins with."""
    fields = {str(field.alias): field for model in models for field in model.model_fields.values()}
    required = (key for key, field in fields.items() if field.is_required())
    return "from" if "from" in fields else next(required, next(iter(fields), "<key>"))


def _placeholder(parts: set[object]) -> str:
    if any(part is bool or get_origin(part) is Literal for part in parts):
        return ONE_OF_THEM
    return NUMBER if int in parts else ANY


def takes_reference(model: type[BaseModel], location: Location) -> bool:
    """Whether a Secret of the cluster can be named in place of the value."""
    return any(SecretKey in members(one) for one in types_at(model, location))


def keys_at(model: type[BaseModel], location: Location) -> list[str]:
    """The keys that a block of the stack file takes."""
    return sorted({str(field.alias) for m in models_at(model, location) for field in m.model_fields.values()})


def is_secret(model: type[BaseModel], location: Location) -> bool:
    """Whether a key is set with --secret: its own type says so, or that of the block of secrets it is in."""
    return any(SecretStr in (one, *members(one)) for one in types_at(model, location))


def may_be_one_text(model: type[BaseModel], location: Location) -> bool:
    """Whether a list is one of addresses, which may be written as one text with commas."""
    parts = (part for one in types_at(model, location) for part in members(one))
    return any(isinstance(part, BeforeValidator) and part.func is addresses for part in parts)


def types_at(model: type[BaseModel], location: Location) -> list[object]:
    """The types that a place can have, and what they are annotated with.

    Where no type says what is there, those of what it is in.
    """
    found: list[object] = [model]
    for step in location:
        if isinstance(step, str) and step.startswith(CHOICE):
            chosen = [m for m in _models_in(found) if _is_chosen_by(step.removeprefix(CHOICE), m)]
            found = [*chosen] or found
        else:
            found = [inner for one in found for inner in _inside(one, step)] or found
    return found


def models_at(model: type[BaseModel], location: Location) -> list[type[BaseModel]]:
    """The models that a place can have; of a list or a dictionary, what it consists of."""
    return list(_models_in(types_at(model, location)))


def is_list(annotation: object) -> bool:
    """Whether values of this type are lists."""
    return any(get_origin(one) in {list, tuple} for one in (annotation, *members(annotation)))


def is_mapping(annotation: object) -> bool:
    """Whether people choose the keys of such a value."""
    return any(get_origin(one) in {dict, Mapping} for one in (annotation, *members(annotation)))


def members(annotation: object) -> Iterator[object]:
    """Everything that a type is made of."""
    for member in get_args(annotation):
        yield member
        yield from members(member)


def _inside(annotation: object, step: int | str) -> Iterator[object]:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in {Union, UnionType}:
        for one in arguments:
            yield from _inside(one, step)
    elif origin is Annotated:
        yield from _inside(arguments[0], step)
    elif origin in {dict, Mapping}:
        yield arguments[1]
    elif origin in {list, tuple} and isinstance(step, int):
        yield arguments[0]
    elif annotation is Any:
        yield annotation
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for field in annotation.model_fields.values():
            if field.alias == step:
                yield field.rebuild_annotation()


def _is_chosen_by(value: str, model: type[BaseModel]) -> bool:
    return any(value in get_args(field.annotation) for field in model.model_fields.values())


def _models_in(types: list[object]) -> Iterator[type[BaseModel]]:
    for one in types:
        for part in (one, *members(one)):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield part
