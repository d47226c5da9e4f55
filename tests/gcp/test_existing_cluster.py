"""Beside a GKE cluster that exists: what is refused, and stores and identities that its pods reach."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest
from pulumi import Resource

from components.contract.errors import ConfigurationError
from components.contract.provider import ExistingFoundationArgs
from components.gcp.existing_cluster import ClusterPlace, find_cluster
from components.gcp.existing_foundation import ExistingFoundation
from tests.existing_clusters import args_beside
from tests.recorder import Recording, beside, record, value_of
from tests.variants import CLUSTERS, HOST, record_variant

COMPANY = CLUSTERS["gcp"]
IN_EUROPE = "projects/company-gke/locations/europe-west3"


def args(**changes: Any) -> ExistingFoundationArgs:
    own: dict[str, Any] = {
        "region": "europe-west3",
        "zones": ["europe-west3-a", "europe-west3-b"],
        "subnet_uses": ("stores",),
    }
    return args_beside("gcp", **{**own, **changes})


def _found(**changes: Any) -> ClusterPlace:
    def program() -> ClusterPlace:
        parent = beside().parent
        assert isinstance(parent, Resource)
        return find_cluster(args(**changes), parent=parent)

    return record(program).result


def test_google_is_asked_for_what_the_stores_need() -> None:
    with mock.patch("pulumi.log.warn") as warn:
        found = _found()
    assert (found.name, found.workload_pool) == ("company", "company-gke.svc.id.goog")
    assert found.subnet == f"{HOST}/regions/europe-west3/subnetworks/gke"
    assert found.private_range is not None
    assert value_of(found.private_range) == "google-services"
    assert found.stores_cidrs == ("10.80.0.0/22", "10.84.0.0/20")
    assert not warn.called


def test_stores_that_are_elsewhere_need_no_range() -> None:
    found = _found(subnet_ids=())
    assert (found.private_range, found.stores_cidrs) == (None, ("10.80.0.0/22",))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"cluster_name": f"{IN_EUROPE}/clusters/none"},
            [["no cluster that you see", "--project company-gke"]],
        ),
        (
            {"cluster_name": "projects/company-gke/locations/europe-west1/clusters/away"},
            [["clusterName", "is in europe-west1", "rasa:region is 'europe-west3'"]],
        ),
        (
            {"cluster_name": f"{IN_EUROPE}/clusters/old"},
            [
                ["not VPC-native", "--enable-ip-alias"],
                ["is of projects/company-host/global/networks/other", "rasa:cluster.network.id"],
                ["no Workload Identity", "clusters update old", "--workload-pool company-gke.svc.id.goog"],
            ],
        ),
        (
            {"network_id": f"{HOST}/global/networks/other"},
            [
                ["clusterName", "is of projects/company-host/global/networks/company"],
                ["rasa:cluster.network.subnets[0]", "is of projects/company-host/global/networks/company"],
                ["rasa:cluster.network.id", "not peered", "vpc-peerings connect"],
            ],
        ),
        (
            {"subnet_ids": (f"{HOST}/global/addresses/an-endpoint",)},
            [["rasa:cluster.network.subnets[0]", "no range for Google's services"]],
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


@pytest.mark.parametrize("profile", ["dev", "production"])
def test_a_cluster_of_one_zone_is_a_warning_in_production(profile: str) -> None:
    with mock.patch("pulumi.log.warn") as warn:
        _found(profile=profile, cluster_name="projects/company-gke/locations/europe-west3-b/clusters/zonal")
    assert warn.called is (profile == "production")
    assert all("nodes in europe-west3-b alone" in call.args[0] for call in warn.call_args_list)


def test_what_google_refuses_is_no_message_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(**_: object) -> None:
        raise Exception("googleapi: Error 403: Required 'container.clusters.get'")  # noqa: TRY002 - as the SDK does

    monkeypatch.setattr("pulumi_gcp.container.get_cluster", ask)
    with pytest.raises(Exception, match="403"):
        _found()


def test_nothing_is_enabled_before_the_cluster_is_found() -> None:
    with pytest.raises(ConfigurationError), mock.patch("pulumi_gcp.projects.Service") as service:
        record(lambda: ExistingFoundation("foundation", args(cluster_name=f"{IN_EUROPE}/clusters/none")))
    assert not service.called


# --- the whole stack


@pytest.fixture(name="whole")
def fixture_whole() -> Recording[Any]:
    return record_variant("gcp-beside")


def test_nothing_of_the_cluster_or_its_network_is_made(whole: Recording[Any]) -> None:
    made = {one.type for one in whole.resources}
    assert not [
        one for one in made if one.startswith(("gcp:compute/", "gcp:container/", "gcp:servicenetworking/"))
    ]


def test_stores_are_where_its_pods_reach_them(whole: Recording[Any]) -> None:
    server = whole.one("gcp:sql/databaseInstance:DatabaseInstance").inputs["settings"]["ipConfiguration"]
    assert (server["privateNetwork"], server["allocatedIpRange"]) == (COMPANY["id"], "google-services")
    redis = whole.one("gcp:redis/instance:Instance").inputs
    assert (redis["authorizedNetwork"], redis["reservedIpRange"]) == (COMPANY["id"], "google-services")
    kafka = whole.one("gcp:managedkafka/cluster:Cluster").inputs["gcpConfig"]["accessConfig"]
    assert kafka["networkConfigs"] == [{"subnet": f"{HOST}/regions/europe-west3/subnetworks/gke"}]


def test_one_pod_of_that_cluster_acts_as_rasa(whole: Recording[Any]) -> None:
    (binding,) = whole.of("gcp:serviceaccount/iAMMember:IAMMember")
    assert binding.inputs["member"] == "serviceAccount:company-gke.svc.id.goog[rasa/rasa]"
    account = whole.one("kubernetes:core/v1:ServiceAccount", "rasa-account").inputs["metadata"]
    assert account["annotations"]["iam.gke.io/gcp-service-account"].endswith(".iam.gserviceaccount.com")


def test_pods_reach_stores_at_their_addresses_alone(whole: Recording[Any]) -> None:
    ranges = {
        block["cidr"]
        for policy in whole.of("kubernetes:networking.k8s.io/v1:NetworkPolicy")
        for rule in policy.inputs["spec"].get("egress", [])
        if any(port.get("port") == 9192 for port in rule.get("ports", []))
        for peer in rule["to"]
        if (block := peer.get("ipBlock"))
    }
    assert ranges == {"10.80.0.0/22", "10.84.0.0/20"}
