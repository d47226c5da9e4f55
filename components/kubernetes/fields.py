"""Reads and changes inputs of Kubernetes objects, which are `…Args` of the SDK or blocks in camelCase."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from copy import copy
from typing import Any, cast

Path = tuple[str, ...]
"""Keys as Kubernetes writes them, from the outside in."""


def path_of(dotted: str) -> Path:
    """`image.repository` as a path."""
    return tuple(dotted.split("."))


def read(block: object, key: str) -> Any:  # noqa: ANN401 - inputs are any JSON, or classes of the SDK's
    """What a block has at a key; None where it has nothing."""
    if isinstance(block, Mapping):
        return cast("Mapping[str, object]", block).get(key)
    return getattr(block, _attribute(key), None)


def written(block: Any, path: Path, value: object) -> Any:  # noqa: ANN401
    """The block with a value at a path; blocks on the way are made where they are missing."""
    key, *rest = path
    if rest:
        value = written(read(block, key) or {}, tuple(rest), value)
    if isinstance(block, Mapping):
        return {**cast("Mapping[str, object]", block), key: value}
    changed = copy(block)  # another object may have been given the same one
    setattr(changed, _attribute(key), value)
    return changed


def within(block: Any, path: Path, change: Callable[[Any], object]) -> Any:  # noqa: ANN401
    """The block with what stands at a path changed; the same where nothing stands there."""
    key, *rest = path
    inner = read(block, key)
    if inner is None:
        return block
    changed = within(inner, tuple(rest), change) if rest else change(inner)
    return block if changed is inner else written(block, (key,), changed)


def _attribute(key: str) -> str:
    """`imagePullSecrets` as the SDK spells it in Python."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).lower()
