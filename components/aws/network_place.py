"""Where cluster, data stores and load balancers are, whoever made the network."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi import Output, Resource


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkPlace:
    """A VPC and its subnets."""

    vpc_id: Output[str]
    account_id: Output[str]
    """The stack's account, which need not be the one that the VPC is in."""
    cidrs: tuple[str, ...]
    """All ranges of the VPC."""
    node_subnet_ids: tuple[Output[str], ...]
    store_subnet_ids: tuple[Output[str], ...]
    balancer_subnet_ids: tuple[str, ...] = ()
    """Those that the load balancer is told; empty: EKS finds them by their tags."""
    stores_cidrs: tuple[str, ...]
    """Ranges that hold the addresses of the data stores."""
    public_balancers: tuple[str, ...]
    """Ranges of the subnets in which a load balancer for the internet is."""
    internal_balancers: tuple[str, ...]
    """The same of one for the network alone."""
    routes: tuple[Resource, ...] = ()
    """What pods need to reach the internet, and load balancers to be reached from it. Nothing that is merely
    placed in a subnet has to wait for it."""
