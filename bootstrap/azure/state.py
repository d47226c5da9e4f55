"""Where Pulumi keeps the stacks' states on Azure, and the key of their secrets. Both outlive everything.

Neither has a network of its own to hide in, since CI's machines have no fixed addresses: what keeps others
out is that nothing but an Entra identity opens them. The account has no usable keys, and no SAS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulumi import ComponentResource, Input, Output, Resource, ResourceOptions
from pulumi_azure_native import keyvault, storage

from bootstrap.azure.roles import Role, assign, role_id
from components.azure.protection import lock
from components.azure.roles import PrincipalType
from components.azure.storage_account import account_args, keep_versions

OLD_STATES_DAYS = 365
DELETED_KEY_DAYS = 90
CONTAINER, KEY = "states", "secrets"
TAGS: Mapping[str, str] = {"managed-by": "pulumi", "project": "bootstrap"}


@dataclass(frozen=True, kw_only=True, slots=True)
class StateArgs:
    """Whose it is."""

    resource_group: Output[str]
    resource_group_id: Output[str]
    subscription: str
    tenant: Output[str]
    readers: Mapping[str, Output[str]]
    """Name → principal id of who reads the states and decrypts."""
    writers: Mapping[str, Output[str]]
    """Name → principal id of who writes them too; writing is granted with the whole subscription."""
    people: Sequence[str]
    """Object ids of those who make the stacks' states: not even an owner reads blobs or encrypts."""
    protect: bool
    """Refuse to delete it: every stack's state and secrets go with it."""
    bucket: bool = True
    """Whether the states are kept here, and not in Pulumi Cloud."""


class State(ComponentResource):
    """A private, versioned container, and a key."""

    url: Output[str] | None = None
    """Of the container, as Pulumi takes it."""
    vault: Output[str]
    key: Output[str]

    def __init__(self, name: str, args: StateArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:bootstrap:State", name, {}, opts)
        vault, key = _key(name, args, parent=self)
        self._lock(name, args, "key", vault.id, below=key)
        for who, principal in {**args.readers, **args.writers}.items():
            self._grant(name, args, who, "key-user", principal)
        for person in args.people:
            self._grant(name, args, person, "key-user", person, kind="User")
        if args.bucket:
            self._keep_states(name, args)
        self.vault, self.key = vault.name, key.name
        self.register_outputs({"vault": vault.name})

    def _keep_states(self, name: str, args: StateArgs) -> None:
        account = _account(name, args, parent=self)
        container = storage.BlobContainer(
            name,
            resource_group_name=args.resource_group,
            account_name=account.name,
            container_name=CONTAINER,
            public_access=storage.PublicAccess.NONE,
            opts=ResourceOptions(parent=self, protect=args.protect),
        )
        versions = keep_versions(
            name,
            account,
            after=container,
            resource_group=args.resource_group,
            rule="old-states",
            undelete_days=OLD_STATES_DAYS,
            version_days=OLD_STATES_DAYS,
            parent=self,
        )
        self._lock(name, args, "states", account.id, below=versions)
        for who, principal in args.readers.items():
            self._grant(name, args, who, "blob-reader", principal)
        for person in args.people:
            self._grant(name, args, person, "blob-contributor", person, kind="User")
        self.url = Output.concat("azblob://", container.name, "?storage_account=", account.name)

    def _lock(self, name: str, args: StateArgs, what: str, scope: Output[str], below: Resource) -> None:
        lock(
            f"{name}-{what}",
            resource_id=scope,
            wanted=args.protect,
            below=[below],
            notes="bootstrap/azure: `pulumi config set deletionProtection false` takes it away",
            parent=self,
        )

    def _grant(
        self,
        name: str,
        args: StateArgs,
        who: str,
        role: Role,
        principal: Input[str],
        kind: PrincipalType = "ServicePrincipal",
    ) -> None:
        """On the resource group, in which the states and the key are alone.

        A lock forbids to take away what is granted on or below what it locks (ScopeLocked,
        hashicorp/terraform-provider-azurerm #11770): a person could never be removed.
        """
        assign(
            f"{name}-{who}-{role}",
            role_id(role, args.subscription),
            principal,
            args.resource_group_id,
            parent=self,
            kind=kind,
        )


def _account(name: str, args: StateArgs, *, parent: Resource) -> storage.StorageAccount:
    # At rest twice, as states hold what passwords open: Azure's own layer, and one beneath.
    twice = storage.EncryptionArgs(key_source="Microsoft.Storage", require_infrastructure_encryption=True)
    return storage.StorageAccount(
        name,
        account_args(
            resource_group=args.resource_group, zones=True, shared_keys=False, encryption=twice, tags=TAGS
        ),
        ResourceOptions(parent=parent, protect=args.protect),
    )


def _key(name: str, args: StateArgs, *, parent: Resource) -> tuple[keyvault.Vault, keyvault.Key]:
    kept = ResourceOptions(parent=parent, protect=args.protect)
    vault = keyvault.Vault(
        name,
        resource_group_name=args.resource_group,
        properties=keyvault.VaultPropertiesArgs(
            tenant_id=args.tenant,
            sku=keyvault.SkuArgs(family="A", name=keyvault.SkuName.STANDARD),
            enable_rbac_authorization=True,
            enable_soft_delete=True,
            soft_delete_retention_in_days=DELETED_KEY_DAYS,
            enable_purge_protection=True,
            # Azure's defaults, said so that nobody changes them unseen.
            public_network_access="Enabled",
            network_acls=keyvault.NetworkRuleSetArgs(default_action="Allow", bypass="None"),
        ),
        tags=TAGS,
        opts=kept,
    )
    key = keyvault.Key(
        name,
        resource_group_name=args.resource_group,
        vault_name=vault.name,
        key_name=KEY,
        # Pulumi encrypts a stack's own key with it (pulumi/pulumi, pkg/secrets/cloud; gocloud azurekeyvault).
        properties=keyvault.KeyPropertiesArgs(kty="RSA", key_size=3072, key_ops=["encrypt", "decrypt"]),
        tags=TAGS,
        # It goes with its vault: alone it could not be deleted (components/azure/vault_unseal.py).
        opts=ResourceOptions(parent=parent, protect=args.protect, deleted_with=vault),
    )
    return vault, key
