from __future__ import annotations

import pytest

from tests.azure.stores import OFFICE, make
from tests.recorder import value_of

ASSIGNMENT = "azure-native:authorization:RoleAssignment"
VAULT = "azure-native:keyvault:Vault"


def test_vault_unseals_with_its_own_key_and_identity() -> None:
    made = make("vault-unseal", "production")
    seal = made.result.connection
    assert value_of(seal.stanza) == (
        'seal "azurekeyvault" {\n'
        '  tenant_id  = "tenant"\n'
        '  vault_name = "test-vault-unseal-0a1b2c"\n'
        '  key_name   = "test-vault-unseal-0a1b2c"\n'
        "}\n"
    )
    trust = made.one("azure-native:managedidentity:FederatedIdentityCredential")
    assert trust.inputs["subject"] == "system:serviceaccount:vault:vault"
    assert seal.pod_labels == {"azure.workload.identity/use": "true"}
    unseal = made.one(ASSIGNMENT, "vault-unseal")
    assert unseal.inputs["scope"].endswith("vault-unseal-0a1b2c-id")
    assert unseal.inputs["principalType"] == "ServicePrincipal"


def test_vault_may_put_its_recovery_keys_and_not_read_them() -> None:
    made = make("vault-unseal", "production")
    (permission,) = made.one("azure-native:authorization:RoleDefinition").inputs["permissions"]
    assert permission["dataActions"][0] == "Microsoft.KeyVault/vaults/secrets/setSecret/action"
    assert {action.rpartition("/blobs/")[2] for action in permission["dataActions"][1:]} == {
        "add/action",
        "write",
    }
    assert value_of(made.result.connection.recovery_keys).endswith("/secrets/vault-recovery-keys")
    assert not made.of("azure-native:keyvault:Secret"), "its value would stand in the state"


@pytest.mark.parametrize(("profile", "purge"), [("dev", None), ("production", True)])
def test_nobody_purges_a_key_vault_of_production(profile: str, purge: bool | None) -> None:
    properties = make("vault-unseal", profile).one(VAULT).inputs["properties"]
    assert properties.get("enablePurgeProtection") is purge
    assert properties["enableRbacAuthorization"] is properties["enableSoftDelete"] is True
    assert properties["networkAcls"]["ipRules"] == [{"value": OFFICE}]


def test_the_way_in_waits_for_what_it_needs() -> None:
    made = make("vault-unseal", "dev")
    ready = {value_of(resource.urn) for resource in made.result.connection.ready}
    assert {assignment.urn for assignment in made.of(ASSIGNMENT)} <= ready
