"""Beside an EKS cluster that exists: identities in it, a key, and data stores in its network."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from components.aws.vault_unseal import VaultUnseal
from components.contract.errors import NotSupported
from components.contract.provider import VaultUnsealArgs
from tests.aws.stores import placement
from tests.recorder import Recording, record
from tests.stacks import record_stack

STACK = "aws-mixed-dev"
RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"


@pytest.fixture(name="mixed")
def fixture_mixed() -> Recording[Any]:
    return record_stack(STACK)


def test_nothing_of_the_cluster_or_its_network_is_made(mixed: Recording[Any]) -> None:
    made = {resource.type for resource in mixed.resources}
    assert not made & {"aws:eks/cluster:Cluster", "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet"}


def test_stores_are_in_the_clusters_network_and_let_its_pods_in(mixed: Recording[Any]) -> None:
    (subnets,) = mixed.of("aws:rds/subnetGroup:SubnetGroup")
    assert subnets.inputs["subnetIds"] == ["subnet-0a1b2c3d4e5f60711", "subnet-0a1b2c3d4e5f60712"]
    assert {rule.inputs["referencedSecurityGroupId"] for rule in mixed.of(RULE)} == {"sg-0a1b2c3d4e5f60719"}


def test_pods_take_on_roles_in_that_cluster_alone(mixed: Recording[Any]) -> None:
    associations = mixed.of("aws:eks/podIdentityAssociation:PodIdentityAssociation")
    assert {one.inputs["clusterName"] for one in associations} == {"company-eks"}
    for role in mixed.of("aws:iam/role:Role"):
        (statement,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
        assert statement["Condition"]["StringEquals"]["aws:RequestTag/eks-cluster-name"] == "company-eks"


def test_objects_of_a_cluster_that_is_not_ours_are_not_forgotten(mixed: Recording[Any]) -> None:
    (provider,) = mixed.of("pulumi:providers:kubernetes")
    assert "deleteUnreachable" not in provider.inputs
    (own,) = record_stack("aws-dev").of("pulumi:providers:kubernetes")
    assert str(own.inputs["deleteUnreachable"]).lower() == "true"


def test_a_vault_of_our_own_there_is_a_gap() -> None:
    def program() -> None:
        place = replace(placement(), oidc_issuer=None)
        args = VaultUnsealArgs(
            placement=place,
            profile="dev",
            size="small",
            deletion_protection=False,
            namespace="vault",
            service_account="vault",
        )
        VaultUnseal("vault-unseal", args)

    with pytest.raises(NotSupported, match="existing EKS cluster"):
        record(program)
