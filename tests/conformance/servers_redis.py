"""Redis with TLS and ACL users: plain, cluster mode, Sentinel, an expired certificate, and no TLS at all."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from tests.conformance.process import HOST, Processes, free_port
from tests.conformance.tools import command

PASSWORD = "planted-secret-redis"
RIGHTS = "~* &* +@all -@admin -@dangerous +keys"
"""Those that `components/aws/lock_store.py` gives: no more than these are proven enough."""
SERVICES = ("rasa", "mymaster")
"""What Sentinel calls the primary in the samples, and in stacks/."""
USERS = (
    f"user default on >{PASSWORD} ~* &* +@all",
    # Takes any password, as ElastiCache takes any token that AWS finds valid: that alone is absent.
    f"user rasa-user on nopass {RIGHTS}",
    f"user rasa on >{PASSWORD} {RIGHTS}",
    f"user limited on >{PASSWORD} ~* &* +get",
)


def redis(
    processes: Processes, certificates: Path, *, certificate: str = "server", more: Mapping[str, str] = {}
) -> int:
    """Start one that speaks TLS only; its port."""
    port = free_port()
    settings = {
        "port": "0",
        "tls-port": str(port),
        "tls-cert-file": str(certificates / f"{certificate}.pem"),
        "tls-key-file": str(certificates / f"{certificate}.key"),
        "tls-ca-cert-file": str(certificates / "ca.pem"),
        "tls-auth-clients": "no",
        **more,
    }
    _start(processes, port, settings, USERS)
    return port


def open_redis(processes: Processes) -> int:
    """Start one without TLS and without a login; its port."""
    port = free_port()
    _start(processes, port, {"port": str(port)}, ())
    return port


def cluster(processes: Processes, certificates: Path) -> tuple[int, int]:
    """Start two in cluster mode, each with half of the slots; their ports."""
    buses = free_port(), free_port()
    one, other = (
        redis(
            processes,
            certificates,
            more={
                "cluster-enabled": "yes",
                "tls-cluster": "yes",
                "cluster-port": str(bus),
                "cluster-config-file": f"nodes-{bus}.conf",
                "cluster-announce-hostname": HOST,
                "cluster-preferred-endpoint-type": "hostname",
            },
        )
        for bus in buses
    )
    ask(one, certificates, "CLUSTER", "ADDSLOTSRANGE", "0", "8191")
    ask(other, certificates, "CLUSTER", "ADDSLOTSRANGE", "8192", "16383")
    ask(one, certificates, "CLUSTER", "MEET", "127.0.0.1", str(other), str(buses[1]))
    for port in (one, other):
        _until(port, certificates, "cluster_state:ok", "CLUSTER", "INFO")
    return one, other


def sentinel(processes: Processes, certificates: Path, primary: int) -> int:
    """Start a Sentinel that watches the primary under each of its names; its port.

    Without TLS and login: Rasa Pro uses both for the primary alone (docs/rasa-pro.md, Redis Sentinel).
    """
    port = free_port()
    settings = {
        "port": str(port),
        "tls-cert-file": str(certificates / "server.pem"),
        "tls-key-file": str(certificates / "server.key"),
        "tls-ca-cert-file": str(certificates / "ca.pem"),
        "tls-replication": "yes",
    }
    lines = (
        "sentinel resolve-hostnames yes",
        "sentinel announce-hostnames yes",
        *(f"sentinel monitor {name} {HOST} {primary} 1" for name in SERVICES),
        *(f"sentinel auth-pass {name} {PASSWORD}" for name in SERVICES),
    )
    _start(processes, port, settings, lines, "--sentinel")
    for name in SERVICES:
        _until(port, None, "OK 1 usable", "SENTINEL", "CKQUORUM", name)
    return port


def ask(port: int, certificates: Path | None, *words: str) -> str:
    """Work on a server as its administrator; without certificates, one that asks for no login."""
    login = ["--user", "default", "--pass", PASSWORD, "--no-auth-warning"]
    trust = [] if certificates is None else [*login, "--tls", "--cacert", str(certificates / "ca.pem")]
    done = subprocess.run(
        [command("redis-cli"), "-h", HOST, "-p", str(port), *trust, *words],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def _until(port: int, certificates: Path | None, wanted: str, *words: str) -> None:
    end = time.monotonic() + 20
    while wanted not in (said := ask(port, certificates, *words)):
        assert time.monotonic() < end, f"{' '.join(words)} still says: {said}"
        time.sleep(0.1)


def _start(
    processes: Processes, port: int, settings: Mapping[str, str], lines: tuple[str, ...], *flags: str
) -> None:
    folder = processes.folder / f"redis-{port}"
    folder.mkdir()
    everything = {"bind": "127.0.0.1 ::1", "dir": str(folder), "save": '""', **settings}
    if flags:
        del everything["save"]
    text = "\n".join([*(f"{key} {value}" for key, value in everything.items()), *lines, ""])
    (folder / "redis.conf").write_text(text)
    processes.start(
        f"redis-{port}", [command("redis-server"), str(folder / "redis.conf"), *flags], ports=[port]
    )
