"""What is wrong with a URL, or with a host and a port, in words; without a word of what is in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

LARGEST_PORT = 65535
HOST_NAME = re.compile(
    r"^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*\.?$"
)
"""RFC 1123, and underscores, which Docker Compose and Windows have in names."""
LONGEST_HOST = 253
NUMBER_LAST = re.compile(r"(^|\.)([0-9]+|0[xX][0-9A-Fa-f]*)\.?$")
"""What inet_aton and browsers read as an IPv4 address (WHATWG URL Standard, "ends in a number checker"); no
end of a name on the internet is a number (RFC 3696, 2)."""
IPV4 = 4
EXAMPLE = "https://server.example.com/path"


def url_problem(
    url: str, *, schemes: Sequence[str] = ("https", "http"), login: bool = False, query: bool = True
) -> str | None:
    """What is wrong with a URL, as the end of a sentence; None if nothing is."""
    accepted = (
        f"accepted: {' or '.join(f'{scheme}://' for scheme in schemes)}, then a host, such as {EXAMPLE}"
    )
    if re.search(r"[\s\\\x00-\x1f\x7f]", url):
        return f"holds a blank or a backslash; {accepted}"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        why = f"its port is no number up to {LARGEST_PORT}, or its brackets hold no IPv6 address"
        return f"cannot be read: {why}; {accepted}"
    found: str | None = None
    if parts.scheme not in schemes:
        found = "has no scheme that serves here"
    elif not login and "@" in parts.netloc:
        found = "holds a login, which everybody would read; give it in a key of its own, or leave it out"
    elif not host:
        found = "has no host"
    elif (problem := host_problem(host)) is not None:
        found = f"has a host that {problem}"
    elif port == 0 or parts.netloc.endswith(":"):
        found = f"has no port between 1 and {LARGEST_PORT} after its colon"
    elif parts.fragment or (not query and parts.query):
        found = "has a fragment (#…) or a query (?…) that no server would see"
    return None if found is None else f"{found}; {accepted}"


def host_problem(host: str) -> str | None:
    """What is wrong with the name or the address of a host, without port; None if nothing is."""
    if "://" in host or "/" in host:
        return "is a URL or a path; accepted: the host alone"
    if re.fullmatch(r"[^:\[\]]+:[0-9]*", host):
        return "has a port, which goes into a key of its own; accepted: the host alone"
    if ":" in host or NUMBER_LAST.search(host):
        return _address_problem(host)
    if len(host) > LONGEST_HOST or not HOST_NAME.match(host):
        return "is neither a name (labels of 1 to 63 letters, digits and hyphens) nor an address"
    return None


def _address_problem(host: str) -> str | None:
    """What no server listens on. An address of the pod itself may be that of a proxy which a webhook adds."""
    try:
        address = ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        if ":" in host:
            return "is no IPv6 address"
        return (
            "ends in a number and is no IPv4 address such as 10.0.0.1: some resolvers make another address "
            "of it, and the others nothing"
        )
    found: str | None = None
    if address.is_unspecified:
        found = "this host itself, at each of its addresses"
    elif address.is_link_local:
        found = "link-local, where the metadata service of a cloud answers"
    elif address.is_multicast:
        found = "for multicast"
    elif address.version == IPV4 and address.is_reserved:
        found = "kept for future use"
    return None if found is None else f"is {found}; accepted: a name, or the address of a server"


def address_problem(address: str) -> str | None:
    """What is wrong with `host:port` (`[IPv6]:port`), as the end of a sentence; None if nothing is."""
    host, colon, port = address.rpartition(":")
    if any(sign in address for sign in "/@ \t\n"):
        return "is not a host with a port: no scheme, no path, no login"
    if not colon or not host:
        return "has no port; accepted: host:port, such as kafka.example.com:9093"
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 1 <= int(port) <= LARGEST_PORT:
        return f"has no port between 1 and {LARGEST_PORT} after its last colon"
    if ":" in host and not (host.startswith("[") and host.endswith("]")):
        return "is an IPv6 address without brackets; accepted: [2001:db8::1]:9093"
    return host_problem(host)
