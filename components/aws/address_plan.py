"""The addresses of a VPC's subnets: a pure function, so that a subnet keeps its addresses for life.

A quarter of the range goes to each of three zones for nodes and pods (on EKS a pod has an address of its own,
so these must be large); the last quarter holds the small subnets. Nothing depends on how many zones are in
use: a stack that grows from two zones to three moves no subnet, and so replaces no database.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network
from typing import Literal

Kind = Literal["public", "private", "data"]
"""public: load balancers and the NAT; private: nodes and pods, which reach the internet through the NAT;
data: stores, which cannot reach it."""


def plan_addresses(cidr: str, zones: int) -> Mapping[Kind, tuple[str, ...]]:
    """Each kind of subnet's ranges, one per zone; the settings have checked the range and the number."""
    *quarters, last = IPv4Network(cidr).subnets(prefixlen_diff=2)
    small = list(last.subnets(prefixlen_diff=3))
    ranges: Mapping[Kind, list[IPv4Network]] = {"public": small[:4], "private": quarters, "data": small[4:]}
    return {kind: tuple(str(subnet) for subnet in subnets[:zones]) for kind, subnets in ranges.items()}
