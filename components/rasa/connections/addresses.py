"""The `host:port` of servers, as network policies take them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from pulumi import Output

from components.kubernetes.documents import Document

HTTPS = 443
DEFAULT_PORTS = {"http": 80, "https": HTTPS, "grpc": 80, "grpcs": HTTPS, "ws": 80, "wss": HTTPS}
HOST_AND_PORT = re.compile(r"^([A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\]):\d{2,5}$")


def host_and_port(host: Output[str], port: int) -> Output[str]:
    """The address of one server."""
    return host.apply(lambda text: f"{bracketed(text)}:{port}")


def split(address: str) -> tuple[str, int]:
    """Host and port; of an IPv6 address without its brackets."""
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def of_url(url: Output[str]) -> Output[str]:
    """The address of the server that a URL names."""
    return url.apply(lambda text: ",".join(addresses_in(text)))


def addresses_in(document: Document) -> Iterator[str]:
    """Every `host:port` in a document: URLs, `host:port`, and `host` beside `port`."""
    if isinstance(document, Mapping):
        host, port = document.get("host"), document.get("port")
        if isinstance(host, str) and isinstance(port, int):
            yield f"{bracketed(host)}:{port}"
            if isinstance(grpc := document.get("grpc_port"), int):
                yield f"{bracketed(host)}:{grpc}"
        for value in document.values():
            yield from addresses_in(value)
    elif isinstance(document, str):
        if (url := _url(document)) is not None:
            yield url
        elif HOST_AND_PORT.match(document):
            yield document
    elif isinstance(document, Sequence):
        for value in document:
            yield from addresses_in(value)


def _url(text: str) -> str | None:
    """`host:port` of a URL; what cannot be read as one is none (the configuration's rules say so)."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in DEFAULT_PORTS or not host:
        return None
    return f"{bracketed(host)}:{port or DEFAULT_PORTS[parts.scheme]}"


def bracketed(host: str) -> str:
    """A host as it stands before a port or in a URL: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
