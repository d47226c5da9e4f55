"""How Vault unseals itself on Azure: a key in a Key Vault, and the place there for its recovery keys.

Vault's pods take on an identity of their own by workload identity, which its `azurekeyvault` seal finds by
itself (DefaultAzureCredential). It may wrap and unwrap with the seal key, set secrets and write snapshots,
not read them back: Azure has no role that is so small, so there is one of ours. No Secret is created here:
the bootstrap Job writes it, and a value given here would be in the state.

The key vault answers in our network, and to the addresses that may reach the Kubernetes API: people fetch
recovery keys from there. In production it cannot be purged before its retention ends (purge protection), and
that setting cannot be turned off again. A deleted key vault keeps its name until then, which is why the name
has random digits. From `dev` to `production` nothing is replaced.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi_random as random
from pulumi import ComponentResource, Output, Resource, ResourceOptions
from pulumi_azure_native import authorization, keyvault, managedidentity

from components.azure.alarms import Alarm, AlarmPlace, create_alarms
from components.azure.firewall import internet_addresses
from components.azure.identity import POD_LABELS, federate, subject
from components.azure.placement import Placement
from components.azure.private_endpoint import create_private_endpoint
from components.azure.protection import lock
from components.azure.roles import assign, built_in
from components.azure.vault_snapshots import WRITE_BLOBS, create_snapshot_container
from components.contract.cluster import AZURE_CLIENT_ANNOTATION, VaultSeal
from components.contract.provider import VaultUnsealArgs

RETENTION_DAYS = 7
"""How long a deleted key vault can be brought back. Azure takes 7 to 90, once: the same in every profile."""
RECOVERY_KEYS = "vault-recovery-keys"
PRIVATE_ZONE = "privatelink.vaultcore.azure.net"

ALARMS = (
    # When the key vault does not answer, Vault cannot unseal; that shows only at Vault's next start.
    Alarm(metric="Availability", below=99, minutes=15),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _OwnRole:
    """A role of the stack's own, and the resources after which Azure knows it."""

    role_id: Output[str]
    known: Resource


class VaultUnseal(ComponentResource):
    """The seal key, the place for recovery keys and the identity that Vault uses them with."""

    connection: VaultSeal

    def __init__(
        self, name: str, args: VaultUnsealArgs[Placement], opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("rasa:azure:VaultUnseal", name, {}, opts)
        place = args.placement
        vault = keyvault.Vault(
            name,
            resource_group_name=place.resource_group,
            properties=_vault_properties(args),
            tags=place.tags,
            opts=ResourceOptions(
                parent=self,
                protect=args.deletion_protection,
                # It stays in its tenant, which a preview does not know while the identity that tells it is
                # being changed: the vault would show as replaced, and its protection would end the preview.
                ignore_changes=["properties.tenantId"],
            ),
        )
        key = _seal_key(name, args, vault, parent=self)
        role = _write_only_role(name, place, parent=self)
        record, *links = create_private_endpoint(
            name,
            place,
            resource_id=vault.id,
            group="vault",
            zone=PRIVATE_ZONE,
            # The endpoint depends on the role, too, so that an assignment follows the role by more than a
            # minute: until Azure knows a new role everywhere it answers RoleDefinitionDoesNotExist, which the
            # provider does not retry. In a destroy the same wait lies between the assignments and the role.
            after=[key, role],
            parent=self,
        )
        own_role = _OwnRole(role_id=role.id, known=record)
        identity, grants = _identity(name, args, vault, key, own_role, parent=self)
        lock(
            name,
            resource_id=vault.id,
            wanted=args.deletion_protection,
            below=[key, *grants[-2:]],  # the assignments; the trusts are the identity's
            parent=self,
        )
        snapshots, put = create_snapshot_container(
            f"{name}-snapshots",
            args,
            principal_id=identity.principal_id,
            role_id=role.id,
            after=record,
            parent=self,
        )
        _watch(name, vault, place, parent=self)
        recovery_keys = Output.concat("https://", vault.name, f".vault.azure.net/secrets/{RECOVERY_KEYS}")
        self.connection = VaultSeal(
            stanza=_stanza(place.tenant_id, vault, key),
            service_account_annotations={AZURE_CLIENT_ANNOTATION: identity.client_id},
            pod_labels=POD_LABELS,
            recovery_keys=recovery_keys,
            snapshots=snapshots,
            ready=(*grants, put, record, *links),
        )
        self.register_outputs({"sealKey": key.key_uri, "recoveryKeys": recovery_keys})


def _watch(name: str, vault: keyvault.Vault, place: Placement, *, parent: Resource) -> None:
    create_alarms(
        name,
        ALARMS,
        namespace="Microsoft.KeyVault/vaults",
        resource_id=vault.id,
        place=AlarmPlace.of(place),
        parent=parent,
    )


def _seal_key(
    name: str, args: VaultUnsealArgs[Placement], vault: keyvault.Vault, *, parent: Resource
) -> keyvault.Key:
    return keyvault.Key(
        name,
        resource_group_name=args.placement.resource_group,
        vault_name=vault.name,
        properties=keyvault.KeyPropertiesArgs(kty="RSA", key_size=3072, key_ops=["wrapKey", "unwrapKey"]),
        tags=args.placement.tags,
        # Deleted with its vault. By itself the provider would delete it through the vault's data plane, which
        # wants the data action keys/delete, that an Owner lacks, and whose firewall refuses the caller
        # (pulumi-azure-native, provider/pkg/resources/customresources/custom_keyvault.go).
        opts=ResourceOptions(parent=parent, protect=args.deletion_protection, deleted_with=vault),
    )


def _vault_properties(args: VaultUnsealArgs[Placement]) -> keyvault.VaultPropertiesArgs:
    place = args.placement
    addresses = internet_addresses(place.allowed_cidrs)
    return keyvault.VaultPropertiesArgs(
        tenant_id=place.tenant_id,
        sku=keyvault.SkuArgs(family="A", name=keyvault.SkuName.STANDARD),
        enable_rbac_authorization=True,
        enable_soft_delete=True,
        soft_delete_retention_in_days=RETENTION_DAYS,
        # True or left out: Azure refuses False.
        enable_purge_protection=True if args.profile == "production" else None,
        public_network_access="Enabled" if addresses else "Disabled",
        network_acls=keyvault.NetworkRuleSetArgs(
            default_action="Deny",
            bypass="None",
            ip_rules=[keyvault.IPRuleArgs(value=address) for address in addresses],
        ),
    )


def _identity(
    name: str,
    args: VaultUnsealArgs[Placement],
    vault: keyvault.Vault,
    key: keyvault.Key,
    own_role: _OwnRole,
    *,
    parent: Resource,
) -> tuple[managedidentity.UserAssignedIdentity, tuple[Resource, ...]]:
    """An identity that Vault's service accounts, and no others, take on, and all that it may do."""
    place = args.placement
    identity = managedidentity.UserAssignedIdentity(
        name,
        resource_group_name=place.resource_group,
        tags=place.tags,
        opts=ResourceOptions(parent=parent),
    )
    trusts = list[Resource]()
    for account in (args.service_account, *args.helpers):
        trust = federate(
            name if account == args.service_account else f"{name}-{account}",
            identity,
            resource_group=place.resource_group,
            oidc_issuer=place.oidc_issuer,
            subject=subject(args.namespace, account),
            # Azure refuses two changes of one identity at a time.
            after=trusts,
            parent=parent,
        )
        trusts.append(trust)
    unseal = assign(
        name,
        role_id=built_in("key-user", place.subscription_id),
        principal_id=identity.principal_id,
        scope=key.id,
        parent=parent,
    )
    put = assign(
        f"{name}-recovery-keys",
        role_id=own_role.role_id,
        principal_id=identity.principal_id,
        scope=vault.id,
        after=[own_role.known],
        parent=parent,
    )
    return identity, (*trusts, unseal, put)


def _write_only_role(name: str, place: Placement, *, parent: Resource) -> authorization.RoleDefinition:
    group_id = Output.concat(
        "/subscriptions/", place.subscription_id, "/resourceGroups/", place.resource_group
    )
    guid = random.RandomUuid(f"{name}-role", opts=ResourceOptions(parent=parent))
    return authorization.RoleDefinition(
        name,
        role_definition_id=guid.result,
        # Unique among all roles of the tenant.
        role_name=Output.concat("Rasa Vault: put recovery keys and snapshots ", guid.result),
        description="Set secrets and write blobs without reading any",
        role_type="CustomRole",
        scope=group_id,
        assignable_scopes=[group_id],
        permissions=[
            authorization.PermissionArgs(
                data_actions=["Microsoft.KeyVault/vaults/secrets/setSecret/action", *WRITE_BLOBS]
            )
        ],
        opts=ResourceOptions(parent=parent),
    )


def _stanza(tenant_id: Output[str], vault: keyvault.Vault, key: keyvault.Key) -> Output[str]:
    return Output.concat(
        'seal "azurekeyvault" {\n  tenant_id  = "',
        tenant_id,
        '"\n  vault_name = "',
        vault.name,
        '"\n  key_name   = "',
        key.name,
        '"\n}\n',
    )
