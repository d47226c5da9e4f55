"""A private storage account that keeps old versions: for models, Vault's snapshots and Pulumi's states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from pulumi import Output, Resource, ResourceOptions
from pulumi_azure_native import storage

from components.azure.firewall import internet_addresses


def account_args(  # noqa: PLR0913 (an account's inputs, each said by name)
    *,
    resource_group: Output[str],
    zones: bool,
    shared_keys: bool,
    tags: Mapping[str, str],
    firewall: storage.NetworkRuleSetArgs | None = None,
    public: Literal["Enabled", "Disabled"] | None = None,
    encryption: storage.EncryptionArgs | None = None,
) -> storage.StorageAccountArgs:
    """No anonymous access, no local users, no plain HTTP; `zones`: a copy in each of three.

    `shared_keys`: clients may log in with an account key or a SAS, and not only with an identity of Entra ID.
    """
    return storage.StorageAccountArgs(
        resource_group_name=resource_group,
        kind="StorageV2",
        sku=storage.SkuArgs(name="Standard_ZRS" if zones else "Standard_LRS"),
        allow_blob_public_access=False,
        allow_shared_key_access=shared_keys,
        allow_cross_tenant_replication=False,
        is_local_user_enabled=False,
        enable_https_traffic_only=True,
        minimum_tls_version="TLS1_2",
        public_network_access=public,
        network_rule_set=firewall,
        encryption=encryption,
        tags=tags,
    )


def firewall(cidrs: Sequence[str], *, subnet_id: Output[str] | None = None) -> storage.NetworkRuleSetArgs:
    """Lets in these addresses of the internet, and a subnet by its service endpoint."""
    subnets = (
        [] if subnet_id is None else [storage.VirtualNetworkRuleArgs(virtual_network_resource_id=subnet_id)]
    )
    return storage.NetworkRuleSetArgs(
        default_action=storage.DefaultAction.DENY,
        bypass="None",
        virtual_network_rules=subnets or None,
        ip_rules=[
            storage.IPRuleArgs(i_p_address_or_range=address, action=storage.Action.ALLOW)
            for address in internet_addresses(cidrs)
        ],
    )


def keep_versions(  # noqa: PLR0913 (a rule's numbers, each said by name)
    name: str,
    account: storage.StorageAccount,
    *,
    after: Resource,
    resource_group: Output[str],
    rule: str,
    undelete_days: int,
    version_days: int,
    blob_days: int | None = None,
    parent: Resource,
) -> Resource:
    """Keep overwritten and deleted blobs, and a deleted container, for some time.

    `blob_days` is the age at which blobs are deleted. An account takes one change at a time
    (StorageAccountOperationInProgress): `after` is the change before, and the last one is returned.
    """
    kept = storage.DeleteRetentionPolicyArgs(enabled=True, days=undelete_days)
    versions = storage.BlobServiceProperties(
        name,
        resource_group_name=resource_group,
        account_name=account.name,
        blob_services_name="default",
        is_versioning_enabled=True,
        delete_retention_policy=kept,
        container_delete_retention_policy=kept,
        # One after the other: an account takes one change at a time.
        opts=ResourceOptions(parent=parent, depends_on=[after]),
    )
    actions = storage.ManagementPolicyActionArgs(
        base_blob=None if blob_days is None else _delete_blobs(blob_days),
        version=storage.ManagementPolicyVersionArgs(
            delete=storage.DateAfterCreationArgs(days_after_creation_greater_than=version_days)
        ),
    )
    delete_old = storage.ManagementPolicyRuleArgs(
        name=rule,
        enabled=True,
        type="Lifecycle",
        definition=storage.ManagementPolicyDefinitionArgs(
            filters=storage.ManagementPolicyFilterArgs(blob_types=["blockBlob"]), actions=actions
        ),
    )
    return storage.ManagementPolicy(
        name,
        resource_group_name=resource_group,
        account_name=account.name,
        management_policy_name="default",
        policy=storage.ManagementPolicySchemaArgs(rules=[delete_old]),
        # Azure refuses a rule on old versions while versioning is off, and no input of the rule refers to
        # versioning.
        opts=ResourceOptions(parent=parent, depends_on=[versions]),
    )


def _delete_blobs(days: int) -> storage.ManagementPolicyBaseBlobArgs:
    return storage.ManagementPolicyBaseBlobArgs(
        delete=storage.DateAfterModificationArgs(days_after_modification_greater_than=days)
    )
