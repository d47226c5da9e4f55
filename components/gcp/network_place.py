"""Where cluster and data stores are, whoever made the network."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi import Output, Resource


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkPlace:
    """A VPC and its subnet, which is in all zones of the region."""

    network_id: Output[str]
    subnet_id: Output[str]
    """Of the nodes; Kafka puts the addresses of its brokers there, too."""
    pods_range: str
    """Name of the subnet's range for pods."""
    services_range: str
    private_network: Output[str]
    """The VPC; a resource that takes it as an input waits for the peering with Google's services."""
    private_range: Output[str] | None
    """Name of the range that those services take their addresses from; None: no store is one of them."""
    stores_cidrs: tuple[str, ...]
    """Ranges that hold the addresses of the data stores."""
    nat_name: Output[str] | None = None
    """The NAT that the stack makes."""
    routes: tuple[Resource, ...] = ()
    """What pods need to reach the internet; nothing that is merely placed in the subnet waits for it."""
