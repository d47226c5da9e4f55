"""Why a server cannot be used, in a person's words: name, port, certificate.

Rasa Pro's clients decide whether a check fails; this file finds out why, since most of them only report a
failure.
"""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from preflight.report import Problem, first_line

SECONDS = 4
"""How long one server may take to answer, at each step."""
POSTGRES_TLS = struct.pack(">ii", 8, 80877103)
"""PostgreSQL's SSLRequest: it answers "S" and goes on with TLS."""

EXPIRED, NOT_YET_VALID, SELF_SIGNED, SELF_SIGNED_CHAIN, NO_ISSUER, NO_ISSUER_AT_ALL = 10, 9, 18, 19, 20, 21
OTHER_NAME, OTHER_ADDRESS = 62, 64
"""Verify codes of OpenSSL (x509_vfy.h)."""


@dataclass(frozen=True)
class Tls:
    """How Rasa Pro's client speaks TLS to this server."""

    authority: str | None = None
    """File with the certificates to trust; None: those of the image."""
    check_name: bool = True
    client: tuple[str, str] | None = None
    """Files with the certificate and key to show."""
    preamble: bytes = b""
    """Bytes to send before the TLS handshake."""


@dataclass(frozen=True)
class Server:
    """One address of a server."""

    host: str
    port: int
    tls: Tls | None = None

    @property
    def name(self) -> str:
        """The address in a person's words."""
        return f"{self.host}:{self.port}"


@contextmanager
def explained(
    servers: Sequence[Server], phrases: Mapping[str, tuple[str, str]], *, patient: bool = False
) -> Generator[None]:
    """Connect to one of the servers first; then turn an error of Rasa Pro's client into reason and remedy.

    `phrases`: part of an error's text → reason, remedy. `patient`: the client retries for long before it
    reports an error, so the certificates are checked first.
    """
    reach_any(servers)
    for server in servers if patient else ():
        check_tls(server)
    try:
        yield
    except Problem:
        raise
    except Exception as error:
        for server in servers:
            check_tls(server)
        said = " ".join(f"{type(each).__name__} {each}" for each in _chain(error))
        for phrase, (reason, remedy) in phrases.items():
            if phrase in said:
                raise Problem(f"{reason} ({first_line(error)})", remedy) from error
        raise


def reach_any(servers: Sequence[Server]) -> None:
    """Return when one server takes a connection; otherwise say why the first does not."""
    problems: list[Problem] = []
    for server in servers:
        try:
            connect(server).close()
        except Problem as problem:
            problems.append(problem)
        else:
            return
    if problems:
        raise problems[0]


def connect(server: Server) -> socket.socket:
    """Open a connection, or say why there is none."""
    try:
        return socket.create_connection((server.host, server.port), timeout=SECONDS)
    except socket.gaierror as error:
        raise Problem(
            f"the name {server.host} is not known here ({error.strerror})",
            "Correct the host, or let the cluster's DNS resolve it",
        ) from error
    except ConnectionRefusedError as error:
        raise Problem(
            f"{server.name} refuses connections",
            "Start the server, or correct the port",
        ) from error
    except OSError as error:
        raise Problem(
            f"{server.name} does not answer ({first_line(error)})",
            "Let the cluster's pods through the server's firewall (security group, network rule, route)",
        ) from error


def check_tls(server: Server) -> None:
    """Raise what is wrong with a server's certificate, if anything is."""
    tls = server.tls
    if tls is None:
        return
    context = _context(tls)
    with connect(server) as plain:
        if tls.preamble:
            plain.sendall(tls.preamble)
            if plain.recv(1) != b"S":
                raise Problem(f"{server.name} speaks no TLS", "Turn TLS on in the server")
        try:
            context.wrap_socket(plain, server_hostname=server.host).close()
        except ssl.SSLCertVerificationError as error:
            raise _certificate_problem(server, tls, error) from error
        except ssl.SSLError as error:
            raise Problem(
                f"{server.name} does not complete a TLS handshake ({first_line(error)})",
                "Turn TLS on in the server, or correct the port",
            ) from error
        except OSError:
            return  # hung up in the midst: Rasa Pro's client has said more


def _context(tls: Tls) -> ssl.SSLContext:
    for file in (tls.authority, *(tls.client or ())):
        if file is not None and not Path(file).is_file():
            raise Problem(f"the file {file} is not there", "Give the certificates in the stack's config")
    try:
        context = ssl.create_default_context(cafile=tls.authority)
        # Python 3.13 and later refuse authorities that Rasa Pro's clients accept.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        context.check_hostname = tls.check_name
        if tls.client is not None:
            context.load_cert_chain(*tls.client)
    except ssl.SSLError as error:
        files = ", ".join(file for file in (tls.authority, *(tls.client or ())) if file)
        raise Problem(
            f"no usable certificates in {files} ({first_line(error)})", "Give them as PEM"
        ) from error
    return context


def _certificate_problem(server: Server, tls: Tls, error: ssl.SSLCertVerificationError) -> Problem:
    trusted = tls.authority or "the image's public authorities"
    said = error.verify_message
    match error.verify_code:
        case code if code == EXPIRED:
            return Problem(
                f"a certificate of {server.name}, or one that signed it, has expired",
                "Renew it in the server; if it is the authority's, give the new one in the stack's config",
            )
        case code if code == NOT_YET_VALID:
            return Problem(f"the certificate of {server.name} is not valid yet", "Look at the clocks")
        case code if code in {SELF_SIGNED, SELF_SIGNED_CHAIN, NO_ISSUER, NO_ISSUER_AT_ALL}:
            return Problem(
                f"the certificate of {server.name} is not signed by {trusted} ({said})",
                "Give the authority that signed it as `ca` of the connection",
            )
        case code if code in {OTHER_NAME, OTHER_ADDRESS}:
            return Problem(
                f"the certificate of {server.name} is not made out to {server.host} ({said})",
                "Dial the name that the certificate carries",
            )
        case _:
            return Problem(f"the certificate of {server.name} is refused: {said}", "Renew the certificate")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def server_at(url: str, authority: str | None) -> Server:
    """The server of a URL; `authority` is the bundle that it is checked against."""
    parts = urlsplit(url)
    encrypted = parts.scheme == "https" or (parts.scheme == "grpc" and bool(authority))
    return Server(
        parts.hostname or "", parts.port or (443 if encrypted else 80), Tls(authority) if encrypted else None
    )
