"""The choices of one dependency in the stack's config: where it comes from, and what that source asks for.

Peers: `managed` (the cloud runs it), `in-cluster` (an operator runs it in Kubernetes), `existing` (it runs
already, elsewhere). `from` says which; a block without `from` is managed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Discriminator, Field, SecretStr, Tag
from pydantic.alias_generators import to_camel

from components.protocols import Profile, Size, TrackerStoreKind

HOST = r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$"
HOST_PORTS = r"^[A-Za-z0-9.-]+:\d{1,5}(,[A-Za-z0-9.-]+:\d{1,5})*$"
HTTP_URL = r"^https?://[^\s]+$"


class Model(BaseModel):
    """Base of all settings: camelCase in YAML, no unknown keys, unchangeable, and never shown in errors."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=False,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )


def chosen_source(default: str) -> Discriminator:
    """Tell the members of a union apart by `from`, which may be left out for the default."""

    def tell(block: object) -> str:
        if isinstance(block, Mapping):
            return str(cast("Mapping[str, Any]", block).get("from", default))
        return str(getattr(block, "source", default))

    return Discriminator(tell)


class Managed(Model):
    """The cloud of the stack runs it."""

    source: Literal["managed"] = Field(default="managed", alias="from")
    size: Size | None = None
    """small, medium or large; by default small in dev and medium in production."""
    profile: Profile | None = None
    """dev or production for this dependency alone; by default the stack's."""


class InCluster(Model):
    """An operator runs it in the stack's Kubernetes cluster."""

    source: Literal["in-cluster"] = Field(alias="from")
    size: Size | None = None
    """small, medium or large; by default small in dev and medium in production."""
    profile: Profile | None = None
    """dev or production for this dependency alone; by default the stack's."""


class NoSource(Model):
    """It is not used."""

    source: Literal["none"] = Field(default="none", alias="from")


class ManagedModelStorage(Managed):
    """A bucket of the stack's cloud."""

    access_until: str | None = Field(default=None, pattern=r"^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")
    """Azure: the day on which Rasa's SAS ends; by default two years after the key that signs it was made."""


class ManagedTrackerStore(Managed):
    """A database that the cloud runs."""

    kind: TrackerStoreKind = "postgres"
    """postgres, dynamodb (AWS) or mongodb (AWS, Azure)."""


class ExistingBucket(Model):
    """A bucket or container that holds the models already."""

    source: Literal["existing"] = Field(alias="from")
    kind: Literal["s3", "gcs", "azure-blob"]
    """What speaks at the other end."""
    bucket: str = Field(min_length=3)
    """Bucket or container."""
    region: str | None = None
    """Region of an S3 bucket; by default the stack's."""
    endpoint: str | None = Field(default=None, pattern=HTTP_URL)
    """URL of an S3-compatible store."""
    account: str | None = None
    """Storage account of a blob container."""
    credential: SecretStr | None = None
    """Account key or SAS of a blob container; set it with --secret."""


class ExistingRedis(Model):
    """A Redis or Valkey that runs already."""

    source: Literal["existing"] = Field(alias="from")
    host: str = Field(pattern=HOST)
    """Name that the server's certificate carries."""
    port: int = Field(ge=1, le=65535)
    """TCP port."""
    tls: bool = True
    """Encrypt and verify; off is refused in production."""
    username: str = "default"
    """ACL user."""
    password: SecretStr | None = None
    """Set it with --secret."""
    ca: str | None = None
    """PEM bundle that signed the server's certificate; by default the public authorities."""


class ExistingTrackerStore(Model):
    """A PostgreSQL, or another database that Rasa speaks, that runs already."""

    source: Literal["existing"] = Field(alias="from")
    kind: TrackerStoreKind = "postgres"
    """postgres, dynamodb or mongodb."""
    host: str = Field(pattern=HOST)
    """Name that the server's certificate carries."""
    port: int = Field(default=5432, ge=1, le=65535)
    """TCP port."""
    database: str = "rasa"
    """Database that Rasa may create its tables in."""
    username: str = "rasa"
    """Role that Rasa logs in as."""
    password: SecretStr
    """Set it with --secret."""
    ca: str | None = None
    """PEM bundle that signed the server's certificate; by default the public authorities."""
    max_connections: int = Field(default=100, ge=10)
    """What Rasa may use of the server's connections, in all."""


class ExistingKafka(Model):
    """A Kafka that runs already."""

    source: Literal["existing"] = Field(alias="from")
    bootstrap: str = Field(pattern=HOST_PORTS)
    """host:port[,host:port…]"""
    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    """SASL mechanism, over TLS."""
    username: str
    """SASL user."""
    password: SecretStr
    """Set it with --secret."""
    ca: str | None = None
    """PEM bundle that signed the brokers' certificates; by default the public authorities."""


class ExistingVault(Model):
    """A HashiCorp Vault that runs already."""

    source: Literal["existing"] = Field(alias="from")
    address: str = Field(pattern=r"^https://[^\s]+$")
    """URL of the API; Rasa's token travels there, so https only."""
    mount: str = "secret"
    """Mount of a KV version 2 engine."""
    path: str = "rasa-secrets"
    """Path whose keys hold the tracker store's credentials."""
    namespace: str | None = None
    """Vault Enterprise namespace."""
    token: SecretStr
    """Periodic token that may read the path and renew itself; set it with --secret."""
    ca: str | None = None
    """PEM bundle that signed Vault's certificate; by default the public authorities."""


class ExistingNlgServer(Model):
    """An NLG server that runs already."""

    source: Literal["existing"] = Field(alias="from")
    url: str = Field(pattern=HTTP_URL)
    """Full URL, path included: Rasa posts to exactly this."""
    token: SecretStr | None = None
    """Set it with --secret."""


class InClusterNlgServer(Model):
    """An NLG server from an image of yours, in the stack's cluster."""

    source: Literal["in-cluster"] = Field(alias="from")
    image: str = Field(min_length=3)
    """Image with tag or digest."""


class ExistingCluster(Model):
    """A Kubernetes cluster that runs already."""

    source: Literal["existing"] = Field(alias="from")
    kubeconfig: SecretStr
    """Its kubeconfig; set it with --secret."""
    flavor: Literal["kubernetes", "openshift"] = "kubernetes"
    """OpenShift has security and routing of its own."""


class ManagedCluster(Model):
    """A cluster that the cloud runs."""

    source: Literal["managed"] = Field(default="managed", alias="from")
    size: Size | None = None
    """small, medium or large; by default small in dev and medium in production."""
    profile: Profile | None = None
    """dev or production for the cluster alone; by default the stack's."""
    allowed_cidrs: tuple[str, ...] = ()
    """Who reaches the Kubernetes API from outside the network, as CIDR ranges; empty: nobody."""
    admins: tuple[str, ...] = ()
    """Further administrators, as principals of the cloud (AWS: IAM ARNs; Azure: `user:`, `group:` or
    `servicePrincipal:` and an Entra object id).
    On AWS whoever makes the cluster is one; on Azure `pulumi up` must be named here, too."""


Cluster = Annotated[
    Annotated[ManagedCluster, Tag("managed")] | Annotated[ExistingCluster, Tag("existing")],
    chosen_source("managed"),
]
ModelStorage = Annotated[
    Annotated[ManagedModelStorage, Tag("managed")]
    | Annotated[InCluster, Tag("in-cluster")]
    | Annotated[ExistingBucket, Tag("existing")],
    chosen_source("managed"),
]
LockStore = Annotated[
    Annotated[Managed, Tag("managed")]
    | Annotated[InCluster, Tag("in-cluster")]
    | Annotated[ExistingRedis, Tag("existing")],
    chosen_source("managed"),
]
TrackerStore = Annotated[
    Annotated[ManagedTrackerStore, Tag("managed")]
    | Annotated[InCluster, Tag("in-cluster")]
    | Annotated[ExistingTrackerStore, Tag("existing")],
    chosen_source("managed"),
]
EventBroker = Annotated[
    Annotated[Managed, Tag("managed")]
    | Annotated[InCluster, Tag("in-cluster")]
    | Annotated[ExistingKafka, Tag("existing")],
    chosen_source("managed"),
]
SecretsManager = Annotated[
    Annotated[NoSource, Tag("none")]
    | Annotated[InCluster, Tag("in-cluster")]
    | Annotated[ExistingVault, Tag("existing")],
    chosen_source("none"),
]
NlgServer = Annotated[
    Annotated[NoSource, Tag("none")]
    | Annotated[InClusterNlgServer, Tag("in-cluster")]
    | Annotated[ExistingNlgServer, Tag("existing")],
    chosen_source("none"),
]
