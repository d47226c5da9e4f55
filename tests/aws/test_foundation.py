from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from pulumi import Resource

from components.aws.foundation import Foundation
from components.aws.identity import RASA_SERVICE_ACCOUNT
from components.aws.provider import Provider
from components.contract.provider import FoundationArgs, OwnNetwork, ProviderArgs
from tests.computed import ACCOUNT, REGION
from tests.recorder import Recording, is_secret, record, value_of

CLUSTER = "aws:eks/cluster:Cluster"
ROLE = "aws:iam/role:Role"
OFFICE = "198.51.100.0/24"
ADMIN = f"arn:aws:iam::{ACCOUNT}:role/platform/ops"


def foundation_args(**changes: Any) -> FoundationArgs:
    args: dict[str, Any] = {
        "profile": "production",
        "size": "medium",
        "deletion_protection": True,
        "keeps_data": True,
        "region": REGION,
        "zones": [f"{REGION}{letter}" for letter in "abc"],
        "network": OwnNetwork(cidr="10.20.0.0/16"),
        "services_cidr": "172.20.0.0/16",
        "pods_cidr": "10.244.0.0/16",
        "allowed_cidrs": [OFFICE],
        "admins": [ADMIN],
        "namespace": "rasa",
        "alarm_target": None,
        "tags": {},
    }
    return FoundationArgs(**{**args, **changes})


def foundation(*, preview: bool = False, **changes: Any) -> Recording[Foundation]:
    return record(lambda: Foundation("foundation", foundation_args(**changes)), preview=preview)


@pytest.fixture(scope="module")
def made() -> Recording[Foundation]:
    return foundation()


@pytest.fixture(scope="module")
def made_dev() -> Recording[Foundation]:
    zones = [f"{REGION}a", f"{REGION}b"]
    return foundation(profile="dev", zones=zones, allowed_cidrs=[], admins=[], deletion_protection=False)


def types_of(urns: frozenset[str]) -> set[str]:
    return {urn.split("::")[2].split("$")[-1] for urn in urns}


def statements(policy: str) -> list[dict[str, Any]]:
    return json.loads(policy)["Statement"]


# --- the network


def test_data_subnets_have_no_way_out(made: Recording[Foundation]) -> None:
    routed = {route.inputs["routeTableId"] for route in made.of("aws:ec2/route:Route")}
    assert routed == {f"test-foundation-network-{kind}-0a1b2c-id" for kind in ("public", "private")}
    data = [a for a in made.of("aws:ec2/routeTableAssociation:RouteTableAssociation") if "-data-" in a.name]
    assert {a.inputs["routeTableId"] for a in data} == {"test-foundation-network-data-0a1b2c-id"}


def test_nat_survives_a_zone_in_production_only(
    made: Recording[Foundation], made_dev: Recording[Foundation]
) -> None:
    regional = made.one("aws:ec2/natGateway:NatGateway")
    assert regional.inputs["availabilityMode"] == "regional"
    assert not {"subnetId", "allocationId"} & regional.inputs.keys()
    zonal = made_dev.one("aws:ec2/natGateway:NatGateway")
    assert zonal.inputs["availabilityMode"] == "zonal"
    assert types_of(zonal.depends_on) == {"aws:ec2/internetGateway:InternetGateway"}


def test_default_security_group_is_closed(made: Recording[Foundation]) -> None:
    inputs = made.one("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup").inputs
    assert (inputs["ingress"], inputs["egress"]) == ([], [])


# --- the key


def test_logs_may_use_the_key_for_this_account_only(made: Recording[Foundation]) -> None:
    administer, logs = statements(made.one("aws:kms/key:Key").inputs["policy"])
    assert administer["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    assert logs["Principal"] == {"Service": f"logs.{REGION}.amazonaws.com"}
    (condition,) = logs["Condition"]["ArnLike"].values()
    assert condition == f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:*"


# --- the cluster


@pytest.mark.parametrize(("allowed", "public"), [([], False), ([OFFICE], True)])
def test_public_endpoint_is_open_only_to_whom_the_config_names(allowed: list[str], *, public: bool) -> None:
    vpc = foundation(allowed_cidrs=allowed).one(CLUSTER).inputs["vpcConfig"]
    assert vpc["endpointPrivateAccess"] is True
    assert vpc["endpointPublicAccess"] is public
    assert vpc.get("publicAccessCidrs", []) == allowed


def test_inside_the_network_the_api_is_reached_on_its_own_port(made: Recording[Foundation]) -> None:
    rule = made.one("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").inputs
    assert (rule["cidrIpv4"], rule["fromPort"], rule["toPort"]) == ("10.20.0.0/16", 443, 443)
    assert made.one(CLUSTER).inputs["vpcConfig"]["securityGroupIds"] == [rule["securityGroupId"]]


def test_log_group_has_the_clusters_name_and_comes_first(made: Recording[Foundation]) -> None:
    cluster, logs = made.one(CLUSTER), made.one("aws:cloudwatch/logGroup:LogGroup")
    assert logs.inputs["name"] == f"/aws/eks/{cluster.inputs['name']}/cluster"
    assert logs.inputs["kmsKeyId"]
    assert logs.urn in cluster.dependencies


def test_cluster_waits_for_its_policies_and_for_nothing_slow(made: Recording[Foundation]) -> None:
    cluster = made.one(CLUSTER)
    attached = {grant.urn for grant in made.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")}
    assert attached <= cluster.depends_on
    assert "aws:ec2/natGateway:NatGateway" not in types_of(made.waits_for(cluster))


def test_kubeconfig_is_secret_and_logs_in_with_the_aws_cli(made: Recording[Foundation]) -> None:
    kubeconfig = made.result.cluster.kubeconfig
    assert is_secret(kubeconfig)
    content = json.loads(value_of(kubeconfig))
    command = content["users"][0]["user"]["exec"]
    assert [command["command"], *command["args"][:2]] == ["aws", "eks", "get-token"]
    assert command["args"][-1] == made.one(CLUSTER).inputs["name"]
    assert content["clusters"][0]["cluster"]["server"].startswith("https://")


def test_admin_gets_the_whole_cluster(made: Recording[Foundation]) -> None:
    granted = made.one("aws:eks/accessPolicyAssociation:AccessPolicyAssociation")
    assert granted.name == f"foundation-cluster-{ACCOUNT}-role-platform-ops"
    assert granted.inputs["principalArn"] == ADMIN
    assert granted.inputs["accessScope"] == {"type": "cluster"}


# --- the identities


def test_pod_roles_do_not_wait_for_the_cluster(made: Recording[Foundation]) -> None:
    for role in made.of(ROLE):
        assert CLUSTER not in types_of(made.waits_for(role)), role.name
    for association in made.of("aws:eks/podIdentityAssociation:PodIdentityAssociation"):
        assert CLUSTER in types_of(made.waits_for(association))


def test_pod_role_trusts_one_service_account_of_this_cluster(made: Recording[Foundation]) -> None:
    (trust,) = statements(made.one(ROLE, "foundation-pods-rasa").inputs["assumeRolePolicy"])
    assert trust["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {
        "aws:RequestTag/eks-cluster-name": made.one(CLUSTER).inputs["name"],
        "aws:RequestTag/kubernetes-namespace": "rasa",
        "aws:RequestTag/kubernetes-service-account": RASA_SERVICE_ACCOUNT,
    }


# --- the whole


def test_pods_wait_for_the_network_access_and_their_identity(made: Recording[Foundation]) -> None:
    def named(resources: Sequence[Resource]) -> set[str]:
        return {value_of(resource.urn).split("$")[-1] for resource in resources}

    cluster = made.result.cluster
    assert named(cluster.rasa.ready) == {
        "aws:eks/podIdentityAssociation:PodIdentityAssociation::foundation-pods-rasa"
    }
    assert named(cluster.ready) >= {
        "aws:ec2/route:Route::foundation-network-private-out",
        "aws:ec2/routeTableAssociation:RouteTableAssociation::foundation-network-private-a",
        "aws:ec2/routeTableAssociation:RouteTableAssociation::foundation-network-public-a",
        f"aws:eks/accessPolicyAssociation:AccessPolicyAssociation::foundation-cluster-{ACCOUNT}-role-platform-ops",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule::foundation-cluster-api",
    }


def test_stores_can_start_before_the_cluster(made: Recording[Foundation]) -> None:
    place = made.result.placement
    subnet = made.one("aws:ec2/subnet:Subnet", "foundation-network-data-a")
    assert value_of(place.subnet_ids[0]).startswith(f"test-{subnet.name}")
    for resource in (subnet, made.one("aws:kms/key:Key")):
        assert CLUSTER not in types_of(made.waits_for(resource))


def test_preview_shows_the_resources_of_the_update(made: Recording[Foundation]) -> None:
    assert foundation(preview=True).urns() == made.urns()


def test_every_alarm_is_there_and_silent_without_a_topic(made: Recording[Foundation]) -> None:
    alarms = made.of("aws:cloudwatch/metricAlarm:MetricAlarm")
    assert {alarm.inputs["namespace"] for alarm in alarms} == {"AWS/NATGateway", "AWS/EKS"}
    assert not any(alarm.inputs["actionsEnabled"] for alarm in alarms)


@pytest.mark.parametrize("account", [None, ACCOUNT])
def test_provider_refuses_other_accounts(account: str | None) -> None:
    args = ProviderArgs(region=REGION, account=account, tags={"stack": "test"})
    provider = record(lambda: Provider("aws", args)).one("pulumi:providers:aws")
    assert json.loads(provider.inputs["defaultTags"]) == {"tags": {"stack": "test"}}
    assert json.loads(provider.inputs.get("allowedAccountIds", "[]")) == ([account] if account else [])
