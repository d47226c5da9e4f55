"""What is wrong with a stack's config, in words that a tired person can act on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from ipaddress import IPv4Network
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

TAGS = frozenset({"managed", "in-cluster", "existing", "none"})
"""Names of union members, which pydantic puts into the path of an error and nobody writes."""


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
            return f"{path} is missing; {set_with(path, '<value>', is_secret=path == 'rasa:license')}"
        case "extra_forbidden":
            word = str(detail["loc"][-1])
            return f"{path} is not a known key; {did_you_mean(word, _keys_at(model, detail['loc'][:-1]))}"
        case "literal_error":
            # Only words from a closed list are shown, so no secret can be among them.
            given, accepted = repr(detail["input"]), context["expected"]
            return f"{path} is {given}; accepted: {accepted}; {set_with(path, '<one of them>')}"
        case "union_tag_invalid":
            path += ".from"
            given, accepted = context["tag"], context["expected_tags"]
            return f"{path} is {given!r}; accepted: {accepted}; {set_with(path, '<one of them>')}"
        case "string_pattern_mismatch":
            return f"{path} does not match {context['pattern']}; {set_with(path, '<value>')}"
        case _:
            return f"{path}: {detail['msg'][0].lower()}{detail['msg'][1:]}; {set_with(path, '<value>')}"


def _keys_at(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The keys that a block of the stack file takes."""
    models = [model]
    for step in location:
        if step in TAGS:
            models = [m for m in models if step in get_args(m.model_fields["source"].annotation)]
        else:
            fields = (field for m in models for field in m.model_fields.values() if field.alias == step)
            models = [m for field in fields for m in _models_in(field.annotation)]
    return sorted({str(field.alias) for m in models for field in m.model_fields.values()})


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
        elif not (depth == 1 and step in TAGS):
            yield step if depth == 0 else f".{step}"
