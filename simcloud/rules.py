"""What a cloud refuses although each value alone is valid: rules that span the properties of a resource.

A path names properties without positions: through a list it means each of its members. What a preview does
not know yet breaks no rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from pydantic import BaseModel, ConfigDict, Field

from simcloud.conditions import Condition, holds
from simcloud.wire import Properties, Secret, Unknown, Value, is_list, is_map, path_parts, plain

LookUp = Callable[[str], Properties | None]
"""Finds the inputs of what an id or ARN names."""


class Rule(BaseModel):
    """One refusal: where `when` and `matching` apply, the rest must hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    says: str
    """What the cloud answers; the source stands beside the rule, as a comment."""
    when: Condition = Field(default_factory=dict)
    matching: dict[str, str] = Field(default_factory=dict)
    """Path → regular expression that the whole value matches, for the rule to apply."""
    of: str = ""
    """A path whose value names another resource: what follows is about that one's properties."""
    needs: list[str] = Field(default_factory=list[str])
    excludes: list[str] = Field(default_factory=list[str])
    patterns: dict[str, str] = Field(default_factory=dict)
    """Path → regular expression that each value there matches as a whole."""
    keys: dict[str, str] = Field(default_factory=dict)
    """Path of a map → regular expression that each of its keys matches as a whole."""
    at_least: dict[str, float] = Field(default_factory=dict)
    most_items: dict[str, int] = Field(default_factory=dict)
    """Path of a list → how many members it may have."""
    fewest_items: dict[str, int] = Field(default_factory=dict[str, int])

    def _applies(self, inputs: Properties) -> bool:
        return holds(self.when, inputs) and all(
            any(_fits(pattern, value) for value in values_at(inputs, path))
            for path, pattern in self.matching.items()
        )

    def broken(self, inputs: Properties, look_up: LookUp) -> Iterator[str]:
        """Name each property that breaks the rule."""
        if not self._applies(inputs):
            return
        for values in self._subjects(inputs, look_up):
            for path in self.needs:
                if not lists_at(values, path):
                    yield f"'{path}' is missing"
            for path in self.excludes:
                if any(value is not None for value in lists_at(values, path)):
                    yield f"'{path}' is given"
            yield from self._bad_values(values)

    def _subjects(self, inputs: Properties, look_up: LookUp) -> Iterator[Properties]:
        if not self.of:
            yield inputs
            return
        for identity in values_at(inputs, self.of):
            named = look_up(str(identity))
            if named is not None:
                yield named

    def _bad_values(self, values: Properties) -> Iterator[str]:
        for path, pattern in self.patterns.items():
            yield from (f"'{path}' is {one!r}" for one in values_at(values, path) if not _fits(pattern, one))
        for path, pattern in self.keys.items():
            keys = [key for one in lists_at(values, path) if is_map(one) for key in one]
            yield from (f"'{path}' has the key {key!r}" for key in keys if not _fits(pattern, key))
        for path, least in self.at_least.items():
            numbers = [one for one in values_at(values, path) if isinstance(one, int | float)]
            yield from (f"'{path}' is {one:g}, less than {least:g}" for one in numbers if one < least)
        for path, most in self.most_items.items():
            sizes = [len(one) for one in lists_at(values, path) if is_list(one)]
            yield from (f"'{path}' has {size} members, more than {most}" for size in sizes if size > most)
        for path, fewest in self.fewest_items.items():
            sizes = [len(one) for one in lists_at(values, path) if is_list(one)]
            yield from (f"'{path}' has {size} members, less than {fewest}" for size in sizes if size < fewest)


def _fits(pattern: str, value: Value) -> bool:
    return re.fullmatch(pattern, str(value), re.DOTALL) is not None


def problems(rules: Sequence[Rule], inputs: Properties, look_up: LookUp) -> list[str]:
    """What the cloud answers for each rule that is broken."""
    return [f"{rule.says} ({what})" for rule in rules for what in rule.broken(inputs, look_up)]


def smaller(paths: Sequence[str], olds: Properties, news: Properties) -> dict[str, tuple[float, float]]:
    """Which of these numbers would become smaller: from what to what."""
    pairs = {path: (_number(olds, path), _number(news, path)) for path in paths}
    return {
        path: (old, new)
        for path, (old, new) in pairs.items()
        if old is not None and new is not None and new < old
    }


def shrunk(paths: Sequence[str], olds: Properties, news: Properties) -> list[str]:
    """What the cloud answers for each number that would become smaller and cannot."""
    return [
        f"'{path}' is {old:g} and cannot become {new:g}: it never shrinks"
        for path, (old, new) in smaller(paths, olds, news).items()
    ]


def values_at(values: Value, path: str) -> list[Value]:
    """The known single values at a path."""
    return [
        one
        for value in lists_at(values, path)
        for one in (value if is_list(value) else [value])
        if one is not None and not isinstance(one, Unknown)
    ]


def lists_at(values: Value, path: str) -> list[Value]:
    """What stands at a path, through every member of each list on the way; a list at its end stays one."""
    found: list[Value] = [values]
    for part in path_parts(path):
        found = [inner for value in found for inner in _inner(value, part)]
    return [plain(value) for value in found]


def _inner(value: Value, part: str) -> list[Value]:
    if isinstance(value, Secret):
        return _inner(value.value, part)
    if isinstance(value, Unknown):
        return [value]
    if is_list(value):
        return [inner for member in value for inner in _inner(member, part)]
    return [value[part]] if is_map(value) and value.get(part) is not None else []


def _number(values: Properties, path: str) -> float | None:
    found = values_at(values, path)
    if len(found) != 1 or isinstance(found[0], bool):
        return None
    try:
        return float(str(found[0]))
    except ValueError:
        return None
