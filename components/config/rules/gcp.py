"""What only Google Cloud asks for: rules that `stack.py` runs along with its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from ipaddress import IPv4Network

from components.config.assistant import Alarms, Network
from components.config.cluster import ExistingCluster, ManagedCluster
from components.config.messages import parsed_cidr, set_with

GOOGLE_SMALLEST = {"podsCidr": 20, "servicesCidr": 24}
"""Prefix lengths: a node of GKE Autopilot takes 64 addresses of the pods' range, a /20 feeds 64 nodes."""
GOOGLE_RESERVED = IPv4Network("172.17.0.0/16")
"""The bridge of the container runtime on GKE's nodes (GKE documentation, "VPC-native clusters")."""
GOOGLE_PRINCIPAL = re.compile(r"^(user|group|serviceAccount|domain|principal|principalSet):\S+$")
GOOGLE_CHANNEL = re.compile(r"^projects/[a-z0-9-]+/notificationChannels/\d+$")


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


GCP_CHECKS: Sequence[tuple[tuple[str, ...], Callable[..., Iterator[str]]]] = (
    (("cloud", "account"), _google_account),
    (("cloud", "network"), _google_ranges),
    (("cloud", "cluster", "alarms"), _google_names),
)
"""Field names → check, as in `stack.py`."""
