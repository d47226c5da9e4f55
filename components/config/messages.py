"""What is wrong with a stack's config, in words that a tired person can act on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from ipaddress import IPv4Network
from typing import Any, cast

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from components.config.model import CHOICE, HERE, WRONG_CHOICE
from components.config.patterns import IN_WORDS
from components.config.places import (
    NUMBER,
    ONE_OF_THEM,
    Location,
    first_value,
    is_list,
    is_mapping,
    is_secret,
    keys_at,
    may_be_one_text,
    takes_reference,
    text_at,
    types_at,
)
from components.config.plain_values import Odd
from components.contract.given_values import BLOCK, LIST, TEXT, TRUTH, WHOLE_NUMBER, in_words

WANTED: Mapping[str, str] = {
    **dict.fromkeys(("string_type",), TEXT),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), WHOLE_NUMBER),
    **dict.fromkeys(("bool_type", "bool_parsing"), TRUTH),
    **dict.fromkeys(("tuple_type", "list_type"), LIST),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), BLOCK),
}
"""pydantic's type of error → what the key takes (docs.pydantic.dev/latest/errors/validation_errors)."""
BOUNDS: Mapping[str, tuple[str, str]] = {
    "greater_than_equal": ("ge", "{} or more"),
    "less_than_equal": ("le", "{} at most"),
    "string_too_short": ("min_length", "{} or more characters"),
    "string_too_long": ("max_length", "{} characters at most"),
}
"""pydantic's type of error → what holds the bound, and what is accepted."""
PLAIN_KEY = re.compile(r"^[A-Za-z0-9_-]+$")


def explain(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """One message per mistake: the key, what is wrong, what is accepted, the command that mends it."""
    details = error.errors(include_url=False, include_input=True)
    return [_message(detail, model) for detail in details if not _follows(detail, details)]


def explain_odd(odd: Odd, model: type[BaseModel]) -> str:
    """The message for a value that no stack file may hold."""
    path = path_of(odd.at)
    if not odd.is_value:
        return f"{path} {odd.what}; or remove it with: {rm_command(path)}"
    mend = set_with(path, text_at(model, odd.at), is_secret=is_secret(model, odd.at))
    return f"{path} {odd.what}; {mend}"


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
    return " ".join(["pulumi config set", *flags, _quoted(path), value])


def rm_command(path: str) -> str:
    """`pulumi config rm`, with the flag that a nested key needs."""
    return f"pulumi config rm {'--path ' if any(mark in path for mark in '.[') else ''}{_quoted(path)}"


def _quoted(path: str) -> str:
    """For a shell."""
    return "'" + path.replace("'", "'\\''") + "'"


def child(path: str, key: str) -> str:
    """The path of a key that people choose: to the CLI a dot is the next level, and what is quoted is one."""
    quoted = key.replace('"', '\\"')
    return f"{path}.{key}" if PLAIN_KEY.match(key) else f'{path}["{quoted}"]'


def parsed_cidr(text: str) -> IPv4Network | str:
    """A range of addresses, or what is wrong with it."""
    try:
        found = IPv4Network(text)
    except ValueError as error:
        return f"is not a range of IPv4 addresses: {error}; accepted: for example 10.20.0.0/16"
    # Python takes an address alone and a mask, too; the clouds take neither.
    return found if text == str(found) else f"is {text!r}, no range with its length; accepted: {found}"


def _message(detail: ErrorDetails, model: type[BaseModel]) -> str:
    path, location = path_of(detail["loc"]), detail["loc"]
    context = detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            return f"{path} is missing; {_set_wanted(path, model, location)}"
        case "extra_forbidden":
            near = did_you_mean(str(location[-1]), keys_at(model, location[:-1]))
            return f"{path} is not a known key; {near}; remove it with: {rm_command(path)}"
        case "literal_error":
            # Only words from a closed list are shown, so no secret can be among them.
            given, accepted = in_words(detail["input"]), context["expected"]
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
        inside, value, _ = first_value(model, detail["loc"])
        further = set_with(f"{path}{inside.replace('[0]', f'[{given}]', 1)}", value)
        return f"{path} is a list of {given}; accepted: {least} or more; {further}"
    complaint = f"{path}{_complaint(detail)}"
    if detail["type"] == "value_error" and isinstance(detail["input"], Mapping):
        # A rule that spans keys of one block: it names them, and says how to mend it.
        return complaint.replace(f"{path}: {HERE}", HERE).replace(HERE, path)
    if isinstance(detail["loc"][-1], int) and may_be_one_text(model, detail["loc"][:-1]):
        # No command changes a part of a text.
        return f"{complaint}; {set_with(path.rpartition('[')[0], '<host:port,host:port>')}"
    is_number = isinstance(detail["input"], int | float) or detail["type"].endswith("than_equal")
    value = NUMBER if is_number else text_at(model, detail["loc"])
    return f"{complaint}; {set_with(path, value, is_secret=is_secret(model, detail['loc']))}"


def _complaint(detail: ErrorDetails) -> str:
    """What a pattern, a bound or a validator has against a value, after the key."""
    context = detail.get("ctx", {})
    if detail["type"] == "string_pattern_mismatch":
        given, pattern = in_words(detail["input"]), str(context["pattern"])
        if pattern in IN_WORDS:
            other = "text of another form" if given == TEXT else given
            return f" is {other}; accepted: {IN_WORDS[pattern]}"
        return f" is {given}, which does not match {pattern}"
    if detail["type"] in BOUNDS:
        key, words = BOUNDS[detail["type"]]
        given = in_words(detail["input"]).replace(TEXT, "text of another length")
        return f" is {given}; accepted: {words.format(context[key])}"
    if detail["type"] == "value_error":
        return f": {context['error']}"
    return f": {detail['msg'][0].lower()}{detail['msg'][1:]}"


def _wrong_type(path: str, detail: ErrorDetails, model: type[BaseModel]) -> str:
    """A value of another type than the key's: `model: 20261125`, `zones: a`, `lockStore: existing`."""
    wanted = WANTED[detail["type"]]
    secret = is_secret(model, detail["loc"])
    given = in_words(detail["input"], secret=secret)
    if wanted in {BLOCK, LIST}:
        return f"{path} is {given}; accepted: {wanted}; {_remove_and_set(path, model, detail['loc'], wanted)}"
    shown = detail["input"]
    if wanted == TEXT and not secret and isinstance(shown, int | float) and _is_taken(shown, model, detail):
        mend = set_command(path, str(shown).lower(), is_text=True)
        return f"{path} is {given}; accepted: {wanted}; set it as text with: {mend}"
    value = {WHOLE_NUMBER: NUMBER, TRUTH: ONE_OF_THEM}.get(wanted) or text_at(model, detail["loc"])
    if wanted == TEXT and takes_reference(model, detail["loc"]):
        wanted = f"{TEXT}, or the keys secretName and key of a Secret"
    return f"{path} is {given}; accepted: {wanted}; {set_with(path, value, is_secret=secret)}"


def _is_taken(number: float, model: type[BaseModel], detail: ErrorDetails) -> bool:
    """Whether the key takes a number or truth value as text, or would refuse it for another reason."""
    for one in types_at(model, detail["loc"]):
        if not is_mapping(one) and not is_list(one):
            try:
                TypeAdapter(cast("Any", one)).validate_python(str(number).lower())
            except ValidationError:
                return False
    return True


def _set_wanted(path: str, model: type[BaseModel], location: Location) -> str:
    """The command for a key that is missing: a block or a list is set by what is in it."""
    inside, value, secret = first_value(model, location)
    return set_with(path + inside, value, is_secret=secret)


def _remove_and_set(path: str, model: type[BaseModel], location: Location, wanted: str) -> str:
    """The CLI sets no key inside of a text: the text goes first."""
    inside, value, secret = first_value(model, location)
    what = "items" if wanted == LIST else "keys"
    keys = keys_at(model, location) if wanted == BLOCK and not inside.endswith(".<key>") else []
    also = f" (its keys: {', '.join(keys)})" if keys else ""
    first = set_command(path + (inside or "[0]"), value, is_secret=secret)
    return f"remove it, then set its {what}{also}, with: {rm_command(path)} && {first}"


def _wrong_choice(path: str, detail: ErrorDetails) -> str:
    key, _, accepted = detail["msg"].partition("=")
    choose = set_with(f"{path}.{key}", ONE_OF_THEM)
    block = detail["input"]
    if not isinstance(block, Mapping):
        return (
            f"{path} is {in_words(block)}; accepted: {BLOCK}, of which {key} is one of {accepted}; "
            f"remove it with: {rm_command(path)}, then {choose}"
        )
    given = cast("Mapping[str, Any]", block).get(key)
    said = "is missing" if given is None else f"is {in_words(given)}"
    return f"{path}.{key} {said}; accepted: {accepted}; {choose}"


def path_of(location: Location) -> str:
    """A place of the stack file as the CLI takes it."""
    return "rasa:" + "".join(_steps(location))


def _steps(location: Location) -> Iterator[str]:
    for depth, step in enumerate(location):
        if isinstance(step, int):
            yield f"[{step}]"
        elif not step.startswith(CHOICE):
            yield step if depth == 0 else child("", step)
