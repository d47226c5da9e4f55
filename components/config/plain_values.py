"""What a stack file may be made of at all: text, numbers, truth values, lists and blocks, not too deep.

YAML can say more (dates, bytes, keys that are numbers, blocks that hold themselves), and so can a program
that hands a configuration over. What is none of these would end in a traceback of whatever meets it first: a
pattern, the engine's protocol (JSON's numbers, UTF-8), or the writer of endpoints.yml.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

LARGEST_NUMBER = 2**53
"""The engine's protocol carries numbers as 64-bit floats (google.protobuf.Value), exact up to here."""
DEEPEST = 32
UNWRITABLE = re.compile("[\0\ud800-\udfff]")
PLAIN = "text, a number, true or false, a list, or a block of keys"


def odd_values(raw: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Key of the stack file and what is wrong with its value, for each that is not made of plain values."""
    for key, value in raw.items():
        found = next(_odd(value, f"rasa:{key}", ()), None)
        if found is not None:
            yield key, found


def _odd(value: object, path: str, above: tuple[int, ...]) -> Iterator[str]:
    if isinstance(value, Mapping | list | tuple):
        here = id(cast("object", value))
        if here in above:
            yield f"{path} holds itself (an anchor of YAML that refers to what it is in); write it out"
        elif len(above) >= DEEPEST:
            yield f"{path} is nested more than {DEEPEST} levels deep; accepted: fewer"
        else:
            yield from _inside(cast("object", value), path, (*above, here))
    elif (what := _what(value)) is not None:
        yield f"{path} {what}"


def _inside(value: object, path: str, above: tuple[int, ...]) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, member in cast("Mapping[object, object]", value).items():
            if not isinstance(key, str):
                yield f"{path} has a key that is not text; accepted: text: put it in quotes"
            elif (what := _what(key)) is not None:
                yield f"{path} has a key that {what}"
            else:
                yield from _odd(member, f"{path}.{key}", above)
    else:
        for index, member in enumerate(cast("Sequence[object]", value)):
            yield from _odd(member, f"{path}[{index}]", above)


def _what(value: object) -> str | None:
    match value:
        case None | bool():
            return None
        case str():
            return _text(value)
        case int() | float():
            if isinstance(value, float) and not math.isfinite(value):
                return "is not a number (infinite, or none at all); accepted: a finite one"
            if abs(value) > LARGEST_NUMBER:
                return f"is a number beyond {LARGEST_NUMBER}, which would arrive as another; write it as text"
            return None
        case _:
            kind = "a date" if hasattr(value, "isoformat") else "neither text nor a number"
            return f"is {kind}; accepted: {PLAIN}: put it in quotes"


def _text(text: str) -> str | None:
    if UNWRITABLE.search(text):
        return "holds a character that no text file can (NUL, or half of a pair); write it without"
    return None
