"""A company's virtual network: what is refused, what the stack is told, and that nothing of it is made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pulumi import Resource

from components.azure.existing_network import find_network
from components.azure.network_place import NetworkPlace
from components.contract.errors import ConfigurationError
from components.contract.provider import ExistingNetwork
from tests.azure.test_foundation import foundation_args
from tests.recorder import Recorded, Recording, beside, record, value_of
from tests.variants import ACCOUNTS, HUB, NETWORKS, SPOKE, record_variant

SUBNETS: dict[str, list[str]] = NETWORKS["azure"]["subnets"]
WANTED = ExistingNetwork(
    stack="company",
    account=ACCOUNTS["azure"],
    id=SPOKE,
    subnets=SUBNETS,
    balancers="public",
    internet=True,
    private_zones=(),
    snapshots=True,
    zones=3,
)
MAKES = {
    "azure-native:network:PrivateEndpoint",
    "azure-native:network:PrivateDnsZoneGroup",
    "azure-native:privatedns:PrivateZone",
    "azure-native:privatedns:VirtualNetworkLink",
    "azure-native:dns:RecordSet",
}
"""What docs/existing-network.md says that the stack makes for a company's network."""


def _found(wanted: ExistingNetwork = WANTED, **changes: Any) -> Recording[NetworkPlace]:
    def program() -> NetworkPlace:
        parent = beside().parent
        assert isinstance(parent, Resource)
        return find_network(wanted, foundation_args(network=wanted, **changes), parent=parent)

    return record(program)


def _problems(wanted: ExistingNetwork = WANTED, **changes: Any) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as refused:
        _found(wanted, **changes)
    return refused.value.problems


def test_azure_is_asked_and_nothing_is_made() -> None:
    recording = _found()
    place = recording.result
    assert (place.balancers_cidr, place.stores_cidrs) == ("10.71.0.0/24", ("10.70.5.0/27", "10.70.6.0/26"))
    assert place.outbound == "userDefinedRouting"
    assert not [one for one in recording.resources if one.custom]


def test_what_has_no_subnet_is_left_out() -> None:
    """Where all stores exist, or are in the cluster, the settings ask for no subnet of theirs."""
    less = replace(WANTED, subnets={**SUBNETS, "stores": (), "balancers": ()})
    place = _found(less).result
    assert [value_of(one) for one in place.data_subnet_ids] == SUBNETS["endpoints"]
    assert (place.stores_cidrs, place.balancers_cidr) == (("10.70.6.0/26",), None)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"region": "northeurope"}, ["rasa:network.id", "is in westeurope", "'northeurope'"]),
        ({"services_cidr": "10.70.0.0/24"}, ["rasa:network.servicesCidr 10.70.0.0/24 overlaps 10.70.0.0/20"]),
        ({"pods_cidr": "10.71.0.0/16"}, ["rasa:network.podsCidr", "overlaps 10.71.0.0/24"]),
    ],
)
def test_what_the_network_must_be(changes: dict[str, Any], words: list[str]) -> None:
    (problem,) = _problems(**changes)
    for word in words:
        assert word in problem


@pytest.mark.parametrize(
    ("use", "taken", "words"),
    [
        (
            "api",
            "endpoints",
            ["is delegated to nobody", "--delegations Microsoft.ContainerService/managedClusters"],
        ),
        ("stores", "api", ["is delegated to Microsoft.ContainerService", "Microsoft.DBforPostgreSQL"]),
        ("endpoints", "stores", ["is delegated to Microsoft.DBforPostgreSQL", "delegated to none"]),
        ("balancers", "endpoints", ["10.70.6.0/26", "/24, no other"]),
        ("nodes", "api", ["10.70.4.0/28", "/26 or larger"]),
        ("nodes", "endpoints", ["neither a NAT gateway nor a route table", "--nat-gateway"]),
        ("nodes", "endpoints", ["no service endpoint of Microsoft.Storage", "--service-endpoints"]),
    ],
)
def test_what_each_subnet_must_be(use: str, taken: str, words: list[str]) -> None:
    problems = _problems(replace(WANTED, subnets={**SUBNETS, use: SUBNETS[taken]}))
    assert all(problem.startswith(f"rasa:network.subnets.{use}[0]") for problem in problems)
    for word in words:
        assert any(word in problem for problem in problems), problems


def test_a_subnet_of_another_network_is_named() -> None:
    other = f"{SPOKE}-2/subnets/nodes"
    (problem,) = _problems(replace(WANTED, subnets={**SUBNETS, "nodes": [other]}))
    assert problem.startswith(f"rasa:network.subnets.nodes[0] '{other}' is no subnet of company-spoke")


def test_ids_have_no_case() -> None:
    upper = {use: [ids[0].upper()] for use, ids in SUBNETS.items()}
    assert _found(replace(WANTED, subnets=upper)).result.balancers_cidr == "10.71.0.0/24"


@pytest.mark.parametrize(
    ("answer", "refused"), [("ResourceNotFound", ConfigurationError), ("AuthorizationFailed", Exception)]
)
def test_what_azure_does_not_find_is_a_message(
    monkeypatch: pytest.MonkeyPatch, answer: str, refused: type[Exception]
) -> None:
    def ask(**_: object) -> None:
        raise Exception(answer)  # noqa: TRY002 - as the SDK does

    monkeypatch.setattr("pulumi_azure_native.network.get_virtual_network", ask)
    with pytest.raises(refused, match="az network vnet list" if answer == "ResourceNotFound" else answer):
        _found()


# --- the whole stack


@pytest.fixture(name="whole")
def fixture_whole() -> Recording[Any]:
    return record_variant("azure-production-existing-network")


def _of_the_network(resource: Recorded) -> bool:
    return resource.type.startswith(
        ("azure-native:network:", "azure-native:privatedns:", "azure-native:dns:")
    )


def test_nothing_of_the_network_is_made(whole: Recording[Any]) -> None:
    assert {resource.type for resource in whole.resources if _of_the_network(resource)} <= MAKES


def test_each_finds_its_subnet(whole: Recording[Any]) -> None:
    cluster = whole.one("azure-native:containerservice:ManagedCluster").inputs
    (pool,) = cluster["agentPoolProfiles"]
    assert pool["vnetSubnetID"] == SUBNETS["nodes"][0]
    assert cluster["apiServerAccessProfile"]["subnetId"] == SUBNETS["api"][0]
    assert cluster["networkProfile"]["outboundType"] == "userDefinedRouting"
    association = whole.one("azure-native:servicenetworking:AssociationsInterface")
    assert association.inputs["subnet"]["id"] == SUBNETS["balancers"][0]
    for endpoint in whole.of("azure-native:network:PrivateEndpoint"):
        assert endpoint.inputs["subnet"]["id"] == SUBNETS["endpoints"][0]


def test_aks_may_join_two_subnets_and_not_the_network(whole: Recording[Any]) -> None:
    grants = whole.of("azure-native:authorization:RoleAssignment")
    scopes = [one.inputs["scope"] for one in grants if one.inputs["scope"].startswith(SPOKE)]
    assert sorted(scopes) == sorted(SUBNETS[use][0] for use in ("nodes", "api", "balancers"))


def test_a_hubs_zones_are_used_and_the_others_made(whole: Recording[Any]) -> None:
    postgres = whole.one("azure-native:dbforpostgresql:Server").inputs["network"]
    assert postgres["privateDnsZoneArmResourceId"] == f"{HUB}/company.private.postgres.database.azure.com"
    groups = whole.of("azure-native:network:PrivateDnsZoneGroup")
    zones = [
        config["privateDnsZoneId"] for group in groups for config in group.inputs["privateDnsZoneConfigs"]
    ]
    assert f"{HUB}/privatelink.blob.core.windows.net" in zones
    made = {one.inputs["privateZoneName"] for one in whole.of("azure-native:privatedns:PrivateZone")}
    assert len(made) == len(zones) - 1
    assert "privatelink.blob.core.windows.net" not in made
    for link in whole.of("azure-native:privatedns:VirtualNetworkLink"):
        assert link.inputs["virtualNetwork"]["id"] == SPOKE
