"""Log groups of the data stores: encrypted with the stack's key, and not kept for ever."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi_aws as aws
from pulumi import Input, Resource, ResourceOptions

from components.aws.placement import Placement
from components.contract.provider import DependencyArgs
from components.contract.terms import Profile

RETENTION_DAYS: Mapping[Profile, int] = {"dev": 7, "production": 90}
"""Short on purpose: the statement that a database logs as slow holds what a user said."""


def create_log_group(
    name: str,
    args: DependencyArgs[Placement],
    *,
    parent: Resource,
    physical_name: Input[str] | None = None,
) -> aws.cloudwatch.LogGroup:
    """Create a log group; `physical_name` is for services that decide themselves where they log."""
    return aws.cloudwatch.LogGroup(
        name,
        name=physical_name,
        kms_key_id=args.placement.key_arn,
        retention_in_days=RETENTION_DAYS[args.profile],
        opts=ResourceOptions(parent=parent),
    )
