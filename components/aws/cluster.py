"""Kubernetes on AWS: EKS Auto Mode, in which AWS runs the nodes, their storage and the load balancers.

Auto Mode needs no controllers of ours (no Karpenter, EBS driver, load balancer controller or Pod Identity
agent), sizes the nodes by the pods, replaces them with patched ones, and takes its load balancers along when
the cluster goes. So `size` says nothing here. What this file deliberately does not do: anything inside the
cluster (storage classes, namespaces).

The principal that runs the first `pulumi up` becomes an administrator; do not list it among `admins` as well,
EKS refuses a second access entry for the same principal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi_aws as aws
from pulumi import ComponentResource, Output, Resource, ResourceOptions

from components.aws.alarms import Alarm, create_alarms
from components.aws.network_place import NetworkPlace
from components.aws.policies import document, managed_policy, trust_service
from components.contract.provider import FoundationArgs
from components.contract.terms import Profile

# EKS upgrades one minor version at a time and never goes back. Its end of support: docs/support.yaml.
KUBERNETES_VERSION = "1.36"
LOG_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")
LOG_RETENTION_DAYS: Mapping[Profile, int] = {"dev": 7, "production": 365}
NODE_POOLS = ("system", "general-purpose")

# EKS user guide, "Amazon EKS Auto Mode cluster IAM role" and "Amazon EKS Auto Mode node IAM role".
CLUSTER_POLICIES = (
    "AmazonEKSClusterPolicy",
    "AmazonEKSComputePolicy",
    "AmazonEKSBlockStoragePolicy",
    "AmazonEKSLoadBalancingPolicy",
    "AmazonEKSNetworkingPolicy",
)
NODE_POLICIES = ("AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly")
ADMIN_ACCESS = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"

# Published by EKS itself, without an agent (EKS user guide, "Monitor cluster data with Amazon CloudWatch").
ALARMS = (
    # EKS replaces control plane instances when it likes, and a few errors come with that.
    Alarm(metric="apiserver_request_total_5XX", above=50, statistic="Sum", missing="notBreaching"),
    # EKS publishes one value a minute. If none of 15 is 0, a pod has waited longer than a new node takes. A
    # sum would also count many pods that each wait for a minute, as in every scale-up.
    Alarm(
        metric="scheduler_pending_pods_UNSCHEDULABLE",
        above=0,
        statistic="Minimum",
        minutes=15,
        missing="notBreaching",
    ),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterArgs:
    """The foundation's arguments, and the network that the cluster is created in."""

    foundation: FoundationArgs
    network: NetworkPlace
    key_arn: Output[str]


class Cluster(ComponentResource):
    """Control plane, node pools, and who may administer them."""

    planned_name: Output[str]
    """The cluster's name, known before the cluster is: for policies that must not wait for it."""
    name: Output[str]
    """The same name; a resource that takes it as an input waits for the cluster."""
    security_group_id: Output[str]
    """The security group of nodes and pods."""
    oidc_issuer: Output[str]
    kubeconfig: Output[str]
    access: tuple[Resource, ...]
    """The rules and the access entries that let others than its creator reach and administer the cluster."""

    def __init__(self, name: str, args: ClusterArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:aws:Cluster", name, {}, opts)
        role, grants = _role(
            name,
            document(trust_service("eks.amazonaws.com", "sts:AssumeRole", "sts:TagSession")),
            CLUSTER_POLICIES,
            parent=self,
        )
        node_role, node_grants = _role(
            f"{name}-nodes",
            document(trust_service("ec2.amazonaws.com", "sts:AssumeRole")),
            NODE_POLICIES,
            parent=self,
        )
        # The log group must carry the cluster's name and exist before it. So the engine names the role, and
        # the cluster takes over its name.
        self.planned_name = role.name
        logs = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=Output.concat("/aws/eks/", self.planned_name, "/cluster"),
            kms_key_id=args.key_arn,
            retention_in_days=LOG_RETENTION_DAYS[args.foundation.profile],
            opts=ResourceOptions(parent=self),
        )
        api_security_group, inside = _api_security_group(name, args, parent=self)
        cluster = aws.eks.Cluster(
            name,
            _cluster_args(args, self.planned_name, role, node_role, api_security_group),
            # The policies: EKS acts with them, on deletion too, where it would leave security groups behind
            # (SDK, `aws.eks.Cluster.role_arn`). The log group: EKS would make one that keeps logs for ever
            # in plain text. Neither is among the cluster's inputs.
            ResourceOptions(parent=self, depends_on=[*grants, *node_grants, logs]),
        )
        create_alarms(
            name,
            ALARMS,
            namespace="AWS/EKS",
            dimensions={"ClusterName": cluster.name},
            topic_arn=args.foundation.alarm_target,
            parent=self,
        )
        self.name = cluster.name
        self.security_group_id = cluster.vpc_config.cluster_security_group_id
        self.oidc_issuer = cluster.identities[0].oidcs[0].issuer
        self.kubeconfig = _kubeconfig(cluster, args.foundation.region)
        # Measures the CPU of pods for HorizontalPodAutoscalers; Auto Mode does not bring it.
        aws.eks.Addon(
            f"{name}-metrics",
            cluster_name=cluster.name,
            addon_name="metrics-server",
            opts=ResourceOptions(parent=self),
        )
        self.access = (*inside, *(_admin(name, arn, cluster, parent=self) for arn in args.foundation.admins))
        self.register_outputs({"name": self.name})


def _role(
    name: str, trust: Output[str], policies: Sequence[str], *, parent: Resource
) -> tuple[aws.iam.Role, list[Resource]]:
    role = aws.iam.Role(name, assume_role_policy=trust, opts=ResourceOptions(parent=parent))
    grants: list[Resource] = [
        aws.iam.RolePolicyAttachment(
            f"{name}-{policy}",
            role=role.name,
            policy_arn=managed_policy(policy),
            opts=ResourceOptions(parent=parent),
        )
        for policy in policies
    ]
    return role, grants


def _api_security_group(
    name: str, args: ClusterArgs, *, parent: Resource
) -> tuple[aws.ec2.SecurityGroup, Sequence[Resource]]:
    """Let the network reach the private endpoint: EKS itself lets in the cluster's nodes and pods alone.

    A security group of its own, since a rule in the cluster's would open port 443 of every pod, too.
    """
    api_security_group = aws.ec2.SecurityGroup(
        f"{name}-api",
        description="Kubernetes API from inside the VPC",
        vpc_id=args.network.vpc_id,
        opts=ResourceOptions(parent=parent),
    )
    rules = tuple(
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-api{'' if number == 1 else f'-{number}'}",
            security_group_id=api_security_group.id,
            cidr_ipv4=cidr,
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            opts=ResourceOptions(parent=parent),
        )
        for number, cidr in enumerate(args.network.cidrs, start=1)
    )
    return api_security_group, rules


def _cluster_args(
    args: ClusterArgs,
    name: Output[str],
    role: aws.iam.Role,
    node_role: aws.iam.Role,
    api_security_group: aws.ec2.SecurityGroup,
) -> aws.eks.ClusterArgs:
    return aws.eks.ClusterArgs(
        name=name,
        version=KUBERNETES_VERSION,
        role_arn=role.arn,
        # The self-managed network, proxy and DNS of a classic cluster: Auto Mode brings its own.
        bootstrap_self_managed_addons=False,
        access_config=aws.eks.ClusterAccessConfigArgs(
            authentication_mode="API", bootstrap_cluster_creator_admin_permissions=True
        ),
        vpc_config=_vpc_config(args, api_security_group),
        encryption_config=aws.eks.ClusterEncryptionConfigArgs(
            provider=aws.eks.ClusterEncryptionConfigProviderArgs(key_arn=args.key_arn), resources=["secrets"]
        ),
        # Auto Mode is compute, storage and load balancing together; EKS refuses one without the others.
        compute_config=aws.eks.ClusterComputeConfigArgs(
            enabled=True, node_pools=NODE_POOLS, node_role_arn=node_role.arn
        ),
        storage_config=aws.eks.ClusterStorageConfigArgs(
            block_storage=aws.eks.ClusterStorageConfigBlockStorageArgs(enabled=True)
        ),
        kubernetes_network_config=aws.eks.ClusterKubernetesNetworkConfigArgs(
            elastic_load_balancing=aws.eks.ClusterKubernetesNetworkConfigElasticLoadBalancingArgs(
                enabled=True
            ),
            service_ipv4_cidr=args.foundation.services_cidr,
        ),
        enabled_cluster_log_types=LOG_TYPES,
        # At the end of standard support EKS upgrades the cluster, rather than charging for extended support.
        upgrade_policy=aws.eks.ClusterUpgradePolicyArgs(support_type="STANDARD"),
        zonal_shift_config=aws.eks.ClusterZonalShiftConfigArgs(
            enabled=args.foundation.profile == "production"
        ),
        deletion_protection=args.foundation.deletion_protection,
    )


def _vpc_config(args: ClusterArgs, api_security_group: aws.ec2.SecurityGroup) -> aws.eks.ClusterVpcConfigArgs:
    """Open the API inside the network always, and outside only for the addresses that the config names.

    EKS's default is public, for every address.
    """
    return aws.eks.ClusterVpcConfigArgs(
        subnet_ids=args.network.node_subnet_ids,
        security_group_ids=[api_security_group.id],
        endpoint_private_access=True,
        endpoint_public_access=bool(args.foundation.allowed_cidrs),
        public_access_cidrs=args.foundation.allowed_cidrs or None,
    )


def _admin(name: str, principal_arn: str, cluster: aws.eks.Cluster, *, parent: Resource) -> Resource:
    # "arn:aws:iam::123456789012:role/ops" → "123456789012-role-ops": stays when the list is reordered.
    child = f"{name}-{'-'.join(principal_arn.split(':')[4:]).replace('/', '-')}"
    entry = aws.eks.AccessEntry(
        child,
        cluster_name=cluster.name,
        principal_arn=principal_arn,
        opts=ResourceOptions(parent=parent),
    )
    return aws.eks.AccessPolicyAssociation(
        child,
        cluster_name=cluster.name,
        principal_arn=entry.principal_arn,
        policy_arn=ADMIN_ACCESS,
        access_scope=aws.eks.AccessPolicyAssociationAccessScopeArgs(type="cluster"),
        opts=ResourceOptions(parent=parent),
    )


def _kubeconfig(cluster: aws.eks.Cluster, region: str) -> Output[str]:
    """Log in with a short-lived token of the AWS CLI, so that no credential is stored anywhere."""
    token = ["eks", "get-token", "--output", "json", "--region", region, "--cluster-name", cluster.name]
    user = {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1beta1",
            "command": "aws",
            "args": token,
            "interactiveMode": "Never",
        }
    }
    server = {
        "server": cluster.endpoint,
        "certificate-authority-data": cluster.certificate_authority.data,
    }
    return Output.secret(
        Output.json_dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": "eks", "cluster": server}],
                "users": [{"name": "aws", "user": user}],
                "contexts": [{"name": "eks", "context": {"cluster": "eks", "user": "aws"}}],
                "current-context": "eks",
            }
        )
    )
