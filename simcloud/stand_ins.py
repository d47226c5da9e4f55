"""Stands in for what only a stack's owner knows: values of `secrets.yaml` where the stack file has none."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import yaml

from simcloud.errors import SimcloudError
from simcloud.wire import Properties, Value, as_map, is_list, is_map

PLANTED = Path(__file__).parent / "secrets.yaml"


def read_yaml(path: Path) -> Properties:
    """Read a mapping."""
    try:
        return as_map(cast("Value", yaml.safe_load(path.read_text())))
    except yaml.YAMLError as error:
        raise SimcloudError(f"{path} is not valid YAML: {error}") from None


def planted(stack: str, cloud: str) -> Properties:
    """The secrets that a person would set: for every stack, for each stack of a cloud, for this one alone."""
    everything = read_yaml(PLANTED)
    for section in ("plain", "instead"):
        everything.pop(section, None)
    chosen = [
        as_map(as_map(everything.pop(part, {})).get(key))
        for part, key in (("clouds", cloud), ("stacks", stack))
    ]
    return {**everything, **chosen[0], **chosen[1]}


def instead() -> Properties:
    """Secrets that few stacks have and no stack lacks: they stand in only for what a file has encrypted."""
    return as_map(read_yaml(PLANTED).get("instead"))


def plain(cloud: str) -> list[Properties]:
    """Further plain settings that a person would make; none for a program without a cloud."""
    values = as_map(read_yaml(PLANTED).get("plain"))
    return [as_map(values.get(name)) for name in ("all", cloud)] if cloud else []


def planted_into(given: Properties, planted: Properties) -> Properties:
    """Add planted values, at any depth, where the stack file has none."""
    merged = {**planted, **given}
    for key in planted.keys() & given.keys():
        ours, theirs = as_map(planted[key]), as_map(given[key])
        if theirs and "secure" not in theirs:
            merged[key] = planted_into(theirs, ours)
    return merged


def sealed(value: Value) -> Properties:
    """Mark every leaf as a secret to be encrypted."""
    return {key: sealed(item) if is_map(item) else {"secure": item} for key, item in as_map(value).items()}


def replant(value: Value, planted: Value, path: tuple[str, ...]) -> Value:
    """Put planted values where the stack file has secrets that only its owner can decrypt."""
    if is_list(value):
        return [replant(item, None, (*path, str(index))) for index, item in enumerate(value)]
    fields = as_map(value)
    if not fields:
        return value
    if fields.keys() == {"secure"} and isinstance(fields["secure"], str):
        own = str(fields["secure"])
        mine = planted if isinstance(planted, str) else f"planted-{'-'.join(path).replace(':', '-')}"
        return {"secure": own if own.startswith("planted-") else mine}
    return {key: replant(item, as_map(planted).get(key), (*path, key)) for key, item in fields.items()}
