"""Ranges of addresses."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network


def smallest_around(cidrs: Sequence[str]) -> str:
    """The smallest range that holds all of these."""
    first, *others = map(IPv4Network, cidrs)
    while not all(other.subnet_of(first) for other in others):
        first = first.supernet()
    return str(first)
