"""`rasa:lockStore`: of the cloud, in the cluster, or an existing Redis (one, cluster or Sentinels)."""

from __future__ import annotations

from typing import Annotated, Literal, assert_never

from pulumi import Output
from pydantic import Field

from components.config.model import (
    Addresses,
    Existing,
    Host,
    Model,
    Pem,
    Port,
    Secret,
    certificates,
    choice,
    chosen_by,
    secret,
)
from components.config.sources import InClusterStore, Managed
from components.contract.connections import Redis
from components.contract.secrets import PasswordLogin


class _Redis(Model):
    source: Existing = Field(alias="from")
    tls: bool = True
    """Encrypt, and verify certificate and host name; off in production only within the cluster."""
    username: str = "default"
    """ACL user."""
    password: Secret | None = None
    """Set it with --secret, or name a Kubernetes Secret: {secretName, key}."""
    ca: Pem | None = None
    """PEM bundle that signed the certificates; by default the public authorities."""


class ExistingRedis(_Redis):
    """One Redis or Valkey (≥ 6), or a service that shows one address."""

    mode: Literal["standard"] = "standard"
    """standard (one address), cluster or sentinel."""
    host: Host
    """Name that the server's certificate carries."""
    port: Port
    """TCP port."""


class ExistingRedisCluster(_Redis):
    """Redis in cluster mode."""

    mode: Literal["cluster"]
    """standard (one address), cluster or sentinel."""
    nodes: Addresses
    """host:port of some nodes; they name the others."""


class ExistingRedisSentinel(_Redis):
    """Redis behind Sentinels; Rasa logs in to both with the same user."""

    mode: Literal["sentinel"]
    """standard (one address), cluster or sentinel."""
    nodes: Addresses
    """host:port of the Sentinels."""
    service: str = Field(min_length=1)
    """The name under which the Sentinels watch the master, such as mymaster."""


ExistingLockStore = Annotated[
    Annotated[ExistingRedis, choice("standard")]
    | Annotated[ExistingRedisCluster, choice("cluster")]
    | Annotated[ExistingRedisSentinel, choice("sentinel")],
    chosen_by("mode", "standard", "cluster", "sentinel", default="standard"),
]
AnyLockStore = ExistingRedis | ExistingRedisCluster | ExistingRedisSentinel


def connect_lock_store(block: AnyLockStore) -> Redis:
    """Say where the locks and timers are kept."""
    match block:
        case ExistingRedis():
            return _redis(block, f"{block.host}:{block.port}")
        case ExistingRedisCluster():
            return _redis(block, block.nodes[0], endpoints=block.nodes)
        case ExistingRedisSentinel():
            return _redis(block, block.nodes[0], endpoints=block.nodes, service=block.service)
        case _:
            assert_never(block)


def _redis(
    block: AnyLockStore, address: str, *, endpoints: tuple[str, ...] = (), service: str | None = None
) -> Redis:
    host, _, port = address.rpartition(":")
    login = None
    if block.password is not None:
        login = PasswordLogin(username=block.username, password=secret(block.password))
    return Redis(
        host=Output.from_input(host.strip("[]")),
        port=int(port),
        tls=block.tls,
        ca=certificates(block.ca),
        login=login,
        mode=block.mode,
        endpoints=endpoints,
        sentinel_service=service,
    )


LockStore = Annotated[
    Annotated[Managed, choice("managed")]
    | Annotated[InClusterStore, choice("in-cluster")]
    | Annotated[ExistingLockStore, choice("existing")],
    chosen_by("from", "managed", "in-cluster", "existing", default="managed"),
]
