"""What only one cloud asks for: checks of the config that `checks.py` runs along with its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from ipaddress import IPv4Network

from components.config_problems import parsed_cidr, set_with
from components.options import Alarms, Network
from components.sources import ExistingCluster, ManagedCluster, ManagedModelStorage
from components.tag_checks import tag_problems

AZURE_PRINCIPAL = re.compile(r"^(user|group|servicePrincipal):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
AKS_RESERVED = tuple(
    IPv4Network(cidr) for cidr in ("169.254.0.0/16", "172.30.0.0/16", "172.31.0.0/16", "192.0.2.0/24")
)
"""Azure documentation, "Azure CNI overlay networking in AKS", IP address planning."""
GOOGLE_SMALLEST = {"podsCidr": 20, "servicesCidr": 24}
"""Prefix lengths: a node of GKE Autopilot takes 64 addresses of the pods' range, a /20 feeds 64 nodes."""
GOOGLE_RESERVED = IPv4Network("172.17.0.0/16")
"""The bridge of the container runtime on GKE's nodes (GKE documentation, "VPC-native clusters")."""
GOOGLE_PRINCIPAL = re.compile(r"^(user|group|serviceAccount|domain|principal|principalSet):\S+$")
GOOGLE_CHANNEL = re.compile(r"^projects/[a-z0-9-]+/notificationChannels/\d+$")


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


def _google_account(cloud: str, account: str | None) -> Iterator[str]:
    if cloud == "gcp" and account is None:
        yield (
            "rasa:account is missing: on Google Cloud it names the project that everything is made in; "
            + set_with("rasa:account", "<project id>")
        )


def _google_ranges(cloud: str, network: Network) -> Iterator[str]:
    """GKE takes pods and services from ranges of the subnet, for which it has rules of its own."""
    for key, text in (("podsCidr", network.pods_cidr), ("servicesCidr", network.services_cidr)):
        parsed = parsed_cidr(text)
        if cloud != "gcp" or isinstance(parsed, str):
            continue
        example = set_with(f"rasa:network.{key}", f"<range of /{GOOGLE_SMALLEST[key]} or larger>")
        if parsed.prefixlen > GOOGLE_SMALLEST[key]:
            yield f"rasa:network.{key} {parsed} is too small for GKE; {example}"
        if parsed.overlaps(GOOGLE_RESERVED):
            yield f"rasa:network.{key} {parsed} overlaps {GOOGLE_RESERVED}, which GKE's nodes use; {example}"


def _google_names(cloud: str, cluster: ManagedCluster | ExistingCluster, alarms: Alarms) -> Iterator[str]:
    if cloud != "gcp":
        return
    for index, admin in enumerate(cluster.admins if isinstance(cluster, ManagedCluster) else ()):
        if not GOOGLE_PRINCIPAL.match(admin):
            path = f"rasa:cluster.admins[{index}]"
            yield (
                f"{path} {admin!r} is not a principal of Google Cloud; accepted: user:…, group:…, "
                "serviceAccount:…; " + set_with(path, "group:ops@example.com")
            )
    if alarms.target is not None and not GOOGLE_CHANNEL.match(alarms.target):
        yield (
            f"rasa:alarms.target {alarms.target!r} is not a notification channel; "
            + set_with("rasa:alarms.target", "projects/<project id>/notificationChannels/<number>")
        )


CLOUD_CHECKS: Sequence[tuple[tuple[str, ...], Callable[..., Iterator[str]]]] = (
    (("cloud", "network", "cluster", "model_storage"), _azure),
    (("cloud", "tags"), tag_problems),
    (("cloud", "account"), _google_account),
    (("cloud", "network"), _google_ranges),
    (("cloud", "cluster", "alarms"), _google_names),
)
"""Field names → check, as in `checks.py`."""
