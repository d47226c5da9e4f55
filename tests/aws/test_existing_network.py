"""A company's VPC: what is refused of it, what the stack is told of it, and that nothing of it is made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest import mock

import pytest
from pulumi import Resource

from components.aws.existing_network import find_network, problems_of
from components.aws.existing_vpc import ENDPOINTS, Subnet, Vpc
from components.aws.network_place import NetworkPlace
from components.contract.errors import ConfigurationError
from components.contract.provider import ExistingNetwork
from tests.recorder import Recorded, Recording, beside, record
from tests.variants import NETWORKS, record_variant, record_with

VPC, SERVICES = "vpc-0c0a0b0e000000001", "172.20.0.0/16"
WANTED = ExistingNetwork(
    stack="company",
    account="111122223333",
    id=VPC,
    subnets=NETWORKS["aws"]["subnets"],
    balancers="public",
    internet=True,
    private_zones=(),
    snapshots=True,
    zones=3,
)
MAKES = {
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "aws:rds/subnetGroup:SubnetGroup",
    "aws:elasticache/subnetGroup:SubnetGroup",
    "aws:docdb/subnetGroup:SubnetGroup",
}
"""What docs/existing-network.md says that the stack makes in a company's VPC."""


def _subnets(use: str, **changes: Any) -> dict[str, Subnet]:
    letter = {"nodes": "a", "stores": "b", "balancers": "c"}[use]
    good = Subnet(
        id="",
        zone="",
        cidr="10.60.0.0/24",
        free=200,
        maps_public=False,
        route="internet gateway" if use == "balancers" else "another way" if use == "nodes" else "",
    )
    ids = [f"subnet-0c0a0b0e0000000{letter}{number}" for number in (1, 2, 3)]
    return {
        one: replace(good, id=one, zone=f"eu-central-1{zone}", **changes)
        for one, zone in zip(ids, "abc", strict=True)
    }


def _vpc(**changes: Any) -> Vpc:
    """A VPC with all that is needed, but for a use's subnets: `nodes={"maps_public": True}`."""
    uses = {use: changes.pop(use, {}) for use in ("nodes", "stores", "balancers")}
    subnets = {one: each for use, other in uses.items() for one, each in _subnets(use, **other).items()}
    good = Vpc(cidrs=("10.60.0.0/20",), names=True, subnets=subnets, endpoints=frozenset())
    return replace(good, **changes)


def _problems(vpc: Vpc, wanted: ExistingNetwork = WANTED) -> list[str]:
    return [*problems_of(wanted, vpc, SERVICES)]


def test_a_good_network_is_not_refused() -> None:
    assert _problems(_vpc()) == []
    assert _problems(_vpc(endpoints=frozenset(ENDPOINTS), nodes={"route": ""}), _closed()) == []


def _closed(**changes: Any) -> ExistingNetwork:
    return replace(WANTED, internet=False, **changes)


@pytest.mark.parametrize(
    ("vpc", "words"),
    [
        (_vpc(cidrs=()), [f"rasa:network.id '{VPC}' is no VPC", "aws ec2 describe-vpcs"]),
        (_vpc(names=False), ["rasa:network.id", "resolve names", "--enable-dns-hostnames"]),
        (
            _vpc(cidrs=("10.60.0.0/20", "172.20.4.0/24")),
            ["rasa:network.servicesCidr 172.20.0.0/16 overlaps 172.20.4.0/24"],
        ),
        (_vpc(nodes={"maps_public": True}), ["subnets.nodes[0]", "--no-map-public-ip-on-launch"]),
        (_vpc(nodes={"route": "internet gateway"}), ["subnets.nodes[1]", "NAT gateway"]),
        (_vpc(nodes={"route": ""}), ["subnets.nodes[2]", "eks-auth", "'rasa:network.internet' false"]),
        (_vpc(nodes={"cidr": "10.60.0.0/27"}), ["subnets.nodes[0]", "10.60.0.0/27", "/26 or larger"]),
        (_vpc(stores={"cidr": "10.60.0.0/29"}), ["subnets.stores[0]", "/28 or larger"]),
        (_vpc(balancers={"route": ""}), ["subnets.balancers[0]", "'rasa:ingress.internal' true"]),
    ],
)
def test_each_miss_is_one_message(vpc: Vpc, words: list[str]) -> None:
    problems = _problems(vpc)
    for word in words:
        assert any(word in problem for problem in problems), problems
    assert len(problems) in {1, 3}, problems  # of the network, or of each of three subnets


def test_a_subnet_of_another_vpc_is_named() -> None:
    vpc = _vpc()
    (gone, *_) = WANTED.subnets["stores"]
    (problem,) = _problems(replace(vpc, subnets={one: s for one, s in vpc.subnets.items() if one != gone}))
    assert problem.startswith(f"rasa:network.subnets.stores[0] '{gone}' is no subnet of {VPC}")


def test_zones_are_counted_and_not_subnets() -> None:
    same = _vpc(stores={}).subnets
    one_zone = {one: replace(subnet, zone="eu-central-1a") for one, subnet in same.items()}
    problems = _problems(_vpc(subnets=one_zone))
    assert [problem.split(" are in ")[0] for problem in problems] == [
        f"rasa:network.subnets.{use}" for use in ("nodes", "stores", "balancers")
    ]
    # Two in one zone and enough zones: brokers would take both.
    *_, last = WANTED.subnets["stores"]
    twice = {**same, last: replace(same[last], zone=same[WANTED.subnets["stores"][0]].zone)}
    (problem,) = _problems(_vpc(subnets=twice), replace(WANTED, zones=2))
    assert "rasa:network.subnets.stores has two subnets in eu-central-1" in problem


def test_without_a_way_out_each_missing_endpoint_is_named() -> None:
    there = frozenset(ENDPOINTS) - {"sts", "ecr.dkr"}
    (problem,) = _problems(_vpc(endpoints=there, nodes={"route": ""}), _closed())
    assert "has no endpoint of ecr.dkr, sts:" in problem
    assert f"aws ec2 create-vpc-endpoint --vpc-id {VPC}" in problem


def test_what_the_nodes_share_is_judged_once() -> None:
    nodes = WANTED.subnets["nodes"]
    shared = replace(WANTED, balancers="internal", subnets=dict.fromkeys(WANTED.subnets, nodes))
    assert len(_problems(_vpc(nodes={"maps_public": True}), shared)) == len(nodes)


# --- asked of the simulated AWS


def _found(wanted: ExistingNetwork) -> Recording[NetworkPlace]:
    def program() -> NetworkPlace:
        parent = beside().parent
        assert isinstance(parent, Resource)
        return find_network(wanted, region="eu-central-1", services_cidr=SERVICES, parent=parent)

    return record(program)


def test_aws_is_asked_and_nothing_is_made() -> None:
    recording = _found(WANTED)
    assert recording.result.cidrs == ("10.60.0.0/20", "100.64.0.0/18")
    assert recording.result.stores_cidrs == ("10.60.8.0/26", "10.60.8.64/26", "10.60.8.128/26")
    assert recording.result.balancer_subnet_ids == tuple(sorted(WANTED.subnets["balancers"]))
    assert not [one for one in recording.resources if one.custom]


def test_subnets_without_a_table_follow_the_main_one() -> None:
    """The simulated VPC's main route table leads nowhere, and the stores' subnets have none of their own."""
    stores = WANTED.subnets["stores"]
    with pytest.raises(ConfigurationError) as refused:
        _found(replace(WANTED, subnets={"nodes": stores, "stores": stores, "balancers": []}))
    assert [problem.split(" so its")[0].split("' ")[1] for problem in refused.value.problems] == [
        "has no route to 0.0.0.0/0,"
    ] * 3


def test_few_addresses_are_a_warning() -> None:
    few = _vpc(stores={"free": 5})
    asked = mock.patch("components.aws.existing_network.ask", return_value=few)
    with asked, mock.patch("pulumi.log.warn") as warn:
        assert _found(WANTED).result.cidrs == few.cidrs
    said = [str(call.args[0]) for call in warn.call_args_list]
    assert len(said) == len(WANTED.subnets["stores"])
    assert all("has 5 free addresses; a new stack wants 6" in text for text in said)


@pytest.mark.parametrize(
    ("answer", "missing"),
    [("no matching EC2 VPC Endpoint found", True), ("multiple EC2 VPC Endpoints matched", False)],
)
def test_endpoints_are_told_by_the_providers_words(answer: str, *, missing: bool) -> None:
    with (
        mock.patch("pulumi_aws.ec2.get_vpc_endpoint", side_effect=Exception(answer)),
        pytest.raises(ConfigurationError) if missing else mock.MagicMock(),
    ):
        _found(_closed())


def test_another_error_of_the_provider_is_no_missing_endpoint() -> None:
    with (
        mock.patch("pulumi_aws.ec2.get_vpc_endpoint", side_effect=Exception("AccessDenied")),
        pytest.raises(Exception, match="AccessDenied"),
    ):
        _found(_closed())


# --- the whole stack


@pytest.fixture(name="whole")
def fixture_whole() -> Recording[Any]:
    return record_variant("aws-production-existing-network")


def _of_the_network(resource: Recorded) -> bool:
    module = resource.type.split(":")[1] if resource.type.startswith("aws:") else ""
    return module.startswith(("ec2", "vpc")) or "ubnet" in resource.type


def test_nothing_of_the_network_is_made(whole: Recording[Any]) -> None:
    made = {resource.type for resource in whole.resources if _of_the_network(resource)}
    assert made <= MAKES
    assert "aws:rds/subnetGroup:SubnetGroup" in made


def test_each_finds_its_subnets(whole: Recording[Any]) -> None:
    subnets = {use: sorted(ids) for use, ids in WANTED.subnets.items()}
    assert whole.one("aws:eks/cluster:Cluster").inputs["vpcConfig"]["subnetIds"] == subnets["nodes"]
    assert whole.one("aws:rds/subnetGroup:SubnetGroup").inputs["subnetIds"] == subnets["stores"]
    (parameters,) = [one for one in whole.resources if one.type.endswith(":IngressClassParams")]
    assert parameters.inputs["spec"]["subnets"] == {"ids": subnets["balancers"]}
    rules = whole.of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    assert [one.inputs["cidrIpv4"] for one in rules if "cidrIpv4" in one.inputs] == [
        "10.60.0.0/20",
        "100.64.0.0/18",
    ]


def test_in_a_network_of_its_own_eks_finds_the_subnets_by_their_tags() -> None:
    own = record_with("aws-production", {"rasa:account": WANTED.account})
    (parameters,) = [one for one in own.resources if one.type.endswith(":IngressClassParams")]
    assert "subnets" not in parameters.inputs["spec"]
