"""The AWS identities of Rasa's pods, by EKS Pod Identity: no keys, no annotations, no OIDC provider.

The roles do not wait for the cluster, so that each dependency can grant access to them at once; only the
associations, which tie a role to a service account, need it. A role holds nothing at first: each dependency
attaches what its own use needs.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi_aws as aws
from pulumi import ComponentResource, Output, Resource, ResourceOptions

from components.aws.policies import Statement, document, trust_service
from components.contract.cluster import PodIdentity

RASA_SERVICE_ACCOUNT = "rasa"
SETUP_SERVICE_ACCOUNT = "rasa-setup"


@dataclass(frozen=True, kw_only=True, slots=True)
class IdentityArgs:
    """Which pods may take on the roles."""

    namespace: str
    cluster_name_ahead: Output[str]
    """For the roles' trust policy; must not depend on the cluster."""
    cluster_name: Output[str]
    """For the associations; depends on the cluster."""


class Identity(ComponentResource):
    """One role for Rasa, one for the setup Jobs."""

    rasa: PodIdentity
    rasa_role_name: Output[str]
    rasa_role_arn: Output[str]
    setup: PodIdentity
    setup_role_name: Output[str]

    def __init__(self, name: str, args: IdentityArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:aws:Identity", name, {}, opts)
        rasa, self.rasa = _identity(f"{name}-rasa", RASA_SERVICE_ACCOUNT, args, parent=self)
        setup, self.setup = _identity(f"{name}-setup", SETUP_SERVICE_ACCOUNT, args, parent=self)
        self.rasa_role_name, self.rasa_role_arn, self.setup_role_name = rasa.name, rasa.arn, setup.name
        self.register_outputs({"rasaRole": self.rasa_role_name, "setupRole": self.setup_role_name})


def _identity(
    name: str, service_account: str, args: IdentityArgs, *, parent: Resource
) -> tuple[aws.iam.Role, PodIdentity]:
    role = aws.iam.Role(
        name,
        assume_role_policy=document(_trust(service_account, args)),
        opts=ResourceOptions(parent=parent),
    )
    association = aws.eks.PodIdentityAssociation(
        name,
        cluster_name=args.cluster_name,
        namespace=args.namespace,
        service_account=service_account,
        role_arn=role.arn,
        opts=ResourceOptions(parent=parent),
    )
    return role, PodIdentity(service_account=service_account, ready=(association,))


def _trust(service_account: str, args: IdentityArgs) -> Statement:
    """EKS itself assumes the role; the conditions on its session tags refuse another pod's service account.

    Source: EKS user guide, "Create IAM role with trust policy required by EKS Pod Identity" (Setting
    Conditions) and "Grant Pods access to AWS resources based on tags" (the list of tags).
    """
    statement = trust_service("pods.eks.amazonaws.com", "sts:AssumeRole", "sts:TagSession")
    statement["Condition"] = {
        "StringEquals": {
            "aws:RequestTag/eks-cluster-name": args.cluster_name_ahead,
            "aws:RequestTag/kubernetes-namespace": args.namespace,
            "aws:RequestTag/kubernetes-service-account": service_account,
        }
    }
    return statement
