"""What a stack file says about the servers beside Rasa Pro: where each comes from, and what it is told.

`none` is the default of each: nothing here is needed for an assistant to answer. What an existing NLG server
asks for stands in `components/config/companions.py`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pulumi import Output
from pydantic import Field

from components.config.model import (
    Address,
    Existing,
    HttpUrl,
    Model,
    Pem,
    Port,
    Secret,
    certificates,
    choice,
    chosen_by,
    secret,
    url_of,
)
from components.config.patterns import CPU, IMAGE, MEMORY, MODULE, PATH, PATH_AND_QUERY
from components.config.tracker_store import ExistingPostgres
from components.contract import companions
from components.contract.images import ANALYTICS_REPOSITORY, ANALYTICS_TAG, DUCKLING_IMAGE

LARGEST_USER = 2**31 - 1
"""Kubernetes takes no larger one (apimachinery, `IsValidUserID`)."""


class NoCompanion(Model):
    """It is not used."""

    source: Literal["none"] = Field(default="none", alias="from")


class InClusterServer(Model):
    """What every server in the cluster says."""

    source: Literal["in-cluster"] = Field(alias="from")
    replicas: int | None = Field(default=None, ge=1, le=50)
    """Pods; by default 1 in dev and 2 in production."""
    max_replicas: int | None = Field(default=None, ge=1, le=50)
    """Pods at most, between which CPU decides; by default twice as many in production, and as many in dev."""
    cpu: str = Field(default="250m", pattern=CPU)
    """What each pod is given, such as 500m or 2."""
    memory: str = Field(default="512Mi", pattern=MEMORY)
    """What each pod is given, and no more, such as 512Mi or 2Gi."""
    user: int | None = Field(default=None, ge=1, le=LARGEST_USER)
    """Number of the user to run as, where the image names none or names it by a word; not on OpenShift."""


class OwnServer(InClusterServer):
    """A server from an image of the operator's."""

    image: str = Field(pattern=IMAGE)
    """Image of yours with tag or digest."""
    variables: dict[str, str] = Field(default_factory=dict[str, str])
    """Environment variables that anybody may read."""
    secrets: dict[str, Secret] = Field(default_factory=dict[str, Secret])
    """Environment variable → secret; with --secret, or {secretName, key}."""
    start_seconds: int = Field(default=60, ge=5, le=1800)
    """How long it may take to answer for the first time."""
    writable: bool = False
    """true where the image writes elsewhere than in /tmp."""


class InClusterNlgServer(OwnServer):
    """An NLG server from an image of yours, in the stack's cluster."""

    port: Port = 5056
    """Port that it listens on, with HTTP."""
    path: str = Field(default="/nlg", pattern=PATH)
    """Path that Rasa posts to."""
    health: str = Field(default="/", pattern=PATH_AND_QUERY)
    """Path that answers 200 when it can serve."""

    @property
    def protocol(self) -> Literal["http"]:
        """How Rasa calls it."""
        return "http"


class InClusterActions(OwnServer):
    """An action server from an image of yours (rasa-sdk), in the stack's cluster."""

    protocol: Literal["http"] = "http"
    """How Rasa calls it: http, or grpc where its image starts rasa-sdk with --grpc."""
    port: Port = 5055
    """Port that it listens on, with HTTP."""
    path: str = Field(default="/webhook", pattern=PATH)
    """Path that Rasa posts to."""
    health: str = Field(default="/health", pattern=PATH_AND_QUERY)
    """Path that answers 200 when it can serve."""


class InClusterGrpcActions(OwnServer):
    """The same, called by gRPC without TLS; its health is what gRPC's own health protocol tells."""

    protocol: Literal["grpc"]
    """How Rasa calls it: grpc; the image must start rasa-sdk with --grpc."""
    port: Port = 5055
    """Port that it listens on, with gRPC."""

    @property
    def path(self) -> str:
        """There is none in gRPC's URLs."""
        return ""

    @property
    def health(self) -> str:
        """Under this name rasa-sdk tells its health by gRPC (rasa_sdk/grpc_server.py, 3.21)."""
        return "ActionServer"


class ExistingActions(Model):
    """An action server that runs already."""

    source: Existing = Field(alias="from")
    url: Annotated[str, *url_of("https", "http", "grpc")]
    """https://…/webhook, or grpc://host:port."""
    token: Secret | None = None
    """Set it with --secret, or name a Kubernetes Secret: {secretName, key}."""
    ca: Pem | None = None
    """PEM bundle that signed the server's certificate; by default the public authorities."""


class ActionsInProcess(Model):
    """Actions in the Rasa image, run inside Rasa's own process."""

    source: Literal["module"] = Field(alias="from")
    module: str = Field(pattern=MODULE)
    """Python module, such as actions."""


class InClusterDuckling(InClusterServer):
    """Duckling, in the stack's cluster."""

    image: str = Field(default=DUCKLING_IMAGE, pattern=IMAGE)
    """Image with tag or digest."""


AnyServer = InClusterNlgServer | InClusterActions | InClusterGrpcActions | InClusterDuckling


class ExistingDuckling(Model):
    """A Duckling that runs already."""

    source: Existing = Field(alias="from")
    url: HttpUrl
    """Its address."""


class InClusterAnalytics(Model):
    """Rasa Pro Services: reads the events topic, and writes what it computes into a database of its own."""

    source: Literal["in-cluster"] = Field(alias="from")
    repository: str = ANALYTICS_REPOSITORY
    """Registry and name of the image."""
    tag: str = ANALYTICS_TAG
    """Tag, or tag@sha256:…"""
    database: ExistingPostgres | None = None
    """A PostgreSQL that exists; by default a database beside Rasa's, on the tracker store's server."""


class ExistingCollector(Model):
    """An OpenTelemetry collector that exists, spoken to by OTLP over gRPC."""

    source: Existing = Field(alias="from")
    endpoint: Address
    """host:port."""
    tls: bool = True
    """Encrypt, and verify the certificate; off is for a collector in the cluster."""
    service_name: str = Field(default="rasa", min_length=1)
    """What the data is labelled with."""
    ca: Pem | None = None
    """PEM bundle that signed its certificate; by default the public authorities."""


class ModelGroup(Model):
    """Language models that config.yml refers to by one id."""

    id: str = Field(min_length=1)
    """What config.yml calls it."""
    models: tuple[dict[str, Any], ...] = Field(min_length=1)
    """In the words that Rasa reads (provider, model, api_base, …); keys as ${VARIABLE}."""
    router: dict[str, Any] | None = None
    """How Rasa chooses between several models."""


class McpServer(Model):
    """A server of tools, called by the Model Context Protocol."""

    name: str = Field(min_length=1)
    """What flows call it."""
    url: HttpUrl
    """Its address."""
    type: Literal["http", "https"] = "http"
    """Transport, as Rasa calls it: http or https."""
    options: dict[str, Any] = Field(default_factory=dict[str, Any])
    """Further keys in the words that Rasa reads (api_key, oauth, …); keys as ${VARIABLE}."""


class ExistingNlgServer(Model):
    """An NLG server that runs already."""

    source: Existing = Field(alias="from")
    url: HttpUrl
    """Full URL, path included: Rasa posts to exactly this."""
    token: Secret | None = None
    """Set it with --secret, or name a Kubernetes Secret: {secretName, key}."""
    ca: Pem | None = None
    """PEM bundle that signed the server's certificate; by default the public authorities."""

    def connection(self) -> companions.NlgServer:
        """Who words the responses."""
        return companions.NlgServer(
            url=Output.from_input(self.url),
            token=None if self.token is None else secret(self.token),
            ca=certificates(self.ca),
        )


NlgServer = Annotated[
    Annotated[NoCompanion, choice("none")]
    | Annotated[InClusterNlgServer, choice("in-cluster")]
    | Annotated[ExistingNlgServer, choice("existing")],
    chosen_by("from", "none", "in-cluster", "existing", default="none"),
]
OwnActions = Annotated[
    Annotated[InClusterActions, choice("http")] | Annotated[InClusterGrpcActions, choice("grpc")],
    chosen_by("protocol", "http", "grpc", default="http"),
]
Actions = Annotated[
    Annotated[NoCompanion, choice("none")]
    | Annotated[OwnActions, choice("in-cluster")]
    | Annotated[ExistingActions, choice("existing")]
    | Annotated[ActionsInProcess, choice("module")],
    chosen_by("from", "none", "in-cluster", "existing", "module", default="none"),
]
Duckling = Annotated[
    Annotated[NoCompanion, choice("none")]
    | Annotated[InClusterDuckling, choice("in-cluster")]
    | Annotated[ExistingDuckling, choice("existing")],
    chosen_by("from", "none", "in-cluster", "existing", default="none"),
]
Analytics = Annotated[
    Annotated[NoCompanion, choice("none")] | Annotated[InClusterAnalytics, choice("in-cluster")],
    chosen_by("from", "none", "in-cluster", default="none"),
]
Collector = Annotated[
    Annotated[NoCompanion, choice("none")] | Annotated[ExistingCollector, choice("existing")],
    chosen_by("from", "none", "existing", default="none"),
]
