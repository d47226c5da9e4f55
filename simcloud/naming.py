"""Physical names: the ones that the provider makes, and the cloud's rules for all of them."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from simcloud.catalog import NameRule
from simcloud.schema import Problem
from simcloud.wire import Properties, Value, as_list, as_map, assign, lookup, path_parts, plain

DEFAULTS = "__defaults"  # where bridged providers note which inputs they filled in


@dataclass(frozen=True, slots=True)
class Hints:
    """How the engine wants a resource without a name to be named."""

    proposed: str = ""
    disabled: bool = False
    seed: bytes = b""


def generated(inputs: Properties) -> list[Value]:
    """Name the properties that the provider filled in."""
    return as_list(inputs.get(DEFAULTS))


def autoname(rule: NameRule, name: str, olds: Properties, inputs: Properties, hints: Hints) -> None:
    """Give the resource a name, the old one if the provider made that too."""
    parts = path_parts(rule.property)
    if lookup(inputs, parts) is not None:
        return
    kept = plain(lookup(olds, parts)) if rule.property in generated(olds) else None
    if rule.own:
        hints = Hints(seed=hints.seed)
    if hints.disabled and not kept:
        return
    prefix = lookup(inputs, path_parts(rule.property + "Prefix"))
    chance = hints.seed.hex() or secrets.token_hex(32)
    made: Value = kept or hints.proposed or f"{name}{rule.separator}{chance[: rule.suffix]}"
    if isinstance(prefix, str) and not kept:
        made = prefix + chance[:26]
    _copy_branch(inputs, parts)
    assign(inputs, parts, made)
    inputs[DEFAULTS] = [rule.property]


def _copy_branch(properties: Properties, parts: list[str]) -> None:
    """Copy the objects on a path before something is set in them."""
    here = properties
    for part in parts[:-1]:
        here[part] = dict(as_map(here.get(part)))
        here = as_map(here[part])


def check(rule: NameRule, inputs: Properties) -> list[Problem]:
    """Find what the cloud refuses about a name."""
    name = lookup(inputs, path_parts(rule.property))
    if not isinstance(name, str):
        return []
    reasons: list[str] = []
    if not rule.min <= len(name) <= rule.max:
        reasons.append(f"has {len(name)} characters, {rule.min} to {rule.max} are allowed")
    if not re.fullmatch(rule.pattern, name, re.DOTALL):
        reasons.append(f"must be {rule.says or 'of the form ' + rule.pattern}")
    return [
        Problem(tuple(path_parts(rule.property)), f"{rule.property} '{name}' {reason}") for reason in reasons
    ]
