"""The firewalls of Azure's own services: addresses of the internet, in the form that they take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network

_PRIVATE = tuple(IPv4Network(cidr) for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
"""RFC 1918. Such addresses arrive by the private endpoint, and the firewalls refuse rules that name them."""
_SMALLEST_RANGE = 30
"""Prefix length: a storage account takes /31 and /32 as single addresses only."""


def internet_addresses(cidrs: Sequence[str]) -> list[str]:
    """Ranges of the internet among `cidrs`; the smallest ones address by address."""
    return [text for cidr in cidrs for text in _rules(IPv4Network(cidr))]


def _rules(cidr: IPv4Network) -> Iterator[str]:
    if any(cidr.subnet_of(private) for private in _PRIVATE):
        return
    if cidr.prefixlen <= _SMALLEST_RANGE:
        yield str(cidr)
    else:
        yield from (str(address) for address in cidr)
