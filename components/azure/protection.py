"""Against deletion by accident, twice: by the engine (`protect`, in the components) and by Azure (here).

Azure's stores have no switch of their own for it. A lock refuses the deletion to everybody, in the portal and
on the command line too, but `pulumi destroy` would take the lock away first; `protect` refuses that. The
engine begins before it refuses: what can be made again may be gone then, locks included, and `pulumi up`
makes it again.
"""

from __future__ import annotations

from pulumi import Input, Resource, ResourceOptions
from pulumi_azure_native import authorization


def lock(name: str, *, resource_id: Input[str], wanted: bool, parent: Resource) -> None:
    """Refuse to delete a resource and all below it, where that is wanted."""
    if wanted:
        authorization.ManagementLockByScope(
            name,
            scope=resource_id,
            level="CanNotDelete",
            notes="Set rasa:deletionProtection to false and run `pulumi up` to take this lock away.",
            opts=ResourceOptions(parent=parent),
        )
