"""The side-car's own configuration between the client that Rasa uses and a TLS Redis, all of them real.

Only addresses and the path of the authority differ from what runs in the pod. Needs Debian's packages
haproxy, redis-server and openssl; without them the tests say that they were not run.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
import redis
from pulumi import Output
from redis.backoff import NoBackoff
from redis.retry import Retry

from components.contract.connections import SideCar
from components.gcp.tls_side_car import AUTHORITY, CONFIG, NAME, PORT, haproxy_config, tls_side_car
from components.rasa.pod import SIDE_CAR_RESOURCES
from tests.recorder import value_of

PASSWORD = "an-auth-string"
MISSING = [tool for tool in ("haproxy", "redis-server", "openssl", "bash") if shutil.which(tool) is None]
needs_servers = pytest.mark.skipif(
    bool(MISSING),
    reason=f"not run: {', '.join(MISSING)} missing (apt-get install haproxy redis-server openssl)",
)
EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
KIB_IN_MIB = 1024


def side_car() -> SideCar:
    return tls_side_car(
        host=Output.from_input("10.20.64.3"), port=6378, authority=Output.from_input("-----BEGIN…")
    )


@dataclass(frozen=True)
class Authority:
    """An authority of one instance, and the instance's certificate, which does not carry its address."""

    folder: Path

    def create(self) -> Authority:
        self.folder.mkdir()
        self._openssl("req", "-x509", *EC, "-subj", "/CN=One instance", "-keyout", "ca.key", "-out", "ca.pem")
        name = ("-subj", "/CN=memorystore-1234", "-addext", "subjectAltName=DNS:memorystore-1234")
        self._openssl("req", *EC, *name, "-keyout", "server.key", "-out", "server.csr")
        signer = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-copy_extensions", "copy")
        self._openssl("x509", "-req", "-in", "server.csr", *signer, "-out", "server.pem")
        return self

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(port: int, *command: str, log: Path) -> Generator[int]:
    """Run a server, wait until the side-car's own probe reaches it, and yield its process id."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL)
    probe = [part.replace(str(PORT), str(port)) for part in side_car().probe]
    end = time.monotonic() + 10
    try:
        while subprocess.run(probe, capture_output=True, check=False).returncode != 0:
            assert process.poll() is None, f"{command[0]} ended"
            assert time.monotonic() < end, f"{command[0]} does not listen"
            time.sleep(0.05)
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture(scope="module", name="servers")
def fixture_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Authority, Authority]]:
    """A TLS Redis with AUTH: its port, its authority, and another authority."""
    base = tmp_path_factory.mktemp("side-car")
    own, other = Authority(base / "own").create(), Authority(base / "other").create()
    port = free_port()
    tls: dict[str, str] = {
        "--tls-port": str(port),
        "--tls-auth-clients": "no",
        "--tls-cert-file": str(own.folder / "server.pem"),
        "--tls-key-file": str(own.folder / "server.key"),
        "--tls-ca-cert-file": str(own.folder / "ca.pem"),
    }
    plain = (
        "--port",
        "0",
        "--bind",
        "127.0.0.1",
        "--requirepass",
        PASSWORD,
        "--save",
        "",
        "--dir",
        str(base),
    )
    with running(
        port, "redis-server", *plain, *(part for pair in tls.items() for part in pair), log=base / "redis.log"
    ):
        yield port, own, other


@contextmanager
def proxy(server: int, authority: Authority, folder: Path) -> Generator[tuple[int, int]]:
    """The side-car in front of a server: its port and its process id."""
    port, config = free_port(), folder / CONFIG
    text = haproxy_config(
        server=f"127.0.0.1:{server}",
        listen=f"127.0.0.1:{port}",
        authority=str(authority.folder / "ca.pem"),
    )
    config.write_text(text)
    with running(port, "haproxy", "-db", "-f", str(config), log=folder / "log") as pid:
        yield port, pid


def dial(port: int, password: str = PASSWORD, **more: Any) -> redis.Redis:
    """A client as Rasa makes it, but that gives up at the first failure."""
    once = Retry(NoBackoff(), 0)
    return redis.Redis(port=port, username="default", password=password, retry=once, **more)


def ask(client: redis.Redis, *command: str) -> object:
    # redis-py leaves the type of an answer open.
    answer = cast("object", client.execute_command(*command))  # pyright: ignore[reportUnknownMemberType]
    client.close()
    return answer


@needs_servers
def test_rasas_client_refuses_the_certificate_by_itself(servers: tuple[int, Authority, Authority]) -> None:
    """What the side-car is for: without this failure it would be needless."""
    port, own, _ = servers
    client = dial(port, ssl=True, ssl_ca_certs=str(own.folder / "ca.pem"))
    with pytest.raises(redis.ConnectionError, match=r"(?i)certificate|mismatch|IP address"):
        ask(client, "PING")


@needs_servers
def test_it_works_through_the_side_car(servers: tuple[int, Authority, Authority], tmp_path: Path) -> None:
    server, own, _ = servers
    with proxy(server, own, tmp_path) as (port, _):
        client = dial(port)
        assert ask(client, "PING")
        assert ask(client, "SET", "rasalock:one", "ticket", "EX", "60")
        assert ask(client, "GET", "rasalock:one") == b"ticket"
    assert not (tmp_path / "log").read_text(), "neither probes nor good sessions are worth a line"


@needs_servers
def test_the_password_still_counts(servers: tuple[int, Authority, Authority], tmp_path: Path) -> None:
    server, own, _ = servers
    with proxy(server, own, tmp_path) as (port, _), pytest.raises(redis.AuthenticationError):
        ask(dial(port, "wrong"), "PING")


@pytest.mark.slow
@needs_servers
def test_a_server_of_another_authority_is_refused(
    servers: tuple[int, Authority, Authority], tmp_path: Path
) -> None:
    server, _, other = servers
    log = tmp_path / "log"
    with proxy(server, other, tmp_path) as (port, _):
        with pytest.raises(redis.ConnectionError):
            ask(dial(port), "PING")
        # A session that ended on the server's side, while it was being connected: the one trace of it, and
        # written after the client was told.
        end = time.monotonic() + 10
        while " SC " not in log.read_text():
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.05)


@needs_servers
def test_a_hundred_connections_fit_the_memory_limit(
    servers: tuple[int, Authority, Authority], tmp_path: Path
) -> None:
    assert SIDE_CAR_RESOURCES["limits"] == {"memory": "64Mi"}
    server, own, _ = servers
    with proxy(server, own, tmp_path) as (port, pid):
        held = [socket.create_connection(("127.0.0.1", port)) for _ in range(100)]
        for connection in held:
            connection.sendall(b"PING\r\n")
            assert connection.recv(100).startswith(b"-NOAUTH")
        status = Path(f"/proc/{pid}/status").read_text()
        resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
        assert resident < 64 * KIB_IN_MIB
        for connection in held:
            connection.close()


def test_it_listens_on_loopback_alone_and_trusts_its_own_file_alone() -> None:
    made = side_car()
    config = value_of(made.files[CONFIG])
    assert [line.strip() for line in config.splitlines() if line.strip().startswith("bind ")] == [
        f"bind 127.0.0.1:{made.port}"
    ]
    assert f"10.20.64.3:6378 ssl verify required ca-file /etc/{NAME}/{AUTHORITY} " in config
    assert made.args == ("-f", f"/etc/{NAME}/{CONFIG}")


def test_its_image_is_pinned_and_not_roots() -> None:
    made = side_car()
    assert made.image.rpartition(":")[2].count(".") == 2
    assert made.user
