"""Values of a stack file in words, for messages that say what was given."""

from __future__ import annotations

from collections.abc import Mapping

TEXT, WHOLE_NUMBER, TRUTH, LIST, BLOCK = (
    "text",
    "a whole number",
    "true or false",
    "a list",
    "a block of keys",
)
LONGEST_WORD = 40


def in_words(value: object, *, secret: bool = False) -> str:
    """A value in words, of a secret its kind alone.

    Text that is no word is not repeated: it may be a secret at the wrong key.
    """
    match value:
        case None:
            return "empty (null)"
        case bool():
            return "a truth value" if secret else f"{str(value).lower()} (a truth value)"
        case int() | float():
            return "a number" if secret else f"the number {value}"
        case str():
            if not value.strip():
                return "empty"
            return repr(value) if not secret and _is_word(value) else TEXT
        case _:
            return BLOCK if isinstance(value, Mapping) else LIST


def _is_word(text: str) -> bool:
    return len(text) <= LONGEST_WORD and text.replace("-", "").isalnum()
