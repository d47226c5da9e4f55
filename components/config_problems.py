"""What is wrong with a stack's config, in words that a tired person can act on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from ipaddress import IPv4Network
from typing import Any, cast, get_args

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from components.config_model import CHOICE, WRONG_CHOICE


def explain(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """One message per mistake: the key, what is wrong, what is accepted, the command that mends it."""
    return [_message(detail, model) for detail in error.errors(include_url=False, include_input=True)]


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """The nearest known words, or all of them."""
    near = get_close_matches(word, known, n=2, cutoff=0.6)
    return f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(sorted(known))}"


def set_with(path: str, value: str, *, is_secret: bool = False) -> str:
    """The command that sets a key, nested or not, in plain text or encrypted."""
    flags = ("--secret " if is_secret else "") + ("--path " if any(mark in path for mark in ".[") else "")
    return f"set it with: pulumi config set {flags}'{path}' {value}"


def parsed_cidr(text: str) -> IPv4Network | str:
    """A range of addresses, or what is wrong with it."""
    try:
        return IPv4Network(text)
    except ValueError as error:
        return f"is not a range of IPv4 addresses: {error}; accepted: for example 10.20.0.0/16"


def _message(detail: ErrorDetails, model: type[BaseModel]) -> str:
    path = _path(detail["loc"])
    context = detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            is_secret = _is_secret(model, detail["loc"])
            return f"{path} is missing; {set_with(path, '<value>', is_secret=is_secret)}"
        case "extra_forbidden":
            word = str(detail["loc"][-1])
            return f"{path} is not a known key; {did_you_mean(word, _keys_at(model, detail['loc'][:-1]))}"
        case "literal_error":
            # Only words from a closed list are shown, so no secret can be among them.
            given, accepted = repr(detail["input"]), context["expected"]
            return f"{path} is {given}; accepted: {accepted}; {set_with(path, '<one of them>')}"
        case str(kind) if kind == WRONG_CHOICE:
            return _wrong_choice(path, detail)
        case "value_error" if isinstance(detail["input"], Mapping):
            # A rule that spans keys of one block: it names them, and says how to mend it.
            return f"{path}: {context['error']}"
        case _:
            return f"{path}{_complaint(detail)}; {set_with(path, '<value>')}"


def _wrong_choice(path: str, detail: ErrorDetails) -> str:
    key, _, accepted = detail["msg"].partition("=")
    given = cast("Mapping[str, Any]", detail["input"]).get(key)
    said = "is missing" if given is None else f"is {given!r}"
    return f"{path}.{key} {said}; accepted: {accepted}; {set_with(f'{path}.{key}', '<one of them>')}"


def _complaint(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    if detail["type"] == "string_pattern_mismatch":
        return f" does not match {context['pattern']}"
    if detail["type"] == "value_error":
        return f": {context['error']}"
    return f": {detail['msg'][0].lower()}{detail['msg'][1:]}"


def _keys_at(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The keys that a block of the stack file takes."""
    return sorted(
        {str(field.alias) for m in _models_at(model, location) for field in m.model_fields.values()}
    )


def _is_secret(model: type[BaseModel], location: tuple[int | str, ...]) -> bool:
    """Whether a key is set with --secret."""
    models, key = _models_at(model, location[:-1]), location[-1]
    fields = [field for m in models for field in m.model_fields.values() if field.alias == key]
    return any(SecretStr in (field.annotation, *_members(field.annotation)) for field in fields)


def _members(annotation: object) -> Iterator[object]:
    for member in get_args(annotation):
        yield member
        yield from _members(member)


def _models_at(model: type[BaseModel], location: tuple[int | str, ...]) -> list[type[BaseModel]]:
    """The models that a place in the stack file can have."""
    models = [model]
    for step in location:
        if str(step).startswith(CHOICE):
            models = [m for m in models if _is_chosen_by(str(step).removeprefix(CHOICE), m)] or models
        else:
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


def _path(location: tuple[int | str, ...]) -> str:
    return "rasa:" + "".join(_steps(location))


def _steps(location: tuple[int | str, ...]) -> Iterator[str]:
    for depth, step in enumerate(location):
        if isinstance(step, int):
            yield f"[{step}]"
        elif not step.startswith(CHOICE):
            yield step if depth == 0 else f".{step}"
