"""CloudFormation's schemas, from cfn-lint. Most of its properties have the Terraform provider's names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from tests.behaviour.vendor.schema import JsonSchema
from tests.docs.test_rights import CLOUDFORMATION, NOT_OF_CLOUDFORMATION, cfnlint, cloudformation


@cache
def schema(type_: str) -> JsonSchema | None:
    """Of a resource type, by its token; None where CloudFormation has none."""
    name = type_.removeprefix("aws:").rpartition(":")[0]
    if name in NOT_OF_CLOUDFORMATION:
        return None
    wanted = f"AWS::{CLOUDFORMATION.get(name, name.replace('/', '::'))}".lower()
    files = [file for known_name, file in cloudformation().items() if known_name.lower() == wanted]
    if not files:
        return None
    found: Mapping[str, Any] = cfnlint(f"data/schemas/resources/{files[0]}.json")
    return JsonSchema(own=found, shared=found.get("definitions", {}))
