"""HAProxy between Rasa and a TLS server whose certificate does not carry the address dialled. Pure.

Rasa's Redis client compares names, and no setting of Rasa turns that off (docs/rasa-pro.md, Redis
certificates). Memorystore's certificate does not name the IP address, which is all that the service gives out
(docs/cloud-services.md, Memorystore). So the TLS connection begins in a container of Rasa's pod: it accepts
plain connections on the pod's loopback, which nothing outside the pod reaches, and dials the server with TLS.
It insists on a certificate signed by the instance's *own* authority, which signs for no other server: a
stricter proof of identity than a name.
"""

from __future__ import annotations

from pulumi import Output

from components.contract.connections import SideCar
from components.contract.images import HAPROXY_IMAGE

USER = 99
"""The image runs as `haproxy`; Kubernetes wants the number to see that it is not root."""
NAME = "redis-tls"
PORT = 6379
CONFIG, AUTHORITY = "haproxy.cfg", "authority.pem"
FOLDER = f"/etc/{NAME}"


def tls_side_car(*, host: Output[str], port: int, authority: Output[str]) -> SideCar:
    """The container, listening on the pod's loopback; nothing in its files is secret."""
    return SideCar(
        name=NAME,
        image=HAPROXY_IMAGE,
        user=USER,
        args=("-f", f"{FOLDER}/{CONFIG}"),
        # The probe connects to HAProxy's own port, with bash, since the image (Debian) has no HTTP client. It
        # does not reach Redis, on purpose: restarting HAProxy would not mend Redis.
        probe=("bash", "-c", f"</dev/tcp/127.0.0.1/{PORT}"),
        files={
            CONFIG: host.apply(
                lambda address: haproxy_config(
                    server=f"{address}:{port}", listen=f"127.0.0.1:{PORT}", authority=f"{FOLDER}/{AUTHORITY}"
                )
            ),
            AUTHORITY: authority,
        },
        port=PORT,
    )


def haproxy_config(*, server: str, listen: str, authority: str) -> str:
    """Write haproxy.cfg; needs no file but the authority, writes none and starts without root."""
    return f"""\
global
    log stdout format raw local0 notice
    # One pod's connections, in 30 MiB. Without a limit HAProxy reserves memory for as many files as the node
    # allows.
    maxconn 256
    nbthread 1
    # When the pod goes: Rasa has gone before.
    hard-stop-after 5s

defaults
    mode tcp
    log global
    # Log failures alone: a server of another authority, or none, shows here and nowhere else.
    option tcplog
    option dontlog-normal
    option dontlognull
    option log-separate-errors
    timeout connect 5s
    # Redis connections are idle most of the time, and closing one is an error to the client that uses it
    # next. A peer that is gone is found by TCP's own probes.
    timeout client 24h
    timeout server 24h
    option clitcpka
    option srvtcpka

listen redis
    bind {listen}
    # No `verifyhost`, no `sni`: the name is not compared, the signature is.
    server redis {server} ssl verify required ca-file {authority} ssl-min-ver TLSv1.2
"""
