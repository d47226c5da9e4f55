"""Role assignments of the bootstrap project."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pulumi import Input, Resource

from components.azure.roles import PrincipalType
from components.azure.roles import assign as assign_to

Role = Literal["owner", "blob-reader", "blob-contributor", "key-user"]
BUILT_IN: dict[Role, str] = {
    # Azure documentation, "Azure built-in roles".
    "owner": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "blob-reader": "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
    "blob-contributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
    "key-user": "12338af0-0e69-4776-bea7-57ae8d297424",
}
"""Owner; Storage Blob Data Reader and Contributor; Key Vault Crypto User."""


def role_id(role: Role, subscription: str) -> str:
    """The id of one of Azure's own roles, with its subscription: that is how Azure hands it back."""
    return f"/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{BUILT_IN[role]}"


def assign(  # noqa: PLR0913 (a resource's inputs)
    name: str,
    role: Input[str],
    principal_id: Input[str],
    scope: Input[str],
    *,
    after: Sequence[Resource] = (),
    parent: Resource,
    kind: PrincipalType = "ServicePrincipal",
    condition: str | None = None,
) -> Resource:
    """Assign a role to an identity of CI, or to a person.

    `after` it is known, where it is a new one of ours.
    """
    return assign_to(
        name,
        role_id=role,
        principal_id=principal_id,
        scope=scope,
        after=after,
        parent=parent,
        principal_type=kind,
        condition=condition,
    )
