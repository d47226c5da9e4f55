"""The addresses of a network's subnets: a pure function, so that a subnet keeps its addresses for life.

Azure's subnets span all zones, so there is one of each kind. Pods have addresses of their own (overlay), so
nodes need half of the range at most; the stores' subnets are sixteenths of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network
from typing import Literal

Kind = Literal["nodes", "api", "postgres", "endpoints", "balancers"]
"""Nodes; the Kubernetes API; PostgreSQL servers; private endpoints of all else; Application Gateway for
Containers."""
BALANCERS_PREFIX = 24
"""Exactly that, where pods have addresses of their own (Azure documentation, "Container networking with
Application Gateway for Containers": with an overlay a larger or smaller prefix isn't supported; Azure/AKS
#5123). In any other subnet everything is made, and no pod is reached."""


def plan_addresses(cidr: str) -> Mapping[Kind, str]:
    """Each kind of subnet's range; the settings have checked the whole range."""
    nodes, rest = IPv4Network(cidr).subnets(prefixlen_diff=1)
    api, postgres, endpoints, balancers, *_ = rest.subnets(prefixlen_diff=3)
    ranges: Mapping[Kind, IPv4Network] = {
        "nodes": nodes,
        "api": api,
        "postgres": postgres,
        "endpoints": endpoints,
        "balancers": next(balancers.subnets(new_prefix=BALANCERS_PREFIX)),
    }
    return {kind: str(range_) for kind, range_ in ranges.items()}
