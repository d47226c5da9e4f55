"""What every cloud asks of the ranges of a network that exists, in one wording."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network


def overlaps(chosen: Mapping[str, str], cidrs: Iterable[str]) -> Iterator[str]:
    """One message for each range of the stack file (by its key) that shares addresses with the network's."""
    for key, text in chosen.items():
        for cidr in cidrs:
            if ":" not in cidr and IPv4Network(cidr).overlaps(IPv4Network(text)):
                yield (
                    f"rasa:network.{key} {text} overlaps {cidr} of the network: choose a range that shares "
                    f"no address with it; set it with: pulumi config set --path 'rasa:network.{key}' <range>"
                )


def too_small(where: str, cidr: str, smallest: int) -> Iterator[str]:
    """A message where a range has fewer addresses than one with this prefix length."""
    if IPv4Network(cidr).prefixlen > smallest:
        yield f"{where} has the range {cidr}; accepted: /{smallest} or larger"
