"""What Rasa Pro needs from each dependency, said once for every cloud: the connections.

A *connection* is what Rasa has to know (host, port, TLS, login, topic, bucket), never a cloud feature.
The engine's values are `Output[str]`, what we know ourselves is a plain `int`, `bool` or `Literal`. Secrets
are a `SecretValue`, never `Input`, so that a plain string is a type error. Logins and kinds are unions: match
them exhaustively (`secrets.py` has the logins). `provider.py` says who supplies a connection, told what.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pulumi import Output, Resource

from components.contract.secrets import (
    CertificateLogin,
    ClientCertificate,
    FileContent,
    Login,
    PasswordLogin,
    SecretValue,
    StoredSecretLogin,
    VaultLogin,
)
from components.contract.topics import Topics


@dataclass(frozen=True, kw_only=True, slots=True)
class SideCar:
    """A container that must run in Rasa's pod for the connection to work, listening on loopback."""

    name: str
    image: str
    args: tuple[str, ...] = ()
    files: Mapping[str, Output[str]] = field(default_factory=dict[str, Output[str]])
    """File name → content, mounted at `/etc/<name>/`; nothing secret."""
    port: int
    user: int | None = None
    """Number of the user that the image runs as, where the image itself says a name: Kubernetes cannot see
    that a name is not root's. None: the image says a number, or runs as any."""
    probe: tuple[str, ...] = ()
    """Command in the container that succeeds once it listens: the kubelet itself cannot reach loopback."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pods:
    """Where a server runs in Rasa's own cluster: network policies go by pods, not by names."""

    namespace: str
    labels: Mapping[str, str]
    """Of the servers and of whatever they need beside them."""
    ports: tuple[int, ...]
    """What clients dial."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Connection:
    """What every connection carries besides its own facts."""

    ready: tuple[Resource, ...] = ()
    """What must exist before a pod may use the connection, and data flow does not show: grants, firewall
    rules, topics."""
    pods: Pods | None = None
    """The server's pods, where it runs in this cluster; None: it is outside."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessKeys:
    """Static keys of an S3-compatible store; managed stores use the pod's identity instead."""

    access_key_id: SecretValue
    secret_access_key: SecretValue


@dataclass(frozen=True, kw_only=True, slots=True)
class S3(Connection):
    """A bucket read with boto3's default credentials (`rasa run --remote-storage aws`)."""

    bucket: Output[str]
    region: str
    endpoint: Output[str] | None = None
    """URL of an S3-compatible store; it redirects *every* boto3 client of the process."""
    keys: AccessKeys | None = None
    ca: FileContent | None = None
    """PEM bundle that signed the endpoint's certificate; all boto3 clients of the process trust it alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AzureBlob(Connection):
    """A blob container. Rasa knows a key or a SAS, no Entra ID (docs/rasa-pro.md, Blob storage)."""

    account: Output[str]
    container: Output[str]
    credential: SecretValue


@dataclass(frozen=True, kw_only=True, slots=True)
class Gcs(Connection):
    """A bucket read with Application Default Credentials; needs `storage.buckets.get`."""

    bucket: Output[str]
    credentials: SecretValue | None = None
    """JSON key of a service account; None means the pod's identity."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelServer(Connection):
    """An HTTP server that hands out the newest model with an ETag."""

    url: Output[str]
    token: SecretValue | None = None
    pull_seconds: int = 100
    ca: FileContent | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Volume(Connection):
    """A PersistentVolumeClaim that holds the models, mounted at /app/models."""

    claim: Output[str]


ModelStorage = S3 | AzureBlob | Gcs | ModelServer | Volume


RedisMode = Literal["standard", "cluster", "sentinel"]
"""One address, a cluster that shards, or Sentinels that name the master."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Redis(Connection):
    """Lock store and timer store. Rasa checks certificate and host name whenever `tls` is on."""

    host: Output[str]
    port: int
    tls: bool
    ca: FileContent | None = None
    """PEM bundle to trust; None means the public authorities that the image brings."""
    login: Login | None = None
    mode: RedisMode = "standard"
    endpoints: tuple[str, ...] = ()
    """`host:port` of each node, for `cluster` and `sentinel`."""
    sentinel_service: str | None = None
    database: int = 0
    """Number of the database; a cluster has 0 alone."""
    prefix: str = ""
    """Letters and digits in front of Rasa's own prefixes: several assistants share one server by it."""
    side_car: SideCar | None = None


LockStore = Redis


PostgresTls = Literal["verify-full", "verify-ca", "require", "disable"]
"""libpq's modes that say what they do: `prefer` and `allow` would fall back to plain text unasked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Postgres(Connection):
    """A PostgreSQL server with a database for Rasa."""

    host: Output[str]
    port: int
    database: str
    login: Login | VaultLogin | CertificateLogin
    """The role that Rasa logs in as; `jobs/database_init` creates it where `admin` is given."""
    tls: PostgresTls
    ca: FileContent | None = None
    max_connections: int
    """What the server accepts in all; Rasa's pools are computed to stay below it."""
    schema: str | None = None
    """Where Rasa's tables are; None: the first of the role's search_path."""
    client: ClientCertificate | None = None
    admin: PasswordLogin | StoredSecretLogin | None = None
    """None: the role and the database exist already."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DynamoDb(Connection):
    """A table with hash key `sender_id` and the index `user_id-index`."""

    table: Output[str]
    region: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MongoDb(Connection):
    """A server that speaks the MongoDB protocol (≥ 4.4)."""

    hosts: Output[str]
    """`host:port[,host:port…]`, or the bare host name where `srv` is set."""
    database: str
    login: PasswordLogin | VaultLogin
    auth_source: str = "admin"
    srv: bool = False
    tls: bool = True
    ca: FileContent | None = None
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    """Further options of the URI; Rasa has no keys for them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomTrackerStore(Connection):
    """A tracker store class of the operator's own, importable in the Rasa image."""

    class_path: str
    options: Mapping[str, str | int | bool] = field(default_factory=dict[str, str | int | bool])
    secrets: Mapping[str, SecretValue] = field(default_factory=dict[str, SecretValue])
    """Further options, which reach the class by environment."""


TrackerStore = Postgres | DynamoDb | MongoDb | CustomTrackerStore


@dataclass(frozen=True, kw_only=True, slots=True)
class SaslTls:
    """User name and password over TLS."""

    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
    username: str
    password: SecretValue
    ca: FileContent | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MutualTls(ClientCertificate):
    """A client certificate in place of a password."""

    ca: FileContent | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AwsIam:
    """OAUTHBEARER with tokens signed by the pod's AWS identity (MSK)."""

    region: str
    ca: FileContent | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Plaintext:
    """No TLS and no login: a developer's own broker."""


KafkaSecurity = SaslTls | MutualTls | AwsIam | Plaintext


@dataclass(frozen=True, kw_only=True, slots=True)
class Kafka(Connection):
    """Brokers and topics for the events that Rasa publishes."""

    bootstrap: Output[str]
    """`host:port[,host:port…]`: one string, since Rasa breaks on a list."""
    topics: Topics
    security: KafkaSecurity
    reader: KafkaSecurity | None = None
    """How the analytics logs in, which read the events; None: as Rasa does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RabbitMq(Connection):
    """A RabbitMQ exchange (`type: pika`)."""

    host: Output[str]
    port: int
    login: PasswordLogin
    """With TLS or a virtual host Rasa pastes both into a URL: a password in a `SecretRef` must be
    percent-encoded there."""
    exchange: str
    tls: bool
    virtual_host: str = "/"
    ca: FileContent | None = None


EventBroker = Kafka | RabbitMq


@dataclass(frozen=True, kw_only=True, slots=True)
class Vault(Connection):
    """A KV version 2 path from which Rasa reads the tracker store's credentials with a periodic token."""

    address: Output[str]
    mount: str
    path: str
    token: SecretValue
    namespace: str | None = None
    ca: FileContent | None = None
