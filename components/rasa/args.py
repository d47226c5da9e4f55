"""What the assistant is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi import Output

from components.contract.cluster import Kubernetes, ObjectKey
from components.contract.companions import Companions, NlgServer
from components.contract.connections import EventBroker, LockStore, ModelStorage, TrackerStore, Vault
from components.contract.images import RASA, Chart
from components.contract.provider import FirstModel
from components.contract.secrets import SecretValue
from components.contract.terms import LogLevel, Profile, Size
from components.kubernetes.documents import Block
from components.kubernetes.network_policies import Peer, Rule
from components.rasa.spec.versions import Check, Image


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
class ApiLogin:
    """How callers log in to the HTTP API; each of the two is enough."""

    token: SecretValue | None = None
    """What they send as `?token=`; None: the stack makes one."""
    jwt_key: SecretValue | None = None
    """What checks the signature of their JWT, a secret or a public key; None: the stack makes a secret."""
    jwt_method: str = "HS256"

    @property
    def is_asymmetric(self) -> bool:
        """Whether Rasa checks signatures that it cannot make."""
        return not self.jwt_method.startswith("HS")


@dataclass(frozen=True, kw_only=True, slots=True)
class AssistantArgs(Connections):
    """One assistant: what it talks to, what it runs and how big it is."""

    cluster: Kubernetes
    namespace: Output[str]
    """The cluster's namespace for Rasa, once it is there."""
    profile: Profile
    size: Size
    """Row of `values.RESOURCES`: CPU and memory of each pod."""
    cpu: str | None = None
    """CPU that each pod asks for; None: the row's."""
    memory: str | None = None
    """Memory that each pod asks for, and has at the most; None: the row's."""
    environment: str
    """Tag on every published event (`RASA_ENVIRONMENT`); it switches nothing in Rasa Pro."""
    model: str
    """Object key of the trained model, with or without .tar.gz; never "the latest"."""
    model_sha256: str = ""
    """Of the model's file, which the preflight compares; "": it is not known."""
    replicas: int
    """Pods at least."""
    most_replicas: int | None = None
    """Pods at most: between the two, a HorizontalPodAutoscaler decides. None: always `replicas`."""
    workers: int = 1
    """Sanic workers per pod; each loads the model and keeps database connections of its own."""
    license: SecretValue
    llm_keys: Mapping[str, SecretValue] = field(default_factory=dict[str, SecretValue])
    """Environment variable → secret: keys of language models, and whatever else `credentials` and
    `extra_endpoints` refer to as `${VARIABLE}`."""
    files: Mapping[str, bytes | Output[str] | ObjectKey] = field(
        default_factory=dict[str, bytes | Output[str] | ObjectKey]
    )
    """Path in the pod → content, secret text, or where it lies in the cluster."""
    api: ApiLogin = field(default_factory=ApiLogin)
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    """Further environment variables that anybody may read."""
    log_level: LogLevel = "info"
    """From which level on Rasa Pro writes lines."""
    credentials: Block = field(default_factory=lambda: dict[str, dict[str, str]](rest={}))
    """credentials.yml: the channels; secrets in it as `${VARIABLE}`."""
    extra_endpoints: Block = field(default_factory=dict[str, str])
    """Merged into endpoints.yml last; only keys that Rasa Pro reads (`endpoint_rules.problems_of`)."""
    cors: tuple[str, ...] = ()
    """Origins that may call the HTTP API from a browser; none by default, "*" never in production."""
    managed: frozenset[str] = frozenset()
    """Connections (`Rendered.what`) whose servers the cloud made in the cluster's own network."""
    callers: tuple[Peer, ...] = ()
    """Peers that may call Rasa's port: the ingress, and pods that the stack file names."""
    service_labels: Mapping[str, str] = field(default_factory=dict[str, str])
    """What is written on Rasa's Service besides the chart's own labels."""
    further_egress: tuple[Rule, ...] = ()
    """Servers that Rasa calls, and that neither a connection nor a document names."""
    upload: FirstModel | None = None
    """The first model, where a Job has to put it into the model storage."""
    warn_only: tuple[Check, ...] = ()
    """Checks of the preflight that may fail without stopping `pulumi up`."""
    chart: Chart = RASA
    image: Image = field(default_factory=Image)

    @property
    def most(self) -> int:
        """Pods at most, but for the one that an update adds."""
        return max(self.replicas, self.most_replicas or 0)
