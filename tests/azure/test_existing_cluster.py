"""Beside an AKS cluster that exists: what is refused, and stores and identities that its pods reach."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi import Resource

from components.azure.existing_cluster import ClusterPlace, find_cluster
from components.contract.errors import ConfigurationError
from components.contract.provider import ExistingFoundationArgs
from tests.existing_clusters import args_beside
from tests.recorder import Recording, beside, record, value_of
from tests.variants import CLUSTERS, SPOKE, record_variant

COMPANY = CLUSTERS["azure"]
ISSUER = (
    "https://westeurope.oic.prod-aks.azure.com/11111111-0000-4000-8000-000000000000"
    "/22222222-0000-4000-8000-000000000000/"
)


def args(**changes: Any) -> ExistingFoundationArgs:
    own: dict[str, Any] = {
        "region": "westeurope",
        "zones": ["1", "2", "3"],
        "subnet_uses": ("endpoints", "stores"),
    }
    return args_beside("azure", **{**own, **changes})


def _found(**changes: Any) -> ClusterPlace:
    def program() -> ClusterPlace:
        parent = beside().parent
        assert isinstance(parent, Resource)
        return find_cluster(args(**changes), parent=parent)

    return record(program).result


def test_azure_is_asked_for_what_the_stores_need() -> None:
    found = _found()
    assert (found.name, found.oidc_issuer) == ("company-aks", ISSUER)
    assert found.node_resource_group.endswith("/resourceGroups/MC_company-aks_company-aks")
    place = found.network
    assert value_of(place.postgres_subnet_id) == f"{SPOKE}/subnets/postgres"
    assert value_of(place.endpoints_subnet_id) == f"{SPOKE}/subnets/endpoints"
    assert value_of(place.nodes_subnet_id) == f"{SPOKE}/subnets/nodes"
    assert place.stores_cidrs == ("10.70.5.0/27", "10.70.6.0/26")
    assert set(place.private_zones) == {
        "privatelink.blob.core.windows.net",
        "company.private.postgres.database.azure.com",
    }


def test_ids_have_no_case() -> None:
    place = _found(subnet_ids=[one.upper() for one in COMPANY["subnets"]], network_id=SPOKE.lower()).network
    assert place.stores_cidrs == ("10.70.5.0/27", "10.70.6.0/26")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"cluster_name": COMPANY["clusterName"].replace("/company-aks", "/none")},
            [["clusterName", "no cluster that you see", "az aks list"]],
        ),
        (
            {
                "cluster_name": COMPANY["clusterName"].replace(
                    "managedClusters/company-aks", "managedClusters/old-aks"
                )
            },
            [
                ["is in northeurope", "rasa:region is 'westeurope'"],
                ["no workload identity", "--name old-aks --enable-oidc-issuer --enable-workload-identity"],
                ["pool nodepool1", "a network that AKS made for itself", SPOKE],
            ],
        ),
        (
            {"network_id": f"{SPOKE}-2", "subnet_ids": ()},
            [["pool system", f"{SPOKE}/subnets/nodes"], ["rasa:cluster.network.id", "az network vnet list"]],
        ),
        (
            {"subnet_ids": [f"{SPOKE}/subnets/none", f"{SPOKE}/subnets/postgres"]},
            [["subnets[0]", "no subnet of company-spoke"], ["subnets has none", "private endpoints"]],
        ),
        (
            {"subnet_ids": [f"{SPOKE}/subnets/endpoints"]},
            [["subnets has none", "Microsoft.DBforPostgreSQL/flexibleServers"]],
        ),
        (
            {"subnet_ids": [f"{SPOKE}/subnets/api", f"{SPOKE}/subnets/postgres"]},
            [["subnets[0]", "is delegated to Microsoft.ContainerService", "delegated to none"]],
        ),
    ],
)
def test_what_the_cluster_must_be(changes: dict[str, Any], said: list[list[str]]) -> None:
    with pytest.raises(ConfigurationError) as refused:
        _found(**changes)
    problems = refused.value.problems
    assert len(problems) == len(said), problems
    for problem, words in zip(problems, said, strict=True):
        for word in words:
            assert word in problem


def test_what_azure_refuses_is_no_message_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(**_: object) -> None:
        raise Exception("AuthorizationFailed")  # noqa: TRY002 - as the SDK does

    monkeypatch.setattr("pulumi_azure_native.containerservice.get_managed_cluster", ask)
    with pytest.raises(Exception, match="AuthorizationFailed"):
        _found()


# --- the whole stack


@pytest.fixture(name="whole")
def fixture_whole() -> Recording[Any]:
    return record_variant("azure-beside")


def test_nothing_of_the_cluster_or_its_network_is_made(whole: Recording[Any]) -> None:
    made = {one.type for one in whole.resources}
    ours = {"azure-native:network:PrivateEndpoint", "azure-native:network:PrivateDnsZoneGroup"}
    assert not [one for one in made if one.startswith("azure-native:containerservice:")]
    assert {one for one in made if one.startswith("azure-native:network:")} == ours


def test_stores_are_where_its_pods_reach_them(whole: Recording[Any]) -> None:
    server = whole.one("azure-native:dbforpostgresql:Server").inputs["network"]
    assert server["delegatedSubnetResourceId"] == f"{SPOKE}/subnets/postgres"
    assert server["privateDnsZoneArmResourceId"] == COMPANY["privateDnsZones"][1]
    endpoints = whole.of("azure-native:network:PrivateEndpoint")
    assert {one.inputs["subnet"]["id"] for one in endpoints} == {f"{SPOKE}/subnets/endpoints"}
    links = whole.of("azure-native:privatedns:VirtualNetworkLink")
    assert {one.inputs["virtualNetwork"]["id"] for one in links} == {SPOKE}


def test_one_pod_of_that_cluster_takes_the_identity(whole: Recording[Any]) -> None:
    trust = whole.one("azure-native:managedidentity:FederatedIdentityCredential").inputs
    assert (trust["issuer"], trust["subject"]) == (ISSUER, "system:serviceaccount:rasa:rasa")
    account = whole.one("kubernetes:core/v1:ServiceAccount", "rasa-account").inputs["metadata"]
    assert account["annotations"]["azure.workload.identity/client-id"]
    release = whole.one("kubernetes:helm.sh/v3:Release").inputs["values"]
    assert release["podLabels"]["azure.workload.identity/use"] == "true"


def test_pods_reach_stores_at_their_addresses_alone(whole: Recording[Any]) -> None:
    ranges = {
        block["cidr"]
        for policy in whole.of("kubernetes:networking.k8s.io/v1:NetworkPolicy")
        for rule in policy.inputs["spec"].get("egress", [])
        if any(port.get("port") == 5432 for port in rule.get("ports", []))
        for peer in rule["to"]
        if (block := peer.get("ipBlock"))
    }
    assert ranges == {"10.70.5.0/27", "10.70.6.0/26"}
