"""Role assignments: who may do what, on exactly which thing, under a name that never changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import pulumi_random as random
from pulumi import Input, Output, Resource, ResourceOptions
from pulumi_azure_native import authorization

Role = Literal[
    "network-contributor",
    "kubernetes-administrator",
    "key-user",
    "reader",
    "dns-contributor",
    "gateway-manager",
    "image-puller",
]

PrincipalType = Literal["User", "Group", "ServicePrincipal"]
PRINCIPALS: Mapping[str, PrincipalType] = {
    "user": "User",
    "group": "Group",
    "servicePrincipal": "ServicePrincipal",
}
"""How the config spells the types, before the object id and a colon."""

BUILT_IN = {
    # Azure documentation, "Azure built-in roles".
    "network-contributor": "4d97b98b-1d4f-4787-a291-c67834d212e7",
    "kubernetes-administrator": "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b",
    "key-user": "12338af0-0e69-4776-bea7-57ae8d297424",
    "reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    "dns-contributor": "befefa01-2a29-4197-83a8-272ff33ce314",
    "gateway-manager": "fbc52c3f-28ad-4303-a892-8a056630b8f1",
    "image-puller": "7f951dda-4ed3-4680-a7ca-43fe172d538d",
}
"""Network Contributor; Azure Kubernetes Service RBAC Cluster Admin; Key Vault Crypto User; Reader; DNS Zone
Contributor; AppGw for Containers Configuration Manager; AcrPull."""


def built_in(role: Role, subscription_id: Output[str]) -> Output[str]:
    """The id of one of Azure's own roles.

    With its subscription, as Azure returns it: another spelling would be drift in every refresh.
    """
    prefix = Output.concat("/subscriptions/", subscription_id)
    return Output.concat(prefix, f"/providers/Microsoft.Authorization/roleDefinitions/{BUILT_IN[role]}")


def assign(  # noqa: PLR0913 (a resource's inputs, each said by name)
    name: str,
    *,
    role_id: Input[str],
    principal_id: Input[str],
    scope: Input[str],
    after: Sequence[Resource] = (),
    parent: Resource,
    principal_type: PrincipalType = "ServicePrincipal",
    condition: str | None = None,
) -> Resource:
    """Assign a role; `after` are the resources by which Azure knows a new role of the stack's own.

    `condition` (of Azure's attribute-based access control) takes away a part of it.

    The name is a GUID of ours, since an assignment is found by it and by nothing else.

    `principalType` must be given: the SDK's default is `User`, Azure refuses a wrong one, and without it
    Azure looks up the principal, which fails for an identity that was created a moment ago (Azure
    documentation, "Troubleshoot Azure RBAC", new service principals).
    """
    guid = random.RandomUuid(name, opts=ResourceOptions(parent=parent))
    return authorization.RoleAssignment(
        name,
        role_assignment_name=guid.result,
        role_definition_id=role_id,
        principal_id=principal_id,
        principal_type=principal_type,
        scope=scope,
        condition=condition,
        condition_version=None if condition is None else "2.0",
        # Resources that take long enough for Azure to know a new role.
        opts=ResourceOptions(parent=parent, depends_on=list(after)),
    )
