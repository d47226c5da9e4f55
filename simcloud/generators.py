"""Values with a shape of their own: passwords, keys, names. A package file calls them by `$name`."""

from __future__ import annotations

import base64
import string
from collections.abc import Callable
from random import Random
from typing import TypeAlias

from simcloud.wire import Properties, Value, as_list

Generator: TypeAlias = Callable[[Random, Properties, Properties], Value]
SPECIAL = "!@#$%&*()-_=+[]{}<>:?"
WORDS = [
    "able",
    "bold",
    "calm",
    "deft",
    "easy",
    "fair",
    "glad",
    "hale",
    "just",
    "keen",
    "live",
    "mild",
    "neat",
    "open",
    "pure",
    "rare",
    "safe",
    "tame",
    "vast",
    "wise",
]
PETS = [
    "ant",
    "bee",
    "cat",
    "doe",
    "eel",
    "fox",
    "gnu",
    "hen",
    "ibex",
    "jay",
    "kid",
    "lynx",
    "mole",
    "newt",
    "owl",
    "pug",
    "ram",
    "seal",
    "toad",
    "wren",
]


def _number(inputs: Properties, name: str, default: int = 0) -> int:
    value = inputs.get(name)
    return int(value) if isinstance(value, int | float | str) and value != "" else default


def characters(chance: Random, _: Properties, inputs: Properties) -> Value:
    """Make a string as RandomPassword and RandomString do, with their minimum of each kind."""
    special = inputs.get("overrideSpecial") or SPECIAL
    kinds = {
        "upper": string.ascii_uppercase,
        "lower": string.ascii_lowercase,
        "numeric": string.digits,
        "special": str(special),
    }
    used = {name: letters for name, letters in kinds.items() if inputs.get(name, True) is not False}
    length = _number(inputs, "length")
    made: list[str] = []
    for name, letters in used.items():
        made += chance.choices(letters, k=_number(inputs, f"min{name.capitalize()}"))
    made += chance.choices("".join(used.values()), k=max(0, length - len(made)))
    chance.shuffle(made)
    return "".join(made)


def encoded(chance: Random, arguments: Properties, inputs: Properties) -> Value:
    """Make random bytes in one of their spellings."""
    raw = chance.randbytes(_number(inputs, str(arguments["bytes"])) or _number(arguments, "bytes"))
    spellings: dict[str, Callable[[], str]] = {
        "hex": raw.hex,
        "base64": lambda: base64.b64encode(raw).decode(),
        "base64url": lambda: base64.urlsafe_b64encode(raw).decode().rstrip("="),
        "decimal": lambda: str(int.from_bytes(raw, "big")),
    }
    return str(inputs.get("prefix") or "") + spellings[str(arguments["as"])]()


def integer(chance: Random, _: Properties, inputs: Properties) -> Value:
    """Pick a number between `min` and `max`."""
    return chance.randint(_number(inputs, "min"), _number(inputs, "max"))


def words(chance: Random, _: Properties, inputs: Properties) -> Value:
    """Make a pet name."""
    separator = str(inputs.get("separator") or "-")
    adjectives = chance.choices(WORDS, k=max(0, _number(inputs, "length", 2) - 1))
    prefix = [str(inputs["prefix"])] if inputs.get("prefix") else []
    return separator.join([*prefix, *adjectives, chance.choice(PETS)])


def shuffled(chance: Random, _: Properties, inputs: Properties) -> Value:
    """Put `inputs` in another order."""
    items = list(as_list(inputs.get("inputs")))
    chance.shuffle(items)
    return items[: _number(inputs, "resultCount", len(items))]


def pem(chance: Random, arguments: Properties, _: Properties) -> Value:
    """Make a text in the form of a PEM file (no key or certificate is inside)."""
    body = base64.b64encode(chance.randbytes(_number(arguments, "bytes", 800))).decode()
    lines = [body[start : start + 64] for start in range(0, len(body), 64)]
    kind = str(arguments["kind"])
    text = "\n".join([f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----", ""])
    return base64.b64encode(text.encode()).decode() if arguments.get("base64") else text


def in_base64(_: Random, arguments: Properties, __: Properties) -> Value:
    """Encode a text, as some functions do with files in their answers."""
    return base64.b64encode(str(arguments["text"]).encode()).decode()


GENERATORS: dict[str, Generator] = {
    "$base64": in_base64,
    "$characters": characters,
    "$encoded": encoded,
    "$integer": integer,
    "$words": words,
    "$shuffled": shuffled,
    "$pem": pem,
}
