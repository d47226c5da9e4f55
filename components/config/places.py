"""Places of a stack file in its models: the keys of a block, whether a value is secret, what to set first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, SecretStr
from pydantic.fields import FieldInfo

from components.config.model import CHOICE, SecretKey, addresses

Location = tuple[int | str, ...]
"""Where an error is, as pydantic says it: keys, positions in lists, and tags of choices."""
ONE_OF_THEM, NUMBER, ANY = "<one of them>", "<number>", "<value>"
"""What stands for a value in a command."""


def first_value(model: type[BaseModel], location: Location) -> tuple[str, str, bool]:
    """The first value to set at a place: where below it, what stands for it, and whether it is secret."""
    if is_secret(model, location):
        of_many = any(is_mapping(field.annotation) for field in fields_at(model, location))
        return ".<key>" if of_many else "", ANY, True
    annotations = [field.annotation for field in fields_at(model, location)]
    inside = "[0]" if any(map(is_list, annotations)) else ""
    models = models_at(model, location)
    if models and not any(map(is_mapping, annotations)):
        key = _first_key(models)
        below, value, secret = first_value(model, (*location, *([0] if inside else []), key))
        return f"{inside}.{key}{below}", value, secret
    if any(map(is_mapping, annotations)):
        return f"{inside}.<key>", ANY, False
    return inside, _placeholder({part for one in annotations for part in (one, *members(one))}), False


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
    return any(SecretKey in members(field.annotation) for field in fields_at(model, location))


def keys_at(model: type[BaseModel], location: Location) -> list[str]:
    """The keys that a block of the stack file takes."""
    return sorted({str(field.alias) for m in models_at(model, location) for field in m.model_fields.values()})


def is_secret(model: type[BaseModel], location: Location) -> bool:
    """Whether a key is set with --secret: its own type says so, or that of the block of secrets it is in."""
    fields = fields_at(model, location)
    return any(SecretStr in (field.annotation, *members(field.annotation)) for field in fields)


def fields_at(model: type[BaseModel], location: Location) -> list[FieldInfo]:
    """The fields that a place in the stack file can be; of a dictionary's entry, the dictionary."""
    steps = [step for step in location if not str(step).startswith(CHOICE)]
    for depth in range(len(steps), 0, -1):
        key, above = steps[depth - 1], _before(location, depth)
        models = models_at(model, above)
        fields = [field for m in models for field in m.model_fields.values() if field.alias == key]
        if fields:
            return fields if depth == len(steps) or not models_at(model, location) else []
    return []


def may_be_one_text(model: type[BaseModel], location: Location) -> bool:
    """Whether a list is one of addresses, which may be written as one text with commas."""
    parts = (one for f in fields_at(model, location) for one in (*f.metadata, *members(f.annotation)))
    return any(isinstance(one, BeforeValidator) and one.func is addresses for one in parts)


def _before(location: Location, depth: int) -> Location:
    """The part of a location that leads to its `depth`-th key, the choices on the way included."""
    found: list[int | str] = []
    for step in location:
        if not str(step).startswith(CHOICE):
            depth -= 1
        if depth == 0:
            break
        found.append(step)
    return tuple(found)


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


def models_at(model: type[BaseModel], location: Location) -> list[type[BaseModel]]:
    """The models that a place in the stack file can have."""
    models = [model]
    for step in location:
        if str(step).startswith(CHOICE):
            models = [m for m in models if _is_chosen_by(str(step).removeprefix(CHOICE), m)] or models
        elif not isinstance(step, int):  # an item of a list is what the list's type names
            fields = (field for m in models for field in m.model_fields.values() if field.alias == step)
            models = [m for field in fields for m in _models_in(field.annotation)]
    return models


def _is_chosen_by(value: str, model: type[BaseModel]) -> bool:
    return any(value in get_args(field.annotation) for field in model.model_fields.values())


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for member in get_args(annotation):
        yield from _models_in(member)
