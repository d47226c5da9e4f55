"""A company's VPC: what is refused, what the stack is told, and that nothing of it is made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest import mock

import pytest
from pulumi import Resource

from components.contract.errors import ConfigurationError
from components.contract.provider import ExistingNetwork
from components.gcp.existing_network import find_network
from components.gcp.network_place import NetworkPlace
from tests.gcp.test_foundation import foundation_args
from tests.recorder import Recording, beside, record, value_of
from tests.variants import ACCOUNTS, HOST, NETWORKS, record_variant, record_with

VPC, SUBNETS = NETWORKS["gcp"]["id"], NETWORKS["gcp"]["subnets"]
REGION = f"{HOST}/regions/europe-west3"
WANTED = ExistingNetwork(
    stack="company",
    account=ACCOUNTS["gcp"],
    id=VPC,
    subnets={**SUBNETS, "balancers": (), "api": (), "endpoints": ()},
    balancers="public",
    internet=True,
    private_zones=(),
    snapshots=True,
    zones=3,
)
RANGES = {"services_cidr": "10.81.0.0/20", "pods_cidr": "100.64.0.0/16"}
MAKES = {"gcp:compute/globalAddress:GlobalAddress", "gcp:compute/securityPolicy:SecurityPolicy"}
"""What the ingress makes, outside of every network."""


def _found(wanted: ExistingNetwork = WANTED, **changes: Any) -> Recording[NetworkPlace]:
    def program() -> NetworkPlace:
        parent = beside().parent
        assert isinstance(parent, Resource)
        args = foundation_args(network=wanted, **{**RANGES, **changes})
        return find_network(wanted, args, parent=parent)

    return record(program)


def _problems(wanted: ExistingNetwork = WANTED, **changes: Any) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as refused:
        _found(wanted, **changes)
    return refused.value.problems


def _with(**subnets: str) -> ExistingNetwork:
    return replace(WANTED, subnets={**WANTED.subnets, **{use: (path,) for use, path in subnets.items()}})


def test_google_is_asked_and_nothing_is_made() -> None:
    with mock.patch("pulumi.log.warn") as warn:
        recording = _found()
    place = recording.result
    assert (place.pods_range, place.services_range) == ("gke-pods", "gke-services")
    assert place.private_range is not None
    assert value_of(place.private_range) == "google-services"
    assert place.stores_cidrs == ("10.80.0.0/22", "10.84.0.0/20")
    assert not [one for one in recording.resources if one.custom]
    assert not warn.called


def test_stores_that_are_elsewhere_need_no_range() -> None:
    place = _found(replace(WANTED, subnets={**WANTED.subnets, "stores": ()})).result
    assert (place.private_range, place.stores_cidrs) == (None, ("10.80.0.0/22",))


@pytest.mark.parametrize(
    ("wanted", "changes", "said"),
    [
        (
            _with(nodes=f"{REGION}/subnetworks/none"),
            {},
            [["subnets.nodes[0]", "no subnet", "--network company"]],
        ),
        (
            _with(nodes=f"{REGION}/subnetworks/small"),
            {},
            [
                ["subnets.nodes[0]", "is of projects/company-host/global/networks/other", VPC],
                ["10.82.0.0/28", "/26 or larger"],
                ["no private Google access", "update small", "--enable-private-ip-google-access"],
                ["podsCidr 100.64.0.0/16 is no secondary range of small; accepted: none", "--add-secondary"],
                ["servicesCidr 10.81.0.0/20 is no secondary range"],
            ],
        ),
        (WANTED, {"region": "europe-west1"}, [["is in europe-west3", "rasa:region is 'europe-west1'"]]),
        (
            WANTED,
            {"pods_cidr": "10.244.0.0/16"},
            [
                [
                    "podsCidr 10.244.0.0/16",
                    "100.64.0.0/16 (gke-pods), 10.81.0.0/20 (gke-services)",
                    "config set",
                ]
            ],
        ),
        (
            _with(stores=f"{HOST}/global/addresses/none"),
            {},
            [["subnets.stores[0]", "no range for Google's services", "--filter purpose=VPC_PEERING"]],
        ),
        (_with(stores=f"{HOST}/global/addresses/an-endpoint"), {}, [["no range for Google's services"]]),
        (
            _with(stores=f"{HOST}/global/addresses/too-small"),
            {},
            [["is of projects/company-host/global/networks/other"], ["10.85.0.0/28", "/24 or larger"]],
        ),
        (
            replace(WANTED, id=f"{HOST}/global/networks/other"),
            {},
            [
                ["subnets.nodes[0]", "is of projects/company-host/global/networks/company"],
                ["subnets.stores[0]", "is of projects/company-host/global/networks/company"],
                ["rasa:network.id", "not peered", "vpc-peerings connect", "--ranges google-services"],
            ],
        ),
    ],
)
def test_what_the_network_must_be(
    wanted: ExistingNetwork, changes: dict[str, Any], said: list[list[str]]
) -> None:
    problems = _problems(wanted, **changes)
    assert len(problems) == len(said), problems
    for problem, words in zip(problems, said, strict=True):
        for word in words:
            assert word in problem


def test_the_end_of_a_name_is_no_name() -> None:
    """`networks/any` is not `networks/company`, nor is that of another project."""
    for other in ("projects/other-company-host/global/networks/company", "projects/host/global/networks/any"):
        assert (
            "is of projects/company-host/global/networks/company" in _problems(replace(WANTED, id=other))[0]
        )


@pytest.mark.parametrize("internet", [True, False])
def test_a_network_without_a_nat_is_a_warning(internet: bool) -> None:
    """A route to a firewall serves, too, and the provider has no look-up that lists routes."""
    elsewhere = mock.patch("pulumi_gcp.compute.get_routers", return_value=mock.Mock(routers=[]))
    with elsewhere, mock.patch("pulumi.log.warn") as warn:
        _found(replace(WANTED, internet=internet))
    assert warn.called is internet
    assert all("no Cloud NAT in europe-west3" in call.args[0] for call in warn.call_args_list)


def test_what_google_refuses_is_no_message_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(**_: object) -> None:
        raise Exception("googleapi: Error 403: Required 'compute.subnetworks.get'")  # noqa: TRY002 - as the SDK does

    monkeypatch.setattr("pulumi_gcp.compute.get_subnetwork", ask)
    with pytest.raises(Exception, match="403"):
        _found()


# --- the whole stack


@pytest.fixture(name="whole")
def fixture_whole() -> Recording[Any]:
    return record_variant("gcp-production-existing-network")


def test_nothing_of_the_network_is_made(whole: Recording[Any]) -> None:
    assert {
        one.type
        for one in whole.resources
        if one.type.startswith(("gcp:compute/", "gcp:servicenetworking/", "gcp:networkconnectivity/"))
    } <= MAKES


def test_each_is_in_the_network(whole: Recording[Any]) -> None:
    cluster = whole.one("gcp:container/cluster:Cluster").inputs
    assert (cluster["network"], cluster["subnetwork"]) == (VPC, SUBNETS["nodes"][0])
    assert cluster["ipAllocationPolicy"] == {
        "clusterSecondaryRangeName": "gke-pods",
        "servicesSecondaryRangeName": "gke-services",
    }
    server = whole.one("gcp:sql/databaseInstance:DatabaseInstance").inputs["settings"]["ipConfiguration"]
    assert (server["privateNetwork"], server["allocatedIpRange"]) == (VPC, "google-services")
    redis = whole.one("gcp:redis/instance:Instance").inputs
    assert (redis["authorizedNetwork"], redis["reservedIpRange"]) == (VPC, "google-services")
    kafka = whole.one("gcp:managedkafka/cluster:Cluster").inputs["gcpConfig"]["accessConfig"]
    assert kafka["networkConfigs"] == [{"subnet": SUBNETS["nodes"][0]}]


def test_stores_wait_for_the_api_of_their_own_project(whole: Recording[Any]) -> None:
    server = whole.one("gcp:sql/databaseInstance:DatabaseInstance")
    waits = whole.waits_for(server)
    (api,) = [
        one
        for one in whole.of("gcp:projects/service:Service")
        if one.inputs["service"] == "servicenetworking.googleapis.com"
    ]
    assert api.urn in waits


def test_pods_reach_kafka_at_its_addresses_alone(whole: Recording[Any]) -> None:
    ranges = {
        block["cidr"]
        for policy in whole.of("kubernetes:networking.k8s.io/v1:NetworkPolicy")
        for rule in policy.inputs["spec"].get("egress", [])
        if any(port.get("port") == 9192 for port in rule.get("ports", []))
        for peer in rule["to"]
        if (block := peer.get("ipBlock"))
    }
    assert ranges == {"10.80.0.0/22", "10.84.0.0/20"}


def test_the_zone_of_another_project_takes_the_records() -> None:
    zone = {"name": "example.com", "id": "projects/company-dns/managedZones/example-com"}
    ingress = {"host": "assistant.example.com", "zone": zone}
    records = record_with("gcp-production", {"rasa:ingress": ingress}).of("gcp:dns/recordSet:RecordSet")
    assert len(records) == 2
    for one in records:
        assert (one.inputs["project"], one.inputs["managedZone"]) == ("company-dns", "example-com")
