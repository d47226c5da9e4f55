"""Where Pulumi keeps the stacks' states on Azure, and the keys of their secrets. All outlive everything.

Each stack has a key in a vault and a resource group of its own, so that a grant reaches one of them. None of
this has a network of its own to hide in, since CI's machines have no fixed addresses: what keeps others out
is that nothing but an Entra identity opens it. The account has no usable keys, and no SAS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulumi import ComponentResource, Input, Output, Resource, ResourceOptions
from pulumi_azure_native import keyvault, resources, storage

from bootstrap.azure.roles import Role, assign, role_id
from components.azure.protection import lock
from components.azure.roles import PrincipalType
from components.azure.storage_account import account_args, keep_versions

OLD_STATES_DAYS = 365
DELETED_KEY_DAYS = 90
CONTAINER, KEY = "states", "secrets"
TAGS: Mapping[str, str] = {"managed-by": "pulumi", "project": "bootstrap"}


@dataclass(frozen=True, kw_only=True, slots=True)
class StackKeyArgs:
    """Whose it is."""

    subscription: str
    tenant: Output[str]
    users: Mapping[str, Output[str]]
    """Name → principal id of an identity of the stack, which encrypts and decrypts."""
    people: Sequence[str]
    """Object ids of those who make the stack's state: not even an owner encrypts."""
    protect: bool
    """Refuse to delete it: the stack's secrets go with it."""


class StackKey(ComponentResource):
    """The key of one stack's secrets, in a vault of its own."""

    vault: Output[str]
    key: Output[str]

    def __init__(self, name: str, args: StackKeyArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:bootstrap:StackKey", name, {}, opts)
        group = resources.ResourceGroup(name, tags=TAGS, opts=ResourceOptions(parent=self))
        vault, key = _key(name, args, group.name, parent=self)
        _lock(name, args.protect, vault.id, below=key, parent=self)
        grants: list[tuple[str, Input[str], PrincipalType]] = [
            *((who, principal, "ServicePrincipal") for who, principal in args.users.items()),
            *((person, person, "User") for person in args.people),
        ]
        for who, principal, kind in grants:
            _grant(name, args.subscription, who, "key-user", principal, group.id, kind=kind, parent=self)
        self.vault, self.key = vault.name, key.name
        self.register_outputs({"vault": vault.name})


@dataclass(frozen=True, kw_only=True, slots=True)
class StateArgs:
    """Whose it is."""

    resource_group: Output[str]
    resource_group_id: Output[str]
    subscription: str
    readers: Mapping[str, Output[str]]
    """Name → principal id of who reads the states; writing is granted with the whole subscription."""
    people: Sequence[str]
    """Object ids of those who make the stacks' states: not even an owner reads blobs."""
    protect: bool
    """Refuse to delete it: every stack's state goes with it."""


class State(ComponentResource):
    """A private, versioned container."""

    url: Output[str]
    """Of the container, as Pulumi takes it."""

    def __init__(self, name: str, args: StateArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:bootstrap:State", name, {}, opts)
        self._keep_states(name, args)
        self.register_outputs({"url": self.url})

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
        _lock(f"{name}-states", args.protect, account.id, below=versions, parent=self)
        scope = args.resource_group_id
        for who, principal in args.readers.items():
            _grant(name, args.subscription, who, "blob-reader", principal, scope, parent=self)
        for person in args.people:
            _grant(
                name, args.subscription, person, "blob-contributor", person, scope, kind="User", parent=self
            )
        self.url = Output.concat("azblob://", container.name, "?storage_account=", account.name)


def _lock(name: str, wanted: bool, scope: Output[str], *, below: Resource, parent: Resource) -> None:
    lock(
        name,
        resource_id=scope,
        wanted=wanted,
        below=[below],
        notes="bootstrap/azure: `pulumi config set deletionProtection false` takes it away",
        parent=parent,
    )


def _grant(  # noqa: PLR0913 (an assignment's inputs)
    name: str,
    subscription: str,
    who: str,
    role: Role,
    principal: Input[str],
    scope: Output[str],
    *,
    kind: PrincipalType = "ServicePrincipal",
    parent: Resource,
) -> None:
    """On a resource group, in which the states or the key are alone.

    A lock forbids to take away what is granted on or below what it locks (ScopeLocked,
    hashicorp/terraform-provider-azurerm #11770): a person could never be removed.
    """
    assign(f"{name}-{who}-{role}", role_id(role, subscription), principal, scope, parent=parent, kind=kind)


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


def _key(
    name: str, args: StackKeyArgs, group: Output[str], *, parent: Resource
) -> tuple[keyvault.Vault, keyvault.Key]:
    kept = ResourceOptions(parent=parent, protect=args.protect)
    vault = keyvault.Vault(
        name,
        resource_group_name=group,
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
        resource_group_name=group,
        vault_name=vault.name,
        key_name=KEY,
        # Pulumi encrypts a stack's own key with it (pulumi/pulumi, pkg/secrets/cloud; gocloud azurekeyvault).
        properties=keyvault.KeyPropertiesArgs(kty="RSA", key_size=3072, key_ops=["encrypt", "decrypt"]),
        tags=TAGS,
        # It goes with its vault: alone it could not be deleted (components/azure/vault_unseal.py).
        opts=ResourceOptions(parent=parent, protect=args.protect, deleted_with=vault),
    )
    return vault, key
