"""What is wrong with a stack's config, in words that a tired person can act on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from ipaddress import IPv4Network
from typing import Any, cast, get_args, get_origin

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from components.config.given_values import (
    BLOCK,
    LIST,
    TEXT,
    TRUTH,
    WHOLE_NUMBER,
    complaint_of,
    given_in_words,
    kind_in_words,
)
from components.config.model import CHOICE, WRONG_CHOICE

Location = tuple[int | str, ...]
"""Where an error is, as pydantic says it: keys, positions in lists, and tags of choices."""
ONE_OF_THEM, NUMBER = "<one of them>", "<number>"
WANTED: Mapping[str, str] = {
    **dict.fromkeys(("string_type",), TEXT),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), WHOLE_NUMBER),
    **dict.fromkeys(("bool_type", "bool_parsing"), TRUTH),
    **dict.fromkeys(("tuple_type", "list_type"), LIST),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), BLOCK),
}
"""pydantic's type of error → what the key takes (docs.pydantic.dev/latest/errors/validation_errors)."""
PLAIN_KEY = re.compile(r"^[A-Za-z0-9_-]+$")


def explain(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """One message per mistake: the key, what is wrong, what is accepted, the command that mends it."""
    details = error.errors(include_url=False, include_input=True)
    return [_message(detail, model) for detail in details if not _follows(detail, details)]


def _follows(detail: ErrorDetails, details: Sequence[ErrorDetails]) -> bool:
    """Whether a list is too short because its entries are wrong, which are said one by one."""
    at = detail["loc"]
    inside = (other["loc"] for other in details if len(other["loc"]) > len(at))
    return detail["type"] == "too_short" and any(loc[: len(at)] == at for loc in inside)


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """The nearest known words, or all of them."""
    near = get_close_matches(word, known, n=2, cutoff=0.6)
    return f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(sorted(known))}"


def set_with(path: str, value: str, *, is_secret: bool = False) -> str:
    """The command that sets a key, nested or not, in plain text or encrypted."""
    return f"set it with: {set_command(path, value, is_secret=is_secret)}"


def set_command(path: str, value: str, *, is_secret: bool = False, is_text: bool = False) -> str:
    """`pulumi config set`, with the flags that this key and this value need.

    Below a key (`--path`) the CLI stores `20261125` as a number and `true` as a truth value, unless it is
    told `--type string`; at the top and with `--secret` everything is text (`pulumi config set --help`).
    A placeholder may stand for such a text.
    """
    nested = any(mark in path for mark in ".[")
    text = is_text or (value.startswith("<") and value not in {ONE_OF_THEM, NUMBER})
    flags = ["--secret"] if is_secret else []
    flags += ["--path"] if nested else []
    flags += ["--type string"] if nested and text and not is_secret else []
    return " ".join(["pulumi config set", *flags, f"'{path}'", value])


def rm_command(path: str) -> str:
    """`pulumi config rm`, with the flag that a nested key needs."""
    return f"pulumi config rm {'--path ' if any(mark in path for mark in '.[') else ''}'{path}'"


def parsed_cidr(text: str) -> IPv4Network | str:
    """A range of addresses, or what is wrong with it."""
    try:
        found = IPv4Network(text)
    except ValueError as error:
        return f"is not a range of IPv4 addresses: {error}; accepted: for example 10.20.0.0/16"
    # Python takes an address alone and a mask, too; the clouds take neither.
    return found if text == str(found) else f"is {text!r}, no range with its length; accepted: {found}"


def _message(detail: ErrorDetails, model: type[BaseModel]) -> str:
    path, location = _path(detail["loc"]), detail["loc"]
    context = detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            return f"{path} is missing; {_set_wanted(path, model, location)}"
        case "extra_forbidden":
            near = did_you_mean(str(location[-1]), _keys_at(model, location[:-1]))
            return f"{path} is not a known key; {near}; remove it with: {rm_command(path)}"
        case "literal_error":
            # Only words from a closed list are shown, so no secret can be among them.
            given, accepted = given_in_words(detail["input"]), context["expected"]
            return f"{path} is {given}; accepted: {accepted}; {set_with(path, ONE_OF_THEM)}"
        case str(kind) if kind == WRONG_CHOICE:
            return _wrong_choice(path, detail)
        case str(kind) if kind in WANTED:
            return _wrong_type(path, detail, model)
        case _:
            return _refused_value(path, detail, model)


def _refused_value(path: str, detail: ErrorDetails, model: type[BaseModel]) -> str:
    """A value of the right type that a pattern, a bound or a rule refuses."""
    context = detail.get("ctx", {})
    if detail["type"] == "too_short":
        given, least = context["actual_length"], context["min_length"]
        further = set_with(f"{path}[{given}]", "<value>")
        return f"{path} is a list of {given}; accepted: {least} or more; {further}"
    complaint = f"{path}{complaint_of(detail)}"
    if detail["type"] == "value_error" and isinstance(detail["input"], Mapping):
        return complaint  # a rule that spans keys of one block: it names them, and says how to mend it
    return f"{complaint}; {set_with(path, '<value>', is_secret=_is_secret(model, detail['loc']))}"


def _wrong_type(path: str, detail: ErrorDetails, model: type[BaseModel]) -> str:
    """A value of another type than the key's: `model: 20261125`, `zones: a`, `lockStore: existing`."""
    wanted = WANTED[detail["type"]]
    is_secret = _is_secret(model, detail["loc"])
    given = kind_in_words(detail["input"]) if is_secret else given_in_words(detail["input"])
    if wanted in {BLOCK, LIST}:
        return f"{path} is {given}; accepted: {wanted}; {_remove_and_set(path, model, detail['loc'], wanted)}"
    shown = detail["input"]
    if wanted == TEXT and not is_secret and isinstance(shown, int | float):
        mend = set_command(path, str(shown).lower(), is_text=True)
        return f"{path} is {given}; accepted: {wanted}; set it as text with: {mend}"
    value = {WHOLE_NUMBER: NUMBER, TRUTH: ONE_OF_THEM}.get(wanted, "<value>")
    return f"{path} is {given}; accepted: {wanted}; {set_with(path, value, is_secret=is_secret)}"


def _set_wanted(path: str, model: type[BaseModel], location: Location) -> str:
    """The command for a key that is missing: a block or a list is set by what is in it."""
    inside = _first_inside(model, location)
    is_secret = _is_secret(model, location)
    return set_with(path + inside, "<value>", is_secret=is_secret)


def _remove_and_set(path: str, model: type[BaseModel], location: Location, wanted: str) -> str:
    """The CLI sets no key inside of a text: the text goes first."""
    if wanted == BLOCK and any(map(_is_mapping, _annotations_at(model, location))):
        entry = set_command(f"{path}.<key>", "<value>", is_secret=_is_secret(model, location))
        return f"remove it, then set its keys, with: {rm_command(path)} && {entry}"
    if wanted == BLOCK:
        keys = _keys_at(model, location)
        # What a block is, its other keys follow from.
        first = "from" if "from" in keys else next(iter(keys), "<key>")
        entry = f"{path}.{first}"
        also = f" (its keys: {', '.join(keys)})" if keys else ""
        return (
            f"remove it, then set its keys{also}, with: {rm_command(path)} && {set_command(entry, '<value>')}"
        )
    first = set_command(path + (_first_inside(model, location) or "[0]"), "<value>")
    return f"remove it, then set its items, with: {rm_command(path)} && {first}"


def _first_inside(model: type[BaseModel], location: Location) -> str:
    """Where the first value of a list or block stands, below its own path; "" for a plain value."""
    fields = _fields_at(model, location)
    inside = "[0]" if any(_is_list(field.annotation) for field in fields) else ""
    models = _models_at(model, location)
    if models and not any(SecretStr in _members(field.annotation) for field in fields):
        required = (str(field.alias) for field in models[0].model_fields.values() if field.is_required())
        key = next(required, next(iter(_keys_at(model, location)), ""))
        return f"{inside}.{key}" if key else inside
    return inside + ".<key>" if any(_is_mapping(field.annotation) for field in fields) else inside


def _wrong_choice(path: str, detail: ErrorDetails) -> str:
    key, _, accepted = detail["msg"].partition("=")
    choose = set_with(f"{path}.{key}", ONE_OF_THEM)
    block = detail["input"]
    if not isinstance(block, Mapping):
        return (
            f"{path} is {given_in_words(block)}; accepted: {BLOCK}, of which {key} is one of {accepted}; "
            f"remove it with: {rm_command(path)}, then {choose}"
        )
    given = cast("Mapping[str, Any]", block).get(key)
    said = "is missing" if given is None else f"is {given_in_words(given)}"
    return f"{path}.{key} {said}; accepted: {accepted}; {choose}"


def _keys_at(model: type[BaseModel], location: Location) -> list[str]:
    """The keys that a block of the stack file takes."""
    return sorted(
        {str(field.alias) for m in _models_at(model, location) for field in m.model_fields.values()}
    )


def _is_secret(model: type[BaseModel], location: Location) -> bool:
    """Whether a key is set with --secret: its own type says so, or that of the block of secrets it is in."""
    fields = _fields_at(model, location)
    return any(SecretStr in (field.annotation, *_members(field.annotation)) for field in fields)


def _fields_at(model: type[BaseModel], location: Location) -> list[FieldInfo]:
    """The fields that a place in the stack file can be; of a dictionary's entry, the dictionary."""
    steps = [step for step in location if not str(step).startswith(CHOICE)]
    for depth in range(len(steps), 0, -1):
        key, above = steps[depth - 1], _before(location, depth)
        models = _models_at(model, above)
        fields = [field for m in models for field in m.model_fields.values() if field.alias == key]
        if fields:
            return fields if depth == len(steps) or not _models_at(model, location) else []
    return []


def _annotations_at(model: type[BaseModel], location: Location) -> Iterator[object]:
    yield from (field.annotation for field in _fields_at(model, location))


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


def _is_list(annotation: object) -> bool:
    return any(get_origin(one) in {list, tuple} for one in (annotation, *_members(annotation)))


def _is_mapping(annotation: object) -> bool:
    return any(get_origin(one) in {dict, Mapping} for one in (annotation, *_members(annotation)))


def _members(annotation: object) -> Iterator[object]:
    for member in get_args(annotation):
        yield member
        yield from _members(member)


def _models_at(model: type[BaseModel], location: Location) -> list[type[BaseModel]]:
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


def _path(location: Location) -> str:
    return "rasa:" + "".join(_steps(location))


def _steps(location: Location) -> Iterator[str]:
    for depth, step in enumerate(location):
        if isinstance(step, int):
            yield f"[{step}]"
        elif not step.startswith(CHOICE):
            # The CLI takes a dot for the next level: such a key of tags or labels is quoted.
            yield step if depth == 0 else f".{step}" if PLAIN_KEY.match(step) else f'["{step}"]'
