"""Property values as the engine sends them, as plain Python with two marks: secret and unknown.

Every other module works on these values, so that a secret never loses its mark by accident and only this
module knows how gRPC spells it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias, TypeGuard

from google.protobuf import struct_pb2

Value: TypeAlias = object
"""None, bool, int, float, str, list, dict, `Secret` or `UNKNOWN`."""
Properties: TypeAlias = dict[str, Value]
Path: TypeAlias = tuple[str | int, ...]

# The engine's spelling: sdk/go/common/resource/sig/sig.go and plugin/rpc.go
SIGNATURE_KEY = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a marker of the protocol, no secret
OUTPUT_SIGNATURE = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
RESOURCE_SIGNATURE = "5cf8f73096256a8f31e491e813e4eb8e"
UNKNOWN_MARK = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
UNKNOWN_MARKS = {  # plugin/rpc.go has one per kind of value
    UNKNOWN_MARK,
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
}
HASH_KEY = "$secret"


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that must never be printed or written in plain text."""

    value: Value

    def __repr__(self) -> str:
        return "[secret]"


class Unknown:
    """A value that the cloud has yet to decide (there is one instance, `UNKNOWN`)."""

    def __repr__(self) -> str:
        return "<unknown>"


UNKNOWN = Unknown()


def is_map(value: Value) -> TypeGuard[Properties]:
    """Whether the value is an object of properties."""
    return isinstance(value, dict)


def is_list(value: Value) -> TypeGuard[list[Value]]:
    """Whether the value is a list."""
    return isinstance(value, list)


def as_map(value: Value) -> Properties:
    """Return the value as an object; anything else counts as an empty one."""
    return value if is_map(value) else {}


def as_list(value: Value) -> list[Value]:
    """Return the value as a list; anything else counts as an empty one."""
    return value if is_list(value) else []


def decode_struct(struct: struct_pb2.Struct | None) -> Properties:
    """Read an object off the wire."""
    if struct is None:
        return {}
    return {key: _decode(value) for key, value in struct.fields.items()}


def _decode(value: struct_pb2.Value) -> Value:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value in UNKNOWN_MARKS else value.string_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [_decode(item) for item in value.list_value.values]
    if kind == "struct_value":
        return _decode_marked(decode_struct(value.struct_value))
    return None


def _decode_marked(fields: Properties) -> Value:
    signature = fields.get(SIGNATURE_KEY)
    if signature == SECRET_SIGNATURE:
        inner = fields.get("value")
        return inner if isinstance(inner, Secret) else Secret(inner)
    if signature == OUTPUT_SIGNATURE:
        inner = fields.get("value", UNKNOWN)
        return Secret(inner) if fields.get("secret") and not isinstance(inner, Secret) else inner
    if signature == RESOURCE_SIGNATURE:
        return fields.get("id") or fields.get("urn")
    return fields


def encode_struct(properties: Mapping[str, Value]) -> struct_pb2.Struct:
    """Write an object for the wire."""
    return struct_pb2.Struct(fields={key: _encode(value) for key, value in properties.items()})


def _encode(value: Value) -> struct_pb2.Value:
    if isinstance(value, Secret):
        marked: Properties = {SIGNATURE_KEY: SECRET_SIGNATURE, "value": value.value}
        return struct_pb2.Value(struct_value=encode_struct(marked))
    if is_map(value):
        return struct_pb2.Value(struct_value=encode_struct(value))
    if is_list(value):
        items = [_encode(item) for item in value]
        return struct_pb2.Value(list_value=struct_pb2.ListValue(values=items))
    return _encode_leaf(value)


def _encode_leaf(value: Value) -> struct_pb2.Value:
    if isinstance(value, Unknown):
        return struct_pb2.Value(string_value=UNKNOWN_MARK)
    if isinstance(value, bool):
        return struct_pb2.Value(bool_value=value)
    if isinstance(value, int | float):
        return struct_pb2.Value(number_value=float(value))
    if isinstance(value, str):
        return struct_pb2.Value(string_value=value)
    return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)


def plain(value: Value) -> Value:
    """Return the value without its secret marks, for comparing and computing in memory."""
    if isinstance(value, Secret):
        return plain(value.value)
    if is_map(value):
        return {key: plain(item) for key, item in value.items()}
    if is_list(value):
        return [plain(item) for item in value]
    return value


def walk(value: Value, path: Path = (), *, secret: bool = False) -> Iterator[tuple[Path, Value, bool]]:
    """Yield every leaf with its path and whether it is inside a secret."""
    if isinstance(value, Secret):
        yield from walk(value.value, path, secret=True)
    elif is_map(value):
        for key, item in value.items():
            yield from walk(item, (*path, key), secret=secret)
    elif is_list(value):
        for index, item in enumerate(value):
            yield from walk(item, (*path, index), secret=secret)
    else:
        yield path, value, secret


def path_text(path: Sequence[str | int]) -> str:
    """Spell a path as Pulumi does: `a.b[0].c`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def path_parts(text: str) -> list[str]:
    """Split a dotted path of a data file or an option into its keys (`a.b[0]` or `a.b.0`)."""
    return [part for part in text.replace("[", ".").replace("]", "").split(".") if part]


def lookup(value: Value, parts: Sequence[str]) -> Value:
    """Find what stands at a path; None where there is nothing, UNKNOWN below something unknown."""
    for part in parts:
        if isinstance(value, Secret):
            value = value.value
        if isinstance(value, Unknown):
            return UNKNOWN
        if is_map(value):
            value = value.get(part)
        elif is_list(value):
            items = value
            value = items[int(part)] if part.isdigit() and int(part) < len(items) else None
        else:
            return None
    return value


def assign(properties: Properties, parts: Sequence[str], new: Value) -> None:
    """Set what stands at a path, making the objects on the way."""
    here: Value = properties
    for part, following in pairwise(parts):
        if is_list(here) and part.isdigit():
            here = here[int(part)]
        else:
            empty: Value = [] if following.isdigit() else {}
            here = as_map(here).setdefault(part, empty)
    last = parts[-1]
    if is_list(here) and last.isdigit():
        here[int(last)] = new
    else:
        as_map(here)[last] = new


def without(properties: Properties, parts: Sequence[str]) -> Properties:
    """Leave out what stands at a path."""
    first, *rest = parts
    inner = properties.get(first)
    if not rest:
        return {name: value for name, value in properties.items() if name != first}
    return {**properties, first: without(inner, rest)} if is_map(inner) else properties


def merge(base: Value, over: Value) -> Value:
    """Lay one value over another, object by object, without losing a secret mark of either."""
    if isinstance(base, Secret):
        merged = merge(base.value, over)
        return merged if isinstance(merged, Secret) else Secret(merged)
    if is_map(base) and is_map(over):
        result = dict(base)
        for key, item in over.items():
            result[key] = merge(result[key], item) if key in result else item
        return result
    if is_list(base) and is_list(over) and len(base) == len(over):
        return [merge(old, new) for old, new in zip(base, over, strict=True)]
    return over


def redact(value: Value, key: str) -> Value:
    """Return the value with each secret leaf replaced by a keyed hash: what the account may keep."""
    return _redact(value, key, secret=False)


def _redact(value: Value, key: str, *, secret: bool) -> Value:
    if isinstance(value, Secret):
        return _redact(value.value, key, secret=True)
    if is_map(value):
        return {name: _redact(item, key, secret=secret) for name, item in value.items()}
    if is_list(value):
        return [_redact(item, key, secret=secret) for item in value]
    if secret and value is not None:
        digest = hmac.new(key.encode(), json.dumps(value, default=str).encode(), hashlib.sha256)
        return {HASH_KEY: digest.hexdigest()}
    return value


def restore(known: Value, stored: Value, key: str, *, secret: bool = False) -> Value:
    """Give back what the account holds, taking the secrets that did not change from the engine's copy."""
    if isinstance(known, Secret):
        return Secret(restore(known.value, stored, key, secret=True))
    if _redact(known, key, secret=secret) == stored:
        return known
    if is_map(stored) and HASH_KEY in stored:
        return Secret("a secret that was changed outside Pulumi")
    if is_map(stored):
        olds, news = as_map(known), stored
        return {name: restore(olds.get(name), item, key, secret=secret) for name, item in news.items()}
    if is_list(stored):
        before, after = as_list(known), stored
        padded = before + [None] * (len(after) - len(before))
        return [restore(old, new, key, secret=secret) for old, new in zip(padded, after, strict=False)]
    return stored
