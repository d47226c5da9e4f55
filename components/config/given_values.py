"""Values of a stack file in words: what was given, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic_core import ErrorDetails

from components.config.patterns import IN_WORDS

TEXT, WHOLE_NUMBER, TRUTH, LIST, BLOCK = (
    "text",
    "a whole number",
    "true or false",
    "a list",
    "a block of keys",
)
LONGEST_WORD = 40
BOUNDS: Mapping[str, tuple[str, str]] = {
    "greater_than_equal": ("ge", "{} or more"),
    "less_than_equal": ("le", "{} at most"),
    "string_too_short": ("min_length", "{} or more characters"),
    "string_too_long": ("max_length", "{} characters at most"),
}
"""pydantic's type of error → what holds the bound, and what is accepted."""


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
        given, pattern = given_in_words(detail["input"]), str(context["pattern"])
        if pattern in IN_WORDS:
            other = "text of another form" if given == "text" else given
            return f" is {other}; accepted: {IN_WORDS[pattern]}"
        return f" is {given}, which does not match {pattern}"
    if detail["type"] in BOUNDS:
        key, words = BOUNDS[detail["type"]]
        given = given_in_words(detail["input"]).replace("text", "text of another length")
        return f" is {given}; accepted: {words.format(context[key])}"
    if detail["type"] == "value_error":
        return f": {context['error']}"
    return f": {detail['msg'][0].lower()}{detail['msg'][1:]}"
