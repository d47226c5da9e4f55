"""Where Vault's snapshots go on Azure: a storage account that deletes them after some days.

An account of its own, since Rasa's SAS reads everything in the models'. It lets in the nodes' subnet by a
service endpoint, not by a private one: the network has one zone of private names for blobs, and that is the
models' (`model_storage.py`). Vault's identity may write blobs there, and neither read nor delete any; people
fetch a snapshot from the addresses that may reach the Kubernetes API. Azure encrypts it with a key of its
own, as Vault has done before.
"""

from __future__ import annotations

from collections.abc import Mapping

from pulumi import Output, Resource, ResourceOptions
from pulumi_azure_native import storage

from components.azure.placement import Placement
from components.azure.protection import lock
from components.azure.roles import assign
from components.azure.storage_account import account_args, firewall, keep_versions
from components.contract.provider import VaultUnsealArgs
from components.contract.terms import Profile

CONTAINER = "vault-snapshots"
SNAPSHOT_DAYS: Mapping[Profile, int] = {"dev": 7, "production": 35}
"""How long a snapshot is kept."""
UNDELETE_DAYS = 7
"""How long a deleted one can be brought back."""
WRITE_BLOBS = (
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action",
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write",
)


def create_snapshot_container(
    name: str,
    args: VaultUnsealArgs[Placement],
    *,
    principal_id: Output[str],
    role_id: Output[str],
    after: Resource,
    parent: Resource,
) -> tuple[Output[str], Resource]:
    """Create the account and its container; return the container's URL, and the grant to write there.

    After `after` the role is known everywhere.
    """
    place = args.placement
    opts = ResourceOptions(parent=parent, protect=args.deletion_protection)
    account = storage.StorageAccount(name, _account(args), opts)
    container = storage.BlobContainer(
        name,
        resource_group_name=place.resource_group,
        account_name=account.name,
        container_name=CONTAINER,
        public_access=storage.PublicAccess.NONE,
        opts=opts,
    )
    days = SNAPSHOT_DAYS[args.profile]
    versions = keep_versions(
        name,
        account,
        after=container,
        resource_group=place.resource_group,
        rule="old-snapshots",
        undelete_days=UNDELETE_DAYS,
        version_days=days,
        blob_days=days,
        parent=parent,
    )
    grant = assign(
        name,
        role_id=role_id,
        principal_id=principal_id,
        scope=container.id,
        after=[after],
        parent=parent,
    )
    below = [versions, grant]
    lock(name, resource_id=account.id, wanted=args.deletion_protection, below=below, parent=parent)
    return Output.concat("https://", account.name, f".blob.core.windows.net/{CONTAINER}"), grant


def _account(args: VaultUnsealArgs[Placement]) -> storage.StorageAccountArgs:
    place = args.placement
    return account_args(
        resource_group=place.resource_group,
        zones=bool(place.zones),
        shared_keys=False,
        # Public access is on, and restricted by the firewall.
        public="Enabled",
        firewall=firewall(place.allowed_cidrs, subnet_id=place.network.nodes_subnet_id),
        tags=place.tags,
    )
