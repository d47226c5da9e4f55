"""Where cluster, data stores and load balancers are, whoever made the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi import Output


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkPlace:
    """A virtual network and its subnets."""

    network_id: Output[str]
    network_name: Output[str]
    nodes_subnet_id: Output[str]
    api_subnet_id: Output[str]
    """Of the Kubernetes API."""
    postgres_subnet_id: Output[str]
    """Delegated to PostgreSQL flexible servers, which the nodes alone reach."""
    endpoints_subnet_id: Output[str]
    """For private endpoints, which the nodes alone reach."""
    data_subnet_ids: tuple[Output[str], ...]
    """Those of the two above that there are."""
    balancers_subnet_id: Output[str] | None = None
    """Of load balancers; None: the ingress makes it, with the range below."""
    balancers_cidr: str | None
    """Its range; None where there is no ingress."""
    stores_cidrs: tuple[str, ...]
    """Ranges that hold the addresses of the data stores."""
    joined: Mapping[str, Output[str]]
    """What AKS must be allowed to join, by the end of the grant's name."""
    outbound: str = "userAssignedNATGateway"
    """AKS' word for what leads the nodes to the internet."""
    private_zones: Mapping[str, str] = field(default_factory=dict[str, str])
    """Private DNS zones that exist, by name, with their ids: of a hub, which has linked them itself."""
