"""What a stack file may be made of at all: text, numbers, truth values, lists and blocks, not too deep.

YAML can say more (dates, bytes, keys that are numbers, blocks that hold themselves), and so can a program
that hands a configuration over. What is none of these would end in a traceback of whatever meets it first: a
pattern, the engine's protocol (JSON's numbers, UTF-8), or the writer of endpoints.yml.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import cast

LARGEST_NUMBER = 2**53
"""The engine's protocol carries numbers as 64-bit floats (google.protobuf.Value), exact up to here."""
DEEPEST = 32
UNWRITABLE = re.compile("[\0\ud800-\udfff]")
PLAIN = "text, a number, true or false, a list, or a block of keys"


@dataclass(frozen=True, slots=True)
class Odd:
    """What no stack file may hold."""

    at: tuple[str | int, ...]
    """Keys and positions in lists."""
    what: str
    is_value: bool = True
    """Whether another value mends it; else the block that it is in goes."""


def odd_values(raw: Mapping[str, object]) -> Iterator[Odd]:
    """The first of each key of the stack file whose value is not made of plain values."""
    for key, value in raw.items():
        yield from islice(_odd(value, (key,), ()), 1)


def _odd(value: object, at: tuple[str | int, ...], above: tuple[int, ...]) -> Iterator[Odd]:
    if isinstance(value, Mapping | list | tuple):
        here = id(cast("object", value))
        if here in above:
            yield Odd(
                at, "holds itself (an anchor of YAML that refers to what it is in); write it out", False
            )
        elif len(above) >= DEEPEST:
            yield Odd(at, f"is nested more than {DEEPEST} levels deep; accepted: fewer", False)
        else:
            yield from _inside(cast("object", value), at, (*above, here))
    elif (what := _what(value)) is not None:
        yield Odd(at, what)


def _inside(value: object, at: tuple[str | int, ...], above: tuple[int, ...]) -> Iterator[Odd]:
    if isinstance(value, Mapping):
        for key, member in cast("Mapping[object, object]", value).items():
            if not isinstance(key, str):
                yield Odd(at, "has a key that is not text; accepted: text: put it in quotes", False)
            elif (what := _what(key)) is not None:
                yield Odd(at, f"has a key that {what}", False)
            else:
                yield from _odd(member, (*at, key), above)
    else:
        for index, member in enumerate(cast("Sequence[object]", value)):
            yield from _odd(member, (*at, index), above)


def _what(value: object) -> str | None:
    match value:
        case None | bool():
            return None
        case str():
            return _text(value)
        case int() | float():
            return _number(value)
        case date():
            return f"is the date {value.isoformat()}; accepted: text"
        case _:
            return f"is neither text nor a number; accepted: {PLAIN}"


def _number(number: float) -> str | None:
    if isinstance(number, float) and not math.isfinite(number):
        return "is not a number (infinite, or none at all); accepted: a finite one"
    if abs(number) > LARGEST_NUMBER:
        return f"is a number beyond {LARGEST_NUMBER}, which would arrive as another; write it as text"
    return None


def _text(text: str) -> str | None:
    if UNWRITABLE.search(text):
        return "holds a character that no text file can (NUL, or half of a pair); write it without"
    return None
