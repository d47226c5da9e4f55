"""What everything else on AWS stands on: network, key, cluster and the identities of the pods.

The data stores take their subnets and the key from here while the cluster is still being made; only the
rules that let its pods in, and the pods, wait for it.
"""

from __future__ import annotations

from pulumi import ComponentResource, Resource, ResourceOptions

from components.aws.cluster import Cluster, ClusterArgs
from components.aws.cluster_network import cluster_network
from components.aws.existing_network import find_network
from components.aws.identity import Identity, IdentityArgs
from components.aws.key import Key, KeyArgs
from components.aws.network import Network
from components.aws.network_place import NetworkPlace
from components.aws.placement import Placement
from components.contract.cluster import Kubernetes, Provisioner
from components.contract.foundation_facts import FoundationFacts
from components.contract.provider import ExistingNetwork, FoundationArgs

VOLUMES = Provisioner(name="ebs.csi.eks.amazonaws.com", parameters={"type": "gp3", "encrypted": "true"})
"""EKS Auto Mode has this driver, and makes no StorageClass for it (EKS user guide, "Create a storage
class")."""


class Foundation(ComponentResource):
    """Network, key, cluster and identities."""

    cluster: Kubernetes
    placement: Placement
    facts: FoundationFacts

    def __init__(self, name: str, args: FoundationArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:aws:Foundation", name, {}, opts)
        network = _network(f"{name}-network", args, parent=self)
        key = Key(
            f"{name}-key",
            KeyArgs(
                profile=args.profile,
                keeps_data=args.keeps_data,
                existing=args.key,
                region=args.region,
                account_id=network.account_id,
            ),
            ResourceOptions(parent=self),
        )
        cluster = Cluster(
            f"{name}-cluster",
            ClusterArgs(foundation=args, network=network, key_arn=key.arn),
            ResourceOptions(parent=self),
        )
        identity = Identity(
            f"{name}-pods",
            IdentityArgs(
                namespace=args.namespace,
                cluster_name_ahead=cluster.planned_name,
                cluster_name=cluster.name,
            ),
            ResourceOptions(parent=self),
        )
        self.cluster = Kubernetes(
            kubeconfig=cluster.kubeconfig,
            identifier=cluster.name,
            namespace=args.namespace,
            rasa=identity.rasa,
            setup=identity.setup,
            provisioner=VOLUMES,
            cluster_network=cluster_network(network, args.services_cidr),
            # The routes: without them nodes pull no image, and a load balancer must be gone before its
            # network. The access: if it went first, a destroy by one of the admins, or from inside the
            # network, would be refused by the cluster with Kubernetes objects still in it.
            ready=(*network.routes, *cluster.access),
        )
        self.placement = Placement(
            region=args.region,
            account_id=network.account_id,
            vpc_id=network.vpc_id,
            subnet_ids=network.store_subnet_ids,
            balancer_subnet_ids=network.balancer_subnet_ids,
            clients_security_group_id=cluster.security_group_id,
            key_arn=key.arn,
            rasa_role_name=identity.rasa_role_name,
            setup_role_name=identity.setup_role_name,
            oidc_issuer=cluster.oidc_issuer,
            alarm_topic_arn=args.alarm_target,
        )
        self.facts = _facts(network, cluster, identity)
        self.register_outputs({"vpcId": network.vpc_id, "clusterName": cluster.name, "keyArn": key.arn})


def _network(name: str, args: FoundationArgs, *, parent: Resource) -> NetworkPlace:
    if isinstance(args.network, ExistingNetwork):
        return find_network(args.network, region=args.region, services_cidr=args.services_cidr, parent=parent)
    return Network(name, args, ResourceOptions(parent=parent)).place


def _facts(network: NetworkPlace, cluster: Cluster, identity: Identity) -> FoundationFacts:
    return FoundationFacts(
        network_id=network.vpc_id,
        subnet_ids={"cluster": network.node_subnet_ids, "data": network.store_subnet_ids},
        cluster_name=cluster.name,
        oidc_issuer=cluster.oidc_issuer,
        rasa={"roleArn": identity.rasa_role_arn},
    )
