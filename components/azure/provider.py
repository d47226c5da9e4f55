"""The Azure provider that all of a stack's Azure resources are given explicitly."""

from __future__ import annotations

import pulumi_azure_native as azure
from pulumi import ProviderResource, ResourceOptions

from components.contract.provider import ProviderArgs


def Provider(name: str, args: ProviderArgs, opts: ResourceOptions | None = None) -> ProviderResource:  # noqa: N802 - called like a component
    """One region, one subscription; credentials come from the caller's session (az login, OIDC).

    With an account in the config that subscription is addressed, whichever one the session has chosen; an
    identity without rights there is refused. Unlike AWS's, this provider has no default tags: the components
    put `Placement.tags` onto what they make.
    """
    return azure.Provider(name, location=args.region, subscription_id=args.account, opts=opts)
