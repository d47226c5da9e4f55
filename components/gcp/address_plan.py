"""The addresses of a VPC: a pure function, so that a range keeps its addresses for life.

A subnet on Google Cloud spans all zones of its region, so there is one: a quarter of the network, for nodes
and for the addresses by which the VPC reaches the control plane and Kafka's brokers. Another quarter is
reserved for Google's networks with Cloud SQL and Memorystore, which are peered with the VPC. The rest is the
operator's.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network


@dataclass(frozen=True, kw_only=True, slots=True)
class AddressPlan:
    """Ranges of the VPC, pods and services left out: these have ranges of their own."""

    nodes: IPv4Network
    services: IPv4Network
    """Reserved for Google's managed services; not to be confused with Kubernetes Services."""


def plan_addresses(cidr: str) -> AddressPlan:
    """Split the network; the settings have checked that it is large enough."""
    nodes, services, *_ = IPv4Network(cidr).subnets(prefixlen_diff=2)
    return AddressPlan(nodes=nodes, services=services)
