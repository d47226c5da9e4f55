"""What only Azure asks for: rules that `stack.py` runs along with its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from ipaddress import IPv4Network

from components.config.assistant import Network
from components.config.cluster import ExistingCluster, ManagedCluster
from components.config.messages import parsed_cidr, set_with
from components.config.model_storage import ManagedModelStorage

AZURE_PRINCIPAL = re.compile(r"^(user|group|servicePrincipal):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
AKS_RESERVED = tuple(
    IPv4Network(cidr) for cidr in ("169.254.0.0/16", "172.30.0.0/16", "172.31.0.0/16", "192.0.2.0/24")
)
"""Azure documentation, "Azure CNI overlay networking in AKS", IP address planning."""


def _azure(
    cloud: str, network: Network, cluster: ManagedCluster | ExistingCluster, storage: object
) -> Iterator[str]:
    """What only Azure asks for, and what only Azure has."""
    until = storage.access_until if isinstance(storage, ManagedModelStorage) else None
    if cloud != "azure":
        if until is not None:
            yield (
                f"rasa:modelStorage.accessUntil is {until!r}, and access to models has no end on {cloud}; "
                "remove it with: pulumi config rm --path 'rasa:modelStorage.accessUntil'"
            )
        return
    ranges = {"cidr": network.cidr, "servicesCidr": network.services_cidr, "podsCidr": network.pods_cidr}
    for key, text in ranges.items():
        for taken in AKS_RESERVED:
            parsed = parsed_cidr(text)
            if not isinstance(parsed, str) and parsed.overlaps(taken):
                yield f"rasa:network.{key} {parsed} overlaps {taken}, which AKS keeps for itself"
    if not isinstance(cluster, ManagedCluster):
        return
    if not cluster.admins:
        command = set_with("rasa:cluster.admins[0]", '"user:$(az ad signed-in-user show --query id -o tsv)"')
        yield (
            "rasa:cluster.admins is empty: Azure lets nobody into a cluster for having made it, `pulumi up` "
            f"could not install Rasa; name at least whoever runs it; {command}"
        )
    for index, admin in enumerate(cluster.admins):
        if not AZURE_PRINCIPAL.match(admin):
            yield (
                f"rasa:cluster.admins[{index}] is {admin!r}; accepted: user:, group: or servicePrincipal: "
                f"and an Entra object id; {set_with(f'rasa:cluster.admins[{index}]', '<id>')}"
            )


AZURE_CHECKS: Sequence[tuple[tuple[str, ...], Callable[..., Iterator[str]]]] = (
    (("cloud", "network", "cluster", "model_storage"), _azure),
)
"""Field names → check, as in `stack.py`."""
