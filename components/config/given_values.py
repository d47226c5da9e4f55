"""Values of a stack file in words: what was given, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic_core import ErrorDetails

TEXT, WHOLE_NUMBER, TRUTH, LIST, BLOCK = (
    "text",
    "a whole number",
    "true or false",
    "a list",
    "a block of keys",
)
LONGEST_WORD = 40
PATTERNS: Mapping[str, str] = {
    r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$": "lower-case letters, digits and hyphens, 63 at most",
    r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$": "lower-case letters, digits, hyphens and dots, 253 at most",
    r"^sha256:[0-9a-f]{64}$": "sha256: and 64 hexadecimal digits",
    r"^[0-9a-f]{64}$": "64 hexadecimal digits",
}
"""Patterns of keys, in words."""


def kind_in_words(value: object) -> str:
    """What sort of value it is, without a word of it."""
    match value:
        case bool():
            return "a truth value"
        case int() | float():
            return "a number"
        case str():
            return TEXT
        case None:
            return "empty (null)"
        case _:
            return BLOCK if isinstance(value, Mapping) else LIST


def given_in_words(value: object) -> str:
    """A value in words. Text that is no word is not repeated: it may be a secret at the wrong key."""
    match value:
        case None | "":
            return "empty" if value == "" else "empty (null)"
        case bool():
            return f"{str(value).lower()} (a truth value)"
        case int() | float():
            return f"the number {value}"
        case str():
            return repr(value) if len(value) <= LONGEST_WORD and value.replace("-", "").isalnum() else "text"
        case _:
            return BLOCK if isinstance(value, Mapping) else LIST


def complaint_of(detail: ErrorDetails) -> str:
    """What a pattern, a bound or a validator has against a value, after the key."""
    context = detail.get("ctx", {})
    if detail["type"] == "string_pattern_mismatch":
        pattern = str(context["pattern"])
        words = f" ({PATTERNS[pattern]})" if pattern in PATTERNS else ""
        return f" is {given_in_words(detail['input'])}, which does not match {pattern}{words}"
    if detail["type"] == "value_error":
        return f": {context['error']}"
    return f": {detail['msg'][0].lower()}{detail['msg'][1:]}"
