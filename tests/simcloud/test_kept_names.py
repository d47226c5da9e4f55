"""A name that the cloud keeps after a deletion (soft delete) is not free until it is purged."""

from __future__ import annotations

import pytest

from simcloud.account import Account
from simcloud.errors import CloudError
from simcloud.record import Record
from simcloud.wire import Properties
from tests.simcloud.tenant import Tenant

GROUP, VAULT = "azure-native:resources:ResourceGroup", "azure-native:keyvault:Vault"
SUBSCRIPTION = "00000000-0000-4000-8000-000000000001"
SETTINGS: Properties = {"subscriptionId": SUBSCRIPTION, "location": "westeurope"}


def vault(*, soft_delete: bool) -> Properties:
    return {
        "vaultName": "rasa-vault",
        "resourceGroupName": "g",
        "location": "westeurope",
        "properties": {
            "enableSoftDelete": soft_delete,
            "sku": {"family": "A", "name": "standard"},
            "tenantId": SUBSCRIPTION,
        },
    }


def deleted(tenant: Tenant, *, soft_delete: bool) -> None:
    tenant.account.outside = frozenset({SUBSCRIPTION})  # the directory, which the stack's config names
    tenant.create(GROUP, "g", {"resourceGroupName": "g", "location": "westeurope"}, SETTINGS)
    tenant.account.remove(tenant.create(VAULT, "vault", vault(soft_delete=soft_delete), SETTINGS))


def test_a_soft_deleted_name_is_kept(tenant: Tenant) -> None:
    deleted(tenant, soft_delete=True)
    with pytest.raises(CloudError, match=r"NameKept.*rasa-vault"):
        tenant.create(VAULT, "other", vault(soft_delete=True), SETTINGS)


def test_it_is_kept_across_commands(tenant: Tenant) -> None:
    deleted(tenant, soft_delete=True)
    tenant.account.save()
    assert Account(tenant.account.path).kept_names == tenant.account.kept_names != set()


def test_without_soft_delete_the_name_is_free(tenant: Tenant) -> None:
    deleted(tenant, soft_delete=False)
    assert tenant.create(VAULT, "other", vault(soft_delete=False), SETTINGS)


def test_a_name_may_be_kept_for_ever(tenant: Tenant) -> None:
    """A KMS key ring of Google Cloud cannot be deleted, only forgotten."""
    ring = Record(
        urn="urn::ring", type="gcp:kms/keyRing:KeyRing", id="ring", scope="project", inputs={}, outputs={}
    )
    tenant.account.add(ring)
    tenant.account.remove(ring)
    with pytest.raises(CloudError, match="NameKept"):
        tenant.account.add(ring)
