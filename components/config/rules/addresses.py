"""Rules for ranges of addresses, and lists that mean sets: what a cloud or Kubernetes would refuse later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network

from components.config.clouds import CLOUDS
from components.config.cluster import ExistingCluster
from components.config.messages import parsed_cidr, rm_command, set_with
from components.config.rules.runner import Rule
from components.config.settings import Settings

NEVER_A_NETWORK = {
    IPv4Network("0.0.0.0/8"): "this host itself",
    IPv4Network("127.0.0.0/8"): "each machine's own address",
    IPv4Network("169.254.0.0/16"): "the addresses of metadata services",
    IPv4Network("192.0.0.0/24"): "protocol assignments",
    IPv4Network("192.0.2.0/24"): "documentation",
    IPv4Network("198.18.0.0/15"): "benchmarks of networks",
    IPv4Network("198.51.100.0/24"): "documentation",
    IPv4Network("203.0.113.0/24"): "documentation",
    IPv4Network("224.0.0.0/4"): "multicast",
    IPv4Network("240.0.0.0/4"): "future use",
}
"""IANA IPv4 Special-Purpose Address Registry, without the ranges that private networks are made of."""
PRIVATE = tuple(
    IPv4Network(cidr) for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)
"""RFC 1918, and RFC 6598, which EKS, AKS and GKE document for pods."""


def _special(settings: Settings) -> Iterator[str]:
    """A network of the stack's own is made of private addresses."""
    for key, text in settings.network.ranges:
        parsed = parsed_cidr(text)
        if isinstance(parsed, str):
            continue  # said by another rule
        path = f"rasa:network.{key}"
        why = next((what for range_, what in NEVER_A_NETWORK.items() if parsed.overlaps(range_)), None)
        if why is not None:
            yield (
                f"{path} {parsed} is kept for {why}; accepted: a private range; "
                f"{set_with(path, EXAMPLES[key])}"
            )
        elif not any(parsed.subnet_of(range_) for range_ in PRIVATE):
            yield (
                f"{path} {parsed} are public addresses, which belong to somebody on the internet; "
                "accepted: a "
                f"range in {', '.join(map(str, PRIVATE))}; {set_with(path, EXAMPLES[key])}"
            )


EXAMPLES = {"cidr": "10.20.0.0/16", "servicesCidr": "172.20.0.0/16", "podsCidr": "10.244.0.0/16"}


def _services(settings: Settings) -> Iterator[str]:
    """The sizes and ranges that the cloud's Kubernetes takes."""
    if settings.cloud not in CLOUDS or isinstance(settings.cluster, ExistingCluster):
        return
    facts = CLOUDS[settings.cloud].ranges
    for key, text in settings.network.ranges:
        parsed, path = parsed_cidr(text), f"rasa:network.{key}"
        largest = facts.largest.get(key)
        if isinstance(parsed, str):
            continue
        if largest is not None and parsed.prefixlen < largest:
            yield (
                f"{path} {parsed} is too large for {settings.cloud}'s Kubernetes; accepted: /{largest} or "
                f"smaller; {set_with(path, EXAMPLES[key])}"
            )
        allowed = facts.within.get(key, ())
        if allowed and not any(parsed.subnet_of(range_) for range_ in allowed):
            yield (
                f"{path} {parsed} is not taken by {settings.cloud}'s Kubernetes; accepted: a range in "
                f"{', '.join(map(str, allowed))}; {set_with(path, EXAMPLES[key])}"
            )


def _unused(settings: Settings) -> Iterator[str]:
    """Ranges that are given and would be used by nothing."""
    given = settings.network.model_fields_set
    if settings.cloud not in CLOUDS or isinstance(settings.cluster, ExistingCluster):
        why = "this stack makes no network: its cluster exists"
        unused = [*given]
    else:
        why = f"on {settings.cloud} pods have addresses of the subnets"
        unused = [key for key in given if key == "pods_cidr" and not CLOUDS[settings.cloud].ranges.pods]
    for key in sorted(unused):
        path = f"rasa:network.{type(settings.network).model_fields[key].alias}"
        yield f"{path} would change nothing: {why}; remove it with: {rm_command(path)}"


RULES: Sequence[Rule] = (_special, _services, _unused)
