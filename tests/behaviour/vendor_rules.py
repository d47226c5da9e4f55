"""What the vendors' own data say of the inputs that stacks give: patterns, lengths, limits, lists of values.

`make vendor-rules` prints how much of each cloud that covers. For AWS the data are CloudFormation's schemas
in cfn-lint; the properties' names are the same but for the first letter. No package of the lock file has such
data for Azure or Google Cloud: there an input is held against the SDK's types and simcloud/packages/*.yaml.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from simcloud import catalog
from tests.docs.test_rights import CLOUDFORMATION, NOT_OF_CLOUDFORMATION
from tests.recorder import Recorded
from tests.stacks import STACKS, record_stack

CLOUDS = {"aws": "aws:", "azure": "azure-native:", "gcp": "gcp:"}
MADE_UP = "-0a1b2c"
LIMITS = ("pattern", "enum", "minLength", "maxLength", "minimum", "maximum")


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """One input that the vendor's data limit."""

    resource: Recorded
    name: str
    problem: str
    """What is wrong with it, or nothing."""


def compared(resource: Recorded) -> Iterator[Compared]:
    """Hold a resource's inputs against its schema; nothing where there is none."""
    for name, limits in _limits(resource.type).items():
        value = resource.inputs.get(name)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and not _is_made_up(value):
            yield Compared(resource=resource, name=name, problem=problem(value, limits))


def problem(value: str | float, limits: Mapping[str, Any]) -> str:
    """Why a value is outside its limits, or nothing."""
    text = str(value)
    if "enum" in limits and text not in map(str, limits["enum"]):
        return f"{text!r} is none of {limits['enum']}"
    if isinstance(value, str):
        if "pattern" in limits and not re.search(limits["pattern"], text):
            return f"{text!r} does not match {limits['pattern']}"
        if not limits.get("minLength", 0) <= len(text) <= limits.get("maxLength", len(text)):
            return f"{text!r} has {len(text)} characters"
        return ""
    least, most = limits.get("minimum", value), limits.get("maximum", value)
    return "" if least <= value <= most else f"{text} is not between {least} and {most}"


def _is_made_up(value: str | float) -> bool:
    """Whether it is what tests/recorder.py puts in the place of an output."""
    return isinstance(value, str) and (MADE_UP in value or value.startswith("arn:aws:"))


def table() -> Iterator[str]:
    """Per cloud: how many types and inputs of the examples are covered, and which types are not."""
    everything = {one.urn + stack: one for stack in STACKS for one in record_stack(stack).resources}.values()
    for cloud, prefix in CLOUDS.items():
        mine = [one for one in everything if one.type.startswith(prefix)]
        types = {one.type for one in mine}
        described = {type_ for type_ in types if _limits(type_)}
        own = {type_ for type_ in types if _has_own_rules(type_)}
        values = sum(1 for one in mine for _ in compared(one))
        given = sum(len(one.inputs) for one in mine)
        yield f"{cloud}: {len(described)} of {len(types)} types, {values} of {given} inputs, by vendor's data"
        yield f"  by rules of simcloud/packages: {len(own)} types"
        yield "  by neither (the SDK's types alone): " + ", ".join(sorted(types - described - own))


def _has_own_rules(type_: str) -> bool:
    kind = catalog.load(type_.split(":", 1)[0]).type(type_)
    return bool(kind and (kind.rules or kind.also or kind.grows or (kind.name and kind.name.pattern != ".*")))


@cache
def _limits(type_: str) -> Mapping[str, Mapping[str, Any]]:
    """Input → its limits, by Pulumi's names."""
    name = type_.removeprefix("aws:").rpartition(":")[0]
    if not type_.startswith("aws:") or name in NOT_OF_CLOUDFORMATION:
        return {}
    wanted = f"AWS::{CLOUDFORMATION.get(name, name.replace('/', '::'))}".lower()
    known: Mapping[str, str] = _read("data/schemas/providers/us-east-1.json")
    files = [file for known_name, file in known.items() if known_name.lower() == wanted]
    schema: Mapping[str, Any] = _read(f"data/schemas/resources/{files[0]}.json") if files else {}
    found = {key: value for key, value in schema.get("properties", {}).items() if set(value) & set(LIMITS)}
    return {key[:1].lower() + key[1:]: value for key, value in found.items()}


def _read(path: str) -> Any:
    return json.loads((resources.files("cfnlint") / path).read_text())


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in table())
