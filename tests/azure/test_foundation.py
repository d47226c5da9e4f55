from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from components.azure import roles
from components.azure.foundation import Foundation
from components.azure.provider import Provider
from components.contract.provider import FoundationArgs, OwnNetwork, ProviderArgs
from simcloud.catalog import load
from tests.recorder import Recording, is_secret, record, value_of

CLUSTER = "azure-native:containerservice:ManagedCluster"
ASSIGNMENT = "azure-native:authorization:RoleAssignment"
SUBNET = "azure-native:network:Subnet"
OFFICE = "198.51.100.0/24"
ADMIN = "00000000-0000-4000-8000-00000000000a"


def foundation_args(**changes: Any) -> FoundationArgs:
    args: dict[str, Any] = {
        "profile": "production",
        "size": "medium",
        "deletion_protection": True,
        "keeps_data": True,
        "region": "westeurope",
        "zones": ["1", "2", "3"],
        "network": OwnNetwork(cidr="10.20.0.0/16"),
        "services_cidr": "172.20.0.0/16",
        "pods_cidr": "10.244.0.0/16",
        "allowed_cidrs": [OFFICE],
        "admins": [f"group:{ADMIN}"],
        "namespace": "rasa",
        "alarm_target": None,
        "tags": {"stack": "test"},
    }
    return FoundationArgs(**{**args, **changes})


def foundation(*, preview: bool = False, **changes: Any) -> Recording[Foundation]:
    return record(lambda: Foundation("foundation", foundation_args(**changes)), preview=preview)


@pytest.fixture(scope="module")
def made() -> Recording[Foundation]:
    return foundation()


def types_of(urns: frozenset[str]) -> set[str]:
    return {urn.split("::")[2].split("$")[-1] for urn in urns}


def subnet(made: Recording[Foundation], kind: str) -> dict[str, Any]:
    return dict(made.one(SUBNET, f"foundation-network-{kind}").inputs)


# --- the network


def test_nodes_alone_have_a_way_out(made: Recording[Foundation]) -> None:
    assert subnet(made, "nodes")["natGateway"]
    for kind in ("api", "postgres", "endpoints"):
        assert "natGateway" not in subnet(made, kind)
    assert subnet(made, "nodes")["defaultOutboundAccess"] is False


def test_stores_let_in_the_nodes_alone(made: Recording[Foundation]) -> None:
    nodes = subnet(made, "nodes")["addressPrefix"]
    for kind in ("postgres", "endpoints"):
        group = made.one("azure-native:network:NetworkSecurityGroup", f"foundation-network-{kind}")
        own = subnet(made, kind)["addressPrefix"]
        allowed = {r["sourceAddressPrefix"] for r in group.inputs["securityRules"] if r["access"] == "Allow"}
        assert nodes in allowed <= {nodes, own}
        assert subnet(made, kind)["networkSecurityGroup"] == {"id": f"test-{group.name}-0a1b2c-id"}


def test_security_groups_hold_for_private_endpoints(made: Recording[Foundation]) -> None:
    assert subnet(made, "endpoints")["privateEndpointNetworkPolicies"] == "NetworkSecurityGroupEnabled"


# --- the cluster


def test_api_is_open_to_listed_addresses_or_private(made: Recording[Foundation]) -> None:
    listed = made.one(CLUSTER).inputs["apiServerAccessProfile"]
    assert (listed["enablePrivateCluster"], listed["authorizedIPRanges"]) == (False, [OFFICE])
    private = foundation(allowed_cidrs=[]).one(CLUSTER).inputs["apiServerAccessProfile"]
    assert private["enablePrivateCluster"] is True
    assert "authorizedIPRanges" not in private


def test_production_is_upgraded_on_sunday_night(made: Recording[Foundation]) -> None:
    """Channel `patch` and node images else come whenever Azure has them, on a working day too."""
    windows = made.of("azure-native:containerservice:MaintenanceConfiguration")
    assert {one.inputs["configName"] for one in windows} == {
        "aksManagedAutoUpgradeSchedule",
        "aksManagedNodeOSUpgradeSchedule",
    }
    for one in windows:
        assert one.inputs["maintenanceWindow"]["schedule"] == {
            "weekly": {"dayOfWeek": "Sunday", "intervalWeeks": 1}
        }
        assert one.deleted_with == made.one(CLUSTER).urn
    assert not foundation(profile="dev").of("azure-native:containerservice:MaintenanceConfiguration")


def test_cluster_waits_for_its_right_to_join_the_network(made: Recording[Foundation]) -> None:
    assert types_of(made.one(CLUSTER).depends_on) == {ASSIGNMENT}


def test_administrators_rights_do_not_wait_for_the_cluster(made: Recording[Foundation]) -> None:
    admin = made.one(ASSIGNMENT, f"foundation-cluster-group-{ADMIN}")
    assert admin.inputs["principalId"] == ADMIN
    assert admin.inputs["principalType"] == "Group"
    assert CLUSTER not in types_of(made.waits_for(admin))
    assert admin.urn in {value_of(resource.urn) for resource in made.result.cluster.ready}


def test_an_administrator_keeps_the_right_when_the_list_is_reordered() -> None:
    people = [f"user:{ADMIN}", f"group:{ADMIN.replace('a', 'b')}"]
    one, two = foundation(admins=people), foundation(admins=people[::-1])
    assert one.urns() == two.urns()


def test_system_nodes_are_for_the_system(made: Recording[Foundation]) -> None:
    (pool,) = made.one(CLUSTER).inputs["agentPoolProfiles"]
    assert pool["nodeTaints"] == ["CriticalAddonsOnly=true:NoSchedule"]
    assert pool["availabilityZones"] == ["1", "2", "3"]
    assert made.one(CLUSTER).inputs["nodeProvisioningProfile"]["mode"] == "Auto"


def test_a_region_without_zones_gets_a_pool_without_zones() -> None:
    (pool,) = foundation(profile="dev", zones=[]).one(CLUSTER).inputs["agentPoolProfiles"]
    assert "availabilityZones" not in pool


def test_kubeconfig_is_secret_and_holds_no_credential(made: Recording[Foundation]) -> None:
    kubeconfig = made.result.cluster.kubeconfig
    assert is_secret(kubeconfig)
    user = yaml.safe_load(value_of(kubeconfig))["users"][0]["user"]
    assert set(user) == {"exec"}


def test_preview_shows_what_update_makes(made: Recording[Foundation]) -> None:
    assert foundation(preview=True).urns() == made.urns()


# --- the identities


def test_only_rasas_service_account_is_rasa(made: Recording[Foundation]) -> None:
    (trust,) = made.of("azure-native:managedidentity:FederatedIdentityCredential")
    assert trust.inputs["subject"] == "system:serviceaccount:rasa:rasa"
    assert trust.inputs["issuer"].startswith("https://oic.azure/")
    rasa = made.result.cluster.rasa
    assert rasa.pod_labels == {"azure.workload.identity/use": "true"}
    assert value_of(rasa.annotations["azure.workload.identity/client-id"]).startswith("client-of-")


def test_setup_has_no_identity_in_azure(made: Recording[Foundation]) -> None:
    setup = made.result.cluster.setup
    assert not setup.annotations
    assert not setup.pod_labels


def test_nobody_is_granted_anything_on_a_subscription(made: Recording[Foundation]) -> None:
    for assignment in made.of(ASSIGNMENT):
        assert assignment.inputs["scope"].count("/") != 2
        assert "/roleDefinitions/" in assignment.inputs["roleDefinitionId"]


# --- the provider


def test_provider_addresses_the_subscription_of_the_config() -> None:
    args = ProviderArgs(region="westeurope", account="sub", tags={})
    (provider,) = record(lambda: Provider("cloud", args)).of("pulumi:providers:azure-native")
    assert (provider.inputs["location"], provider.inputs["subscriptionId"]) == ("westeurope", "sub")


def test_nodes_pull_from_the_registry_that_is_named_and_pods_wait_for_that() -> None:
    registry = "/subscriptions/other/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/r"
    made = foundation(registry=registry)
    grant = made.one("azure-native:authorization:RoleAssignment", "foundation-cluster-registry")
    assert grant.inputs["scope"] == registry
    assert grant.inputs["principalId"].startswith("nodes-of-")
    assert grant.inputs["roleDefinitionId"] == (
        "/subscriptions/other/providers/Microsoft.Authorization/roleDefinitions/"
        "7f951dda-4ed3-4680-a7ca-43fe172d538d"
    )
    assert "foundation-cluster-registry" in {
        urn.rpartition("::")[2] for urn in (value_of(one.urn) for one in made.result.cluster.ready)
    }
    assert foundation(registry=registry, preview=True).urns() == made.urns()


@pytest.mark.parametrize("role", roles.BUILT_IN)
def test_the_simulated_cloud_knows_each_role_of_azures_own(role: roles.Role) -> None:
    found = f"/subscriptions/{ADMIN}/providers/Microsoft.Authorization/roleDefinitions/{roles.BUILT_IN[role]}"
    assert any(re.fullmatch(pattern, found) for pattern in load("azure-native").allow)
