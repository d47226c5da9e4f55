"""Against deletion by accident, twice: by the engine (`protect`, in the components) and by Azure (here).

Azure's stores have no switch of their own for it. A lock refuses the deletion to everybody, in the portal and
on the command line too, but `pulumi destroy` would take the lock away first; `protect` refuses that. The
engine refuses only when it reaches the protected resource: what it has deleted by then, locks included,
`pulumi up` creates again.
"""

from __future__ import annotations

from collections.abc import Sequence

from pulumi import Input, Resource, ResourceOptions
from pulumi_azure_native import authorization

NOTES = "Set rasa:deletionProtection to false and run `pulumi up` to take this lock away."


def lock(
    name: str,
    *,
    resource_id: Input[str],
    wanted: bool,
    below: Sequence[Resource],
    notes: str = NOTES,
    parent: Resource,
) -> None:
    """Lock a resource, and everything below it, against deletion, where the profile asks for it.

    `below` is what the stack creates on the resource: the lock is created after it and deleted before it.
    Otherwise an update that deletes both would be refused by the lock (ScopeLocked), role assignments
    included (hashicorp/terraform-provider-azurerm #11770).
    """
    if wanted:
        authorization.ManagementLockByScope(
            name,
            scope=resource_id,
            level="CanNotDelete",
            notes=notes,
            # Created last, so that it is deleted first.
            opts=ResourceOptions(parent=parent, depends_on=list(below)),
        )
