"""The names that a certificate is for, read from its PEM.

Enough of X.509 for one message before anything is made: a load balancer would take a certificate for another
name without a word, and browsers would refuse it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

PEM = re.compile(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
ALTERNATIVE_NAMES = b"\x06\x03\x55\x1d\x11"
"""Object identifier 2.5.29.17, as DER writes it."""
BOOLEAN, OCTETS, SEQUENCE, DNS_NAME = 0x01, 0x04, 0x30, 0x82
LONG_FORM = 0x80


def names_in(text: str) -> tuple[str, ...]:
    """The DNS names of the first certificate; browsers look at these alone (RFC 9110, 4.3.4)."""
    found = PEM.search(text)
    if found is None:
        raise ValueError("there is no certificate in it")
    try:
        der = base64.b64decode("".join(found[1].split()), validate=True)
        return tuple(_alternative_names(der))
    except (ValueError, IndexError) as error:
        raise ValueError("its first certificate cannot be read") from error


def covers(names: tuple[str, ...], host: str) -> bool:
    """Whether one of the names is the host's; a wildcard stands for one label."""
    wildcard = f"*.{host.partition('.')[2]}"
    return any(name.lower() in {host.lower(), wildcard.lower()} for name in names)


def _alternative_names(der: bytes) -> Iterator[str]:
    at = der.find(ALTERNATIVE_NAMES)
    if at < 0:
        return
    at += len(ALTERNATIVE_NAMES)
    tag, start, end = _element(der, at)
    if tag == BOOLEAN:  # "critical"
        tag, start, end = _element(der, end)
    if tag != OCTETS:
        raise ValueError("no octets where the names should be")
    tag, start, end = _element(der, start)
    if tag != SEQUENCE:
        raise ValueError("no sequence of names")
    while start < end:
        tag, first, start = _element(der, start)
        if tag == DNS_NAME:
            yield der[first:start].decode("ascii")


def _element(der: bytes, at: int) -> tuple[int, int, int]:
    """Tag, start and end of the element that begins here."""
    length, start = der[at + 1], at + 2
    if length >= LONG_FORM:
        digits = length - LONG_FORM
        length, start = int.from_bytes(der[start : start + digits], "big"), start + digits
    if start + length > len(der):
        raise ValueError("it ends too early")
    return der[at], start, start + length
