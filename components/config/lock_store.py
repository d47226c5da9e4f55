"""`rasa:lockStore`: of the cloud, in the cluster, or an existing Redis (one, cluster or Sentinels)."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pulumi import Output
from pydantic import Field, model_validator
from typing_extensions import override

from components.config.model import (
    HERE,
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
from components.config.patterns import AWS_REGION, REDIS_PREFIX, REPLICATION_GROUP
from components.config.sources import InClusterStore, Managed
from components.contract.connections import Redis, RedisMode
from components.contract.secrets import CloudIdentityLogin, Login, PasswordLogin


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

    @property
    def logs_in(self) -> bool:
        """Whether Rasa shows the server a password or a token, and so a user name."""
        return self.password is not None

    def _login(self) -> Login | None:
        if self.password is None:
            return None
        return PasswordLogin(username=self.username, password=secret(self.password))

    def _connect(
        self,
        mode: RedisMode,
        address: str,
        login: Login | None,
        *,
        endpoints: tuple[str, ...] = (),
        sentinel_service: str | None = None,
        database: int = 0,
    ) -> Redis:
        host, _, port = address.rpartition(":")
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


class ElastiCacheIdentity(Model):
    """An ElastiCache whose user is of IAM: Rasa shows a token of its pod's AWS identity."""

    replication_group: str = Field(pattern=REPLICATION_GROUP, max_length=40)
    """Id of the replication group, which the token is made for; not of a serverless cache."""
    region: str = Field(pattern=AWS_REGION)
    """Where it is."""


class _RedisOrElastiCache(_Redis):
    aws_iam: ElastiCacheIdentity | None = None
    """In place of a password, on ElastiCache: the token of the pod's AWS identity. `username` is the user's
    id, and the pod's role may `elasticache:Connect` as it."""

    @model_validator(mode="after")
    def _logs_in_once(self) -> Self:
        if self.aws_iam is None:
            return self
        if self.password is not None:
            mend = f"pulumi config rm --path '{HERE}.awsIam'"
            raise ValueError(f"password and awsIam are both given; remove one, such as with: {mend}")
        if self.username == "default":
            mend = f"pulumi config set --path --type string '{HERE}.username' <id of the user>"
            raise ValueError(
                f"awsIam needs username, for ElastiCache's user default has no identity; set it with: {mend}"
            )
        if not self.tls:
            mend = f"pulumi config rm --path '{HERE}.tls'"
            raise ValueError(f"awsIam needs TLS, and tls is false; remove it with: {mend}")
        return self

    @property
    @override
    def logs_in(self) -> bool:
        return self.aws_iam is not None or super().logs_in

    @override
    def _login(self) -> Login | None:
        if self.aws_iam is None:
            return super()._login()
        return CloudIdentityLogin(
            username=self.username,
            provider="aws",
            region=self.aws_iam.region,
            server=Output.from_input(self.aws_iam.replication_group),
        )


class ExistingRedis(_RedisOrElastiCache):
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
        return self._connect(self.mode, f"{self.host}:{self.port}", self._login(), database=self.database)


class ExistingRedisCluster(_RedisOrElastiCache):
    """Redis in cluster mode."""

    mode: Literal["cluster"]
    """standard (one address), cluster or sentinel."""
    nodes: Addresses
    """host:port of some nodes; they name the others."""

    def connection(self) -> Redis:
        """Where the locks and timers are kept."""
        return self._connect(self.mode, self.nodes[0], self._login(), endpoints=self.nodes)


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
            self._login(),
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
