"""`rasa:lockStore`: of the cloud, in the cluster, or an existing Redis (one, cluster or Sentinels)."""

from __future__ import annotations

from typing import Annotated, Literal

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
from components.config.patterns import REDIS_PREFIX
from components.config.sources import InClusterStore, Managed
from components.contract.connections import Redis, RedisMode
from components.contract.secrets import PasswordLogin


class _Redis(Model):
    source: Existing = Field(alias="from")
    tls: bool = True
    """Encrypt, and verify certificate and host name; off in production only within the cluster."""
    username: str = Field(default="default", min_length=1)
    """ACL user."""
    password: Secret | None = None
    """Set it with --secret, or name a Kubernetes Secret: {secretName, key}."""
    ca: Pem | None = None
    """PEM bundle that signed the certificates; by default the public authorities."""
    prefix: str = Field(default="", pattern=REDIS_PREFIX)
    """Letters and digits in front of every key: another one for each stack that shares the server, or they
    would take each other's locks and timers."""

    def _connect(
        self,
        mode: RedisMode,
        address: str,
        *,
        endpoints: tuple[str, ...] = (),
        sentinel_service: str | None = None,
        database: int = 0,
    ) -> Redis:
        host, _, port = address.rpartition(":")
        login = None
        if self.password is not None:
            login = PasswordLogin(username=self.username, password=secret(self.password))
        return Redis(
            host=Output.from_input(host.strip("[]")),
            port=int(port),
            tls=self.tls,
            ca=certificates(self.ca),
            login=login,
            mode=mode,
            endpoints=endpoints,
            sentinel_service=sentinel_service,
            database=database,
            prefix=self.prefix,
        )


class ExistingRedis(_Redis):
    """One Redis or Valkey (≥ 6), or a service that shows one address."""

    mode: Literal["standard"] = "standard"
    """standard (one address), cluster or sentinel."""
    host: Host
    """Name that the server's certificate carries."""
    port: Port
    """TCP port."""
    database: int = Field(default=0, ge=0)
    """Number of the database."""

    def connection(self) -> Redis:
        """Where the locks and timers are kept."""
        return self._connect(self.mode, f"{self.host}:{self.port}", database=self.database)


class ExistingRedisCluster(_Redis):
    """Redis in cluster mode."""

    mode: Literal["cluster"]
    """standard (one address), cluster or sentinel."""
    nodes: Addresses
    """host:port of some nodes; they name the others."""

    def connection(self) -> Redis:
        """Where the locks and timers are kept."""
        return self._connect(self.mode, self.nodes[0], endpoints=self.nodes)


class ExistingRedisSentinel(_Redis):
    """Redis behind Sentinels; Rasa logs in to both with the same user."""

    mode: Literal["sentinel"]
    """standard (one address), cluster or sentinel."""
    nodes: Addresses
    """host:port of the Sentinels."""
    service: str = Field(min_length=1)
    """The name under which the Sentinels watch the master, such as mymaster."""
    database: int = Field(default=0, ge=0)
    """Number of the database."""

    def connection(self) -> Redis:
        """Where the locks and timers are kept, and which Sentinels know the master."""
        return self._connect(
            self.mode,
            self.nodes[0],
            endpoints=self.nodes,
            sentinel_service=self.service,
            database=self.database,
        )


ExistingLockStore = Annotated[
    Annotated[ExistingRedis, choice("standard")]
    | Annotated[ExistingRedisCluster, choice("cluster")]
    | Annotated[ExistingRedisSentinel, choice("sentinel")],
    chosen_by("mode", "standard", "cluster", "sentinel", default="standard"),
]

LockStore = Annotated[
    Annotated[Managed, choice("managed")]
    | Annotated[InClusterStore, choice("in-cluster")]
    | Annotated[ExistingLockStore, choice("existing")],
    chosen_by("from", "managed", "in-cluster", "existing", default="managed"),
]
