"""Everything that a stack file can say.

Keys are documented where they are declared; `stacks/schema.json` is generated from here, so that an editor
completes and checks the stack files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from components.config import companions, sources
from components.config.assistant import Alarms, Assistant, Preflight, Topics
from components.config.clouds import CLOUDS
from components.config.cluster import Cluster, ManagedCluster
from components.config.event_broker import EventBroker
from components.config.ingress import Ingress, NetworkPolicies
from components.config.lock_store import LockStore
from components.config.model import Model, Secret
from components.config.model_storage import ManagedModelStorage, ModelStorage
from components.config.network import ExistingNetwork, ManagedNetwork, Network
from components.config.patterns import LABEL_NAME, TRANSFORMS, TURN
from components.config.pods import Pods
from components.config.registry import Registry
from components.config.secrets_manager import NoSource, SecretsManager
from components.config.tracker_store import ManagedTrackerStore, TrackerStore
from components.config.zones import zone_names, zones_wanted
from components.contract.terms import Profile, Size, TrackerStoreLogin

NAMESPACE = "rasa"
"""The prefix of our keys in the stack file: the project's name."""
DEFAULT_SIZE: Mapping[Profile, Size] = {"dev": "small", "production": "medium"}


class Settings(Model):
    """Everything that a stack file can say."""

    cloud: Literal["aws", "azure", "gcp", "none"]
    """Where the dependencies run."""
    region: str = ""
    """Region of that cloud; with cloud none only the default for what exists on AWS."""
    profile: Profile = "dev"
    """dev is cheap and can be deleted; production survives the loss of a zone, has backups, is protected."""
    account: str | None = None
    """Account, subscription or project id; `pulumi up` with credentials of another one is refused."""
    deletion_protection: bool | None = None
    """Refuse to delete data stores; by default on in production. Set false and `up` before a `destroy`."""
    tags: dict[str, str] = Field(default_factory=dict[str, str])
    """Further tags for every resource, such as a cost centre."""
    namespace: str = Field(default="rasa", pattern=LABEL_NAME)
    """Kubernetes namespace."""
    network: Network = ManagedNetwork()
    """The network that cluster and data stores are in."""
    cluster: Cluster = ManagedCluster()
    """The Kubernetes cluster."""
    model_storage: ModelStorage = ManagedModelStorage()
    """Where trained models lie."""
    lock_store: LockStore = sources.Managed()
    """Redis for locks and timers."""
    tracker_store: TrackerStore = ManagedTrackerStore()
    """The database of conversations."""
    event_broker: EventBroker = sources.Managed()
    """Kafka for conversation events."""
    topics: Topics = Topics()
    """Kafka topics by what they are for."""
    secrets_manager: SecretsManager = NoSource()
    """HashiCorp Vault; `none` keeps secrets in Kubernetes Secrets."""
    nlg_server: companions.NlgServer = companions.NoCompanion()
    """A server that words the responses."""
    ingress: Ingress = Ingress()
    """The ingress."""
    network_policies: NetworkPolicies = NetworkPolicies()
    """Whom else Rasa's pods may call."""
    actions: companions.Actions = companions.NoCompanion()
    """What runs the assistant's custom actions."""
    duckling: companions.Duckling = companions.NoCompanion()
    """A server that finds dates, amounts and numbers in messages."""
    analytics: companions.Analytics = companions.NoCompanion()
    """Rasa Pro Services, which turns events into figures."""
    tracing: companions.Collector = companions.NoCompanion()
    """Where traces of conversations go."""
    metrics: companions.Collector = companions.NoCompanion()
    """Where metrics go."""
    model_groups: tuple[companions.ModelGroup, ...] = ()
    """Language models by the id that config.yml calls them."""
    mcp_servers: tuple[companions.McpServer, ...] = ()
    """Servers of tools that flows and agents call."""
    registry: Registry = Registry()
    """Where images and charts come from, and who may pull them."""
    pods: Pods = Pods()
    """All pods of the stack."""
    assistant: Assistant
    """Rasa Pro itself and the assistant that it serves."""
    preflight: Preflight = Preflight()
    """What is tried before Rasa Pro is installed or changed."""
    alarms: Alarms = Alarms()
    """Who is told."""
    transforms: str | None = Field(default=None, pattern=TRANSFORMS)
    """File of a company's own rules for every resource, such as stacks/transforms.py (docs/own-rules.md)."""
    encryption_key: str | None = None
    """A key that exists, with which the cloud's stores encrypt, in place of one that the stack makes. AWS: an
    ARN; Google Cloud: projects/…/locations/…/keyRings/…/cryptoKeys/… (docs/own-rules.md)."""
    renewal: str = Field(default="0", pattern=TURN)
    """Another value, the month for example, has certificates that the stack issues itself issued anew."""
    license: Secret
    """The Rasa Pro licence; with --secret, or {secretName, key}."""
    llm_keys: dict[str, Secret] = Field(default_factory=dict[str, Secret])
    """Environment variable → key of a language model's provider; with --secret, or {secretName, key}."""

    @property
    def protected(self) -> bool:
        """Whether data stores refuse to be deleted."""
        return self.profile == "production" if self.deletion_protection is None else self.deletion_protection

    @property
    def zones_wanted(self) -> int:
        """How many zones the stack spreads over."""
        blocks = (
            self.cluster,
            self.model_storage,
            self.lock_store,
            self.tracker_store,
            self.event_broker,
        )
        return zones_wanted(
            self.profile_of(block) if isinstance(block, sources.Sized) else self.profile for block in blocks
        )

    @property
    def zones(self) -> tuple[str, ...]:
        """The zones that the stack spreads over: a set, in one order, however the file lists them."""
        if isinstance(self.network, ExistingNetwork):
            return zone_names(self.cloud, self.region)[: self.zones_wanted]
        named = tuple(sorted(set(self.network.zones)))
        return (named or zone_names(self.cloud, self.region))[: self.zones_wanted]

    @property
    def managed_stores(self) -> tuple[sources.Managed, ...]:
        """The blocks of the data stores that the cloud manages."""
        blocks = (self.model_storage, self.lock_store, self.tracker_store, self.event_broker)
        return tuple(block for block in blocks if isinstance(block, sources.Managed))

    def login_of(self, store: ManagedTrackerStore) -> TrackerStoreLogin:
        """How Rasa logs in to a tracker store that the cloud manages."""
        by_identity = self.cloud in CLOUDS and store.kind in CLOUDS[self.cloud].identity_logins
        return store.login or ("identity" if by_identity else "password")

    def profile_of(self, block: sources.Sized) -> Profile:
        """The profile of one dependency."""
        return block.profile or self.profile

    def size_of(self, block: sources.Sized | Assistant) -> Size:
        """The size of one dependency."""
        profile = self.profile if isinstance(block, Assistant) else self.profile_of(block)
        return block.size or DEFAULT_SIZE[profile]
