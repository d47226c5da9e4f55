"""What the assistant is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pulumi import Output

from components.contracts import (
    EventBroker,
    LockStore,
    ModelStorage,
    NlgServer,
    SecretValue,
    TrackerStore,
    Vault,
)
from components.contracts_companions import Companions
from components.kubernetes.network_policies import Edge, Peer
from components.protocols import FirstModel, Kubernetes, Profile, Size
from components.rasa.document import Block

IMAGE_REPOSITORY = "europe-west3-docker.pkg.dev/rasa-releases/rasa-pro/rasa-pro"
IMAGE_TAG = "3.21.0-latest"
"""Rasa's tags read `<version>-latest`; the chart's own default is older (3.17.0)."""
CHART = "oci://europe-west3-docker.pkg.dev/rasa-releases/helm-charts/rasa"
CHART_VERSION = "2.4.0"
"""The version that `values.py` is written for; 1.x read other keys and ignores ours (facts T12)."""

Check = Literal[
    "endpoints",
    "identity",
    "secrets_manager",
    "tracker_store",
    "lock_store",
    "timer_store",
    "event_broker",
    "model",
    "nlg",
    "action_endpoint",
]
"""What the preflight tries (`jobs/preflight_checks.py`), as far as the connections have it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """Where the official Helm chart comes from."""

    ref: str = CHART
    """OCI reference, path of a directory or archive on this machine, or a name in `repository`."""
    version: str = CHART_VERSION
    repository: str | None = None
    """URL of a classic chart repository; `ref` is then a chart's name."""

    @property
    def is_local(self) -> bool:
        """Whether the chart lies on this machine, where it has the version that it has."""
        return self.repository is None and self.ref.startswith(("/", "."))


@dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """The Rasa Pro image; the setup Jobs run on it too, for its drivers match Rasa's."""

    repository: str = IMAGE_REPOSITORY
    tag: str = IMAGE_TAG
    digest: str | None = None
    """`sha256:…`: these bytes, whatever the tag comes to mean."""

    @property
    def name(self) -> str:
        """As a pod's spec wants it."""
        return f"{self.repository}:{self.tag_and_digest}"

    @property
    def tag_and_digest(self) -> str:
        """The chart puts it behind `repository:`; a runtime that is given both takes the digest."""
        return self.tag if self.digest is None else f"{self.tag}@{self.digest}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Connections:
    """Everything that Rasa Pro talks to."""

    model_storage: ModelStorage
    lock_store: LockStore
    tracker_store: TrackerStore
    event_broker: EventBroker
    secrets_manager: Vault | None = None
    """None: the tracker store's password comes from a Kubernetes Secret, as all other secrets do anyway."""
    nlg: NlgServer | None = None
    """None: responses are worded by the model's own domain."""
    companions: Companions = field(default_factory=Companions)
    """Action server, Duckling, language models, tracing and metrics, each optional."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AssistantArgs(Connections):
    """One assistant: what it talks to, what it runs and how big it is."""

    cluster: Kubernetes
    namespace: Output[str]
    """The cluster's namespace for Rasa, once it is there."""
    profile: Profile
    size: Size
    """Row of `values.RESOURCES`: CPU and memory of each pod."""
    environment: str
    """Tag on every published event (`RASA_ENVIRONMENT`); it switches nothing in Rasa Pro."""
    model: str
    """Object key of the trained model, with or without .tar.gz; never "the latest"."""
    replicas: int
    """Pods at least."""
    most_replicas: int | None = None
    """Pods at most: between the two, a HorizontalPodAutoscaler decides. None: always `replicas`."""
    workers: int = 1
    """Sanic workers per pod; each loads the model and keeps database connections of its own."""
    license: Output[str]
    llm_keys: Mapping[str, SecretValue] = field(default_factory=dict[str, SecretValue])
    """Environment variable → secret: keys of language models, and whatever else `credentials` and
    `extra_endpoints` refer to as `${VARIABLE}`."""
    credentials: Block = field(default_factory=lambda: dict[str, dict[str, str]](rest={}))
    """credentials.yml: the channels; secrets in it as `${VARIABLE}`."""
    extra_endpoints: Block = field(default_factory=dict[str, str])
    """Merged into endpoints.yml last; only keys that Rasa Pro reads (`problems.problems_of`)."""
    cors: tuple[str, ...] = ()
    """Origins that may call the HTTP API from a browser; none by default, "*" never in production."""
    managed: frozenset[str] = frozenset()
    """Connections (`edges.servers`) whose servers the cloud made in the cluster's own network."""
    callers: tuple[Peer, ...] = ()
    """Who may call Rasa's port: the way in from outside, and pods that were named; nobody else can."""
    further_egress: tuple[Edge, ...] = ()
    """Whom Rasa calls besides its connections and what its documents name: the operator says it."""
    upload: FirstModel | None = None
    """The first model, where a Job has to put it into the model storage."""
    warn_only: tuple[Check, ...] = ()
    """Checks of the preflight that may fail without stopping `pulumi up`."""
    chart: Chart = field(default_factory=Chart)
    image: Image = field(default_factory=Image)

    @property
    def most(self) -> int:
        """Pods at most, but for the one that an update adds."""
        return max(self.replicas, self.most_replicas or 0)
