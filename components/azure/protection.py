"""Against deletion by accident, twice: by the engine (`protect`, in the components) and by Azure (here).

Azure's stores have no switch of their own for it. A lock refuses the deletion to everybody, in the portal and
on the command line too, but `pulumi destroy` would take the lock away first; `protect` refuses that. The
engine begins before it refuses: what can be made again may be gone then, locks included, and `pulumi up`
makes it again.
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
    """Refuse to delete a resource and all below it, where that is wanted.

    `below` is what the stack makes on it: the lock comes after it all, and goes before. Else one `pulumi up`
    that takes away the lock and what is below would meet the lock (ScopeLocked), grants included
    (hashicorp/terraform-provider-azurerm #11770).
    """
    if wanted:
        authorization.ManagementLockByScope(
            name,
            scope=resource_id,
            level="CanNotDelete",
            notes=notes,
            # Last, so that it goes first.
            opts=ResourceOptions(parent=parent, depends_on=list(below)),
        )
