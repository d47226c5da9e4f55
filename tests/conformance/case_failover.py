"""The lock store's own scripts, configuration and users with three real servers, one of which is killed.

Only addresses, ports, folders and the patience of the Sentinels differ from what runs in the pods. Needs
Debian's packages redis-server and openssl, which stand in for Valkey's; without them the tests say that they
were not run.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import redis
from pulumi import Output
from redis.exceptions import NoPermissionError, RedisError
from redis.sentinel import Sentinel

from components.in_cluster import lock_store
from components.in_cluster.lock_store_pods import SCRIPT_FILES, SCRIPTS, SERVICE
from tests.recorder import value_of

MISSING = [tool for tool in ("redis-server", "redis-cli", "openssl") if shutil.which(tool) is None]
pytestmark = pytest.mark.skipif(
    bool(MISSING), reason=f"not run: {', '.join(MISSING)} missing (apt-get install redis-server openssl)"
)
HOSTS = ("127.0.9.10", "127.0.9.11", "127.0.9.12")
PASSWORD, INNER = "planted-password", "planted-inner"
SHIMS = {
    "valkey-cli": 'exec redis-cli "$@"',
    # Each pod has an address of its own; here they share a machine.
    "valkey-server": 'sed -i "1i bind $HOST" "$1" && exec redis-server "$@"',
}


@dataclass
class Pods:
    """Three pods, each with Valkey and a Sentinel."""

    folder: Path
    ports: dict[str, str]
    running: dict[tuple[str, str], subprocess.Popen[bytes]] = field(
        default_factory=dict[tuple[str, str], "subprocess.Popen[bytes]"]
    )

    def start(self, host: str) -> None:
        for file in (*SCRIPT_FILES, "valkey.conf"):
            (self.folder / host / file).write_text(self._local(file, host))
        for script in ("start.sh", "watch.sh"):
            path = self.folder / host / script
            environment = {
                **os.environ,
                "PATH": f"{self.folder}:{os.environ['PATH']}",
                "HOST": host,
                "FIRST": HOSTS[0],
                "SENTINELS": " ".join(HOSTS),
                "SERVICE": SERVICE,
                "PASSWORD": INNER,
            }
            with (self.folder / host / f"{script}.log").open("ab") as log:
                self.running[host, script] = subprocess.Popen(
                    ["sh", str(path)], env=environment, stdout=log, stderr=log
                )

    def kill(self, host: str) -> None:
        for script in ("start.sh", "watch.sh"):
            process = self.running.pop((host, script))
            process.kill()
            process.wait()

    def _local(self, script: str, host: str) -> str:
        text = (SCRIPTS / script).read_text()
        own = self.folder / host
        for path, here in (
            ("/etc/lock-store-tls", self.folder),
            ("/etc/lock-store-users", self.folder),
            ("/etc/lock-store", own),
            ("/data", own / "data"),
        ):
            text = text.replace(path, str(here))
        for port, free in self.ports.items():
            text = text.replace(port, free)
        return text.replace("$SERVICE 5000", "$SERVICE 1000")

    def client(self) -> Any:
        """The client that Rasa makes of the connection."""
        sentinels: Any = Sentinel(
            [(host, int(self.ports["26379"])) for host in HOSTS],
            username=lock_store.USER,
            password=PASSWORD,
            ssl=True,
            ssl_ca_certs=str(self.folder / "ca.crt"),
            socket_timeout=2,
        )
        return sentinels.master_for(SERVICE, db=0)

    def sentinel(self, host: str) -> Any:
        return redis.Redis(host, int(self.ports["26379"]), decode_responses=True)


@pytest.fixture(name="pods")
def fixture_pods(tmp_path: Path) -> Iterator[Pods]:
    pods = Pods(tmp_path, dict(zip(("26380", "26379", "6379"), map(str, free_ports()), strict=True)))
    for name, body in SHIMS.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    certify(tmp_path)
    users = lock_store._users(Output.from_input(PASSWORD), Output.from_input(INNER))  # pyright: ignore[reportPrivateUsage]
    for file in ("valkey.acl", "sentinel.acl"):
        # Debian's Redis is older than the command, which the client may do without.
        (tmp_path / file).write_text(value_of(users[file]).replace(" +client|setinfo", ""))
    for host in HOSTS:
        (tmp_path / host / "data").mkdir(parents=True)
        pods.start(host)
    yield pods
    for host in {host for host, _ in pods.running}:
        pods.kill(host)


def free_ports() -> list[int]:
    probes = [socket.socket() for _ in range(3)]
    for probe in probes:
        probe.bind((HOSTS[0], 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def certify(folder: Path) -> None:
    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    names = ",".join(f"IP:{host}" for host in HOSTS)
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-x509", *curve, "-subj", "/CN=ca", "-keyout", "ca.key", "-out", "ca.crt")
    server = ("-subj", "/CN=lock-store", "-addext", f"subjectAltName={names}")
    openssl("req", *curve, *server, "-keyout", "tls.key", "-out", "tls.csr")
    signer = ("-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-copy_extensions", "copy")
    openssl("x509", "-req", "-in", "tls.csr", *signer, "-out", "tls.crt")


def until(seconds: float, attempt: Any) -> Any:
    end = time.monotonic() + seconds
    while True:
        try:
            found = attempt()
            if found:
                return found
        except RedisError as error:
            found = error
        assert time.monotonic() < end, found
        time.sleep(0.2)


def others(pods: Pods, host: str) -> dict[str, Any]:
    (state,) = [s for s in pods.sentinel(host).sentinel_masters().values() if s["name"] == SERVICE]
    return state


def complete(pods: Pods) -> bool:
    states = [others(pods, host) for host in HOSTS]
    return all(s["num-other-sentinels"] == 2 and s["num-slaves"] == 2 for s in states)


def primaries(pods: Pods) -> set[str]:
    return {pods.sentinel(host).sentinel_get_master_addr_by_name(SERVICE)[0] for host in HOSTS}


def test_locks_are_taken_again_when_the_primary_is_lost(pods: Pods) -> None:
    until(30, lambda: complete(pods))
    client = pods.client()
    client.set("lock", "held")
    # Shorter than the client's own patience: a copy may still be made, which takes a busy machine seconds.
    until(30, lambda: client.wait(2, 1000) == 2)
    assert pods.sentinel(HOSTS[1]).sentinel_get_master_addr_by_name(SERVICE)[0] == HOSTS[0]

    pods.kill(HOSTS[0])
    until(20, lambda: client.set("another", "held"))
    assert client.get("lock") == b"held"
    primary = pods.sentinel(HOSTS[1]).sentinel_get_master_addr_by_name(SERVICE)[0]
    assert primary in HOSTS[1:]

    # What comes back follows whoever is primary now, with its old volume or a new one.
    shutil.rmtree(pods.folder / HOSTS[0] / "data")
    (pods.folder / HOSTS[0] / "data").mkdir()
    pods.start(HOSTS[0])
    until(30, lambda: complete(pods))
    # The Sentinels' patience is a second here: on a busy machine they may have chosen once more, and agree.
    (now,) = until(30, lambda: found if len(found := primaries(pods)) == 1 else None)
    assert now in HOSTS[1:], "the one that came back empty"
    assert until(20, lambda: client.get("lock")) == b"held"


def test_a_sentinel_obeys_nobody_without_a_login(pods: Pods) -> None:
    sentinel = until(20, lambda: pods.sentinel(HOSTS[0]) if complete(pods) else None)
    for command in (
        ("SENTINEL", "FAILOVER", SERVICE),
        ("SENTINEL", "SET", SERVICE, "quorum", "1"),
        ("SENTINEL", "REMOVE", SERVICE),
        ("SHUTDOWN",),
        ("ACL", "LIST"),
    ):
        with pytest.raises(NoPermissionError):
            sentinel.execute_command(*command)
