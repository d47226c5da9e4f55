"""Model storage on Azure: a private, versioned blob container, opened for Rasa with an account SAS.

Rasa Pro reads an account key or a SAS string and knows no Entra ID (docs/rasa-pro.md, Blob storage). The key
could do anything with everything in the account, so Rasa gets a SAS: read and list, blobs and containers,
over HTTPS, nothing else. It must be an account SAS, since Rasa asks for the container's properties, which a
SAS for one container does not allow; the account holds nothing but this container. Azure signs it
(`listAccountSas`), so that the key never leaves Azure.

A SAS ends. Its end counts from the day on which the signing key was made, which Azure tells, so that each
preview computes the same one; `rasa:modelStorage.accessUntil` names another day. No preview says that the day
has passed, since that would need a clock; the alarm on refused reads does. To rotate, before the end or after
a leak: `az storage account keys renew --key primary`, then `pulumi refresh` and `pulumi up`; the old SAS is
void at once, the new one counts from that day, and the pods are replaced one by one.

What it deliberately does not do: let Rasa write. The first model comes with the stack
(`rasa:assistant.upload`); after it the assistant's pipeline uploads, with an Entra identity of its own
(Storage Blob Data Contributor), from the addresses that may reach the Kubernetes API. From `dev` to
`production` nothing is replaced.
"""

from __future__ import annotations

from collections.abc import Mapping

from pulumi import (
    ComponentResource,
    FileAsset,
    Output,
    Resource,
    ResourceOptions,
)
from pulumi_azure_native import storage

from components.azure.alarms import Alarm, AlarmPlace, create_alarms
from components.azure.firewall import internet_addresses
from components.azure.placement import Placement
from components.azure.private_endpoint import create_private_endpoint
from components.azure.protection import lock
from components.azure.sas import create_sas
from components.azure.storage_account import account_args, firewall, keep_versions
from components.contract.connections import AzureBlob
from components.contract.provider import ModelStorageArgs
from components.contract.terms import Profile

CONTAINER = "models"
OLD_VERSION_DAYS: Mapping[Profile, int] = {"dev": 30, "production": 365}
"""How long an overwritten or deleted model can be brought back, in days."""
PRIVATE_ZONE = "privatelink.blob.core.windows.net"

ACCOUNT_ALARMS = (Alarm(metric="Availability", below=99, minutes=15),)
BLOB_ALARMS = (
    # The SAS has ended, or its key was renewed: Rasa starts without a model (docs/rasa-pro.md, Unreadable
    # models).
    Alarm(
        metric="Transactions",
        above=0,
        statistic="Total",
        only={"ResponseType": ["AuthenticationError", "AuthorizationError", "SASAuthenticationError"]},
    ),
)


class ModelStorage(ComponentResource):
    """The storage account with the container for trained models."""

    connection: AzureBlob

    def __init__(
        self, name: str, args: ModelStorageArgs[Placement], opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("rasa:azure:ModelStorage", name, {}, opts)
        place, days = args.placement, OLD_VERSION_DAYS[args.profile]
        account = storage.StorageAccount(
            name, _account_args(args), ResourceOptions(parent=self, protect=args.deletion_protection)
        )
        container = storage.BlobContainer(
            name,
            resource_group_name=place.resource_group,
            account_name=account.name,
            container_name=CONTAINER,
            public_access=storage.PublicAccess.NONE,
            opts=ResourceOptions(parent=self, protect=args.deletion_protection),
        )
        versions = keep_versions(
            name,
            account,
            after=container,
            resource_group=place.resource_group,
            rule="old-versions",
            undelete_days=days,
            version_days=days,
            parent=self,
        )
        ready = create_private_endpoint(
            name,
            place,
            resource_id=account.id,
            group="blob",
            zone=PRIVATE_ZONE,
            after=[versions],
            parent=self,
        )
        uploaded = _upload(name, args, account, container, parent=self)
        below = [versions, *uploaded]
        lock(name, resource_id=account.id, wanted=args.deletion_protection, below=below, parent=self)
        _watch(name, account, place, parent=self)
        self.connection = AzureBlob(
            account=account.name,
            container=container.name,
            credential=create_sas(name, account, place, args.access_until, parent=self),
            ready=(*ready, *uploaded),
        )
        self.register_outputs({"account": account.name, "container": container.name})


def _upload(
    name: str,
    args: ModelStorageArgs[Placement],
    account: storage.StorageAccount,
    container: storage.BlobContainer,
    *,
    parent: Resource,
) -> tuple[Resource, ...]:
    """Upload with a key of the account; its firewall must let in the machine that runs `pulumi up`."""
    model = args.first_model
    if model is None:
        return ()
    uploaded = storage.Blob(
        f"{name}-upload-{model.name}",
        resource_group_name=args.placement.resource_group,
        account_name=account.name,
        container_name=container.name,
        blob_name=model.key,
        type=storage.BlobType.BLOCK,
        source=FileAsset(model.file),
        content_type="application/gzip",
        opts=ResourceOptions(
            parent=parent,
            # Kept when the stack no longer uploads it: Rasa may still serve it. It goes with the container.
            retain_on_delete=True,
            # One name has one model: other content under it is not uploaded, and the preflight stops `up`.
            ignore_changes=["source"],
        ),
    )
    return (uploaded,)


def _account_args(args: ModelStorageArgs[Placement]) -> storage.StorageAccountArgs:
    place = args.placement
    return account_args(
        resource_group=place.resource_group,
        # In dev too: models are small, and an account that began with its copies in one place moves by a
        # conversion of days, not by an update.
        zones=bool(place.zones),
        # Rasa takes no login but a key or a SAS, which a key signs.
        shared_keys=True,
        firewall=firewall(place.allowed_cidrs),
        public="Enabled" if internet_addresses(place.allowed_cidrs) else "Disabled",
        tags=place.tags,
    )


def _watch(name: str, account: storage.StorageAccount, place: Placement, *, parent: Resource) -> None:
    create_alarms(
        name,
        ACCOUNT_ALARMS,
        namespace="Microsoft.Storage/storageAccounts",
        resource_id=account.id,
        place=AlarmPlace.of(place),
        parent=parent,
    )
    create_alarms(
        f"{name}-blobs",
        BLOB_ALARMS,
        namespace="Microsoft.Storage/storageAccounts/blobServices",
        resource_id=Output.concat(account.id, "/blobServices/default"),
        place=AlarmPlace.of(place),
        parent=parent,
    )
