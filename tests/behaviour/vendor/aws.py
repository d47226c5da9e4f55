"""CloudFormation's schemas, from cfn-lint. Most of its properties have the Terraform provider's names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from tests.behaviour.vendor.schema import JsonSchema
from tests.docs.test_rights import CLOUDFORMATION, NOT_OF_CLOUDFORMATION


@cache
def schema(type_: str) -> JsonSchema | None:
    """Of a resource type, by its token; None where CloudFormation has none."""
    name = type_.removeprefix("aws:").rpartition(":")[0]
    if name in NOT_OF_CLOUDFORMATION:
        return None
    wanted = f"AWS::{CLOUDFORMATION.get(name, name.replace('/', '::'))}".lower()
    known: Mapping[str, str] = _read("data/schemas/providers/us-east-1.json")
    files = [file for known_name, file in known.items() if known_name.lower() == wanted]
    if not files:
        return None
    found: Mapping[str, Any] = _read(f"data/schemas/resources/{files[0]}.json")
    return JsonSchema(own=found, shared=found.get("definitions", {}))


def _read(path: str) -> Any:
    return json.loads((resources.files("cfnlint") / path).read_text())
