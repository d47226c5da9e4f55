"""The addresses around the pods on GKE; Autopilot's Dataplane V2 always enforces network policies."""

from __future__ import annotations

from components.contract.cluster import GKE_METADATA, ClusterNetwork

NODE_DNS, METADATA_DNS = "169.254.20.10/32", "169.254.169.254/32"
"""The cache on each node, and Cloud DNS for GKE (GKE documentation, "Using NodeLocal DNSCache", network
policies)."""
BALANCERS = ("35.191.0.0/16", "130.211.0.0/22")
"""Google's proxies and health checks, for every global load balancer (Cloud Load Balancing documentation,
"Firewall rules")."""


def cluster_network(stores_cidrs: tuple[str, ...]) -> ClusterNetwork:
    """The addresses are Google's, but for the stores', which are in the network."""
    return ClusterNetwork(
        identity=GKE_METADATA,
        dns=(NODE_DNS, METADATA_DNS),
        stores_cidrs=stores_cidrs,
        public_balancers=BALANCERS,
    )
