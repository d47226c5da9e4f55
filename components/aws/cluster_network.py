"""The addresses around the pods on EKS Auto Mode, and the setting by which it enforces network policies."""

from __future__ import annotations

from ipaddress import IPv4Network

from components.aws.network_place import NetworkPlace
from components.contract.cluster import EKS_POD_IDENTITY, ClusterConfigMap, ClusterNetwork

DNS_OFFSET = 10
"""EKS gives its DNS the tenth address of the services' range."""
ENFORCEMENT = ClusterConfigMap(
    name="amazon-vpc-cni", namespace="kube-system", data={"enable-network-policy-controller": "true"}
)
"""EKS user guide, "Use network policies with EKS Auto Mode", step 1. Without it network policies have no
effect."""


def cluster_network(network: NetworkPlace, services_cidr: str) -> ClusterNetwork:
    """The addresses of a network, and of the cluster's services.

    DNS by its address: Auto Mode runs it on the nodes and not as pods (aws/containers-roadmap#2552). Load
    balancers by their subnets: pods have addresses of the network, too, and a wider range would admit them.
    An internal load balancer is in the pods' own subnets, where no range tells it from a pod.
    """
    dns = IPv4Network(services_cidr)[DNS_OFFSET]
    return ClusterNetwork(
        identity=(EKS_POD_IDENTITY,),
        dns=(f"{dns}/32",),
        stores_cidrs=network.stores_cidrs,
        public_balancers=network.public_balancers,
        internal_balancers=network.internal_balancers,
        settings=(ENFORCEMENT,),
    )
