"""Which names of hosts Kubernetes resolves to a Service of the cluster, and in which namespace it is.

A pod looks a name up below `<its namespace>.svc.cluster.local`, `svc.cluster.local` and `cluster.local` first
(Kubernetes documentation, "DNS for Services and Pods", `ndots: 5`), so `redis`, `redis.data`,
`redis.data.svc` and `redis.data.svc.cluster.local` are one Service, and `redis-0.redis.data` one of its pods.
With a dot at its end a name is looked up as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

CLUSTER_DOMAIN = ["cluster", "local"]
SERVICE = "svc"
OF_COMPANIES = frozenset(
    {
        "example",
        "test",
        "invalid",
        "local",
        "internal",
        "intern",
        "intranet",
        "corp",
        "home",
        "lan",
        "private",
    }
    | {"localdomain"}
)
"""What companies give to networks of their own (RFC 2606; RFC 6762, appendix G)."""
PUBLIC_ENDS = OF_COMPANIES | {
    end
    for line in Path(__file__).with_name("top_level_domains.txt").read_text(encoding="ascii").splitlines()
    if not line.startswith("#")
    for end in line.split()
}
"""`<name>.<one of them>` may be a Service, and is not one for certain: Kubernetes resolves it to the Service
if there is one (RFC 1123 lets namespaces have such names), and else on the internet."""
NO_NAMESPACES = OF_COMPANIES | {"com", "net", "org", "edu", "gov", "mil", "int", "info", "biz", "arpa"}
COUNTRY = 2
"""Nobody calls a namespace like the oldest domains, or with the two letters of a country's: a name of three
labels that ends so is no pod's. It spares a needless rule; nothing is judged by it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceName:
    """What a name can be inside the cluster."""

    namespace: str
    only: bool
    """It leads nowhere else, wherever the cluster is."""
    certain: bool
    """Nobody would take it for a name of the internet."""


def service_named(host: str, own: str) -> ServiceName | None:
    """The Service that a pod of the namespace `own` means by a host's name; None where it can mean none."""
    if address_of(host) is not None or host.lower() in {"", "localhost"}:
        return None
    labels, whole = host.lower().rstrip(".").split("."), host.endswith(".")
    if SERVICE in labels[2:4]:
        return _written_out(labels, whole=whole)
    if whole:
        return None
    public = labels[-1] in PUBLIC_ENDS
    found: ServiceName | None = None
    match labels:
        case [_]:
            found = ServiceName(namespace=own, only=True, certain=True)
        case [_, namespace]:
            found = ServiceName(namespace=namespace, only=False, certain=not public)
        case [_, _, namespace] if namespace not in NO_NAMESPACES and len(namespace) != COUNTRY:
            found = ServiceName(namespace=namespace, only=False, certain=False)
        case _:
            pass
    return found


def _written_out(labels: list[str], *, whole: bool) -> ServiceName:
    """`name.namespace.svc` and what follows: a cluster may have been given a domain of its own."""
    at = labels.index(SERVICE, 2)
    domain = labels[at + 1 :]
    ours = domain == CLUSTER_DOMAIN or (not domain and not whole)
    return ServiceName(namespace=labels[at - 1], only=ours, certain=ours)


def address_of(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host is given by, in brackets or without; None for a name."""
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None
