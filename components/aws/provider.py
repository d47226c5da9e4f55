"""The AWS provider that all of a stack's AWS resources are given explicitly."""

from __future__ import annotations

import pulumi_aws as aws
from pulumi import ProviderResource, ResourceOptions

from components.contract.provider import ProviderArgs


def Provider(name: str, args: ProviderArgs, opts: ResourceOptions | None = None) -> ProviderResource:  # noqa: N802 - called like a component
    """One region, one account, the stack's tags on everything; credentials come from the caller's session.

    With an account in the config the provider refuses credentials of any other account, so that a stack
    cannot be brought up in the wrong place.
    """
    return aws.Provider(
        name,
        region=args.region,
        allowed_account_ids=None if args.account is None else [args.account],
        default_tags=aws.ProviderDefaultTagsArgs(tags=args.tags),
        opts=opts,
    )
