"""The stack's settings: the only reader of `pulumi.Config`. All problems are reported at once.

Keys are documented where they are declared; `stacks/schema.json` is generated from here, so that an editor
completes and checks the stack files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Literal

import pulumi
from pulumi.runtime import config as runtime_config
from pydantic import Field, SecretStr, ValidationError

from components import checks, companions_options, sources
from components.config_model import Model, Secret
from components.config_model import secret as secret  # noqa: PLC0414 (handed on)
from components.config_problems import explain
from components.errors import ConfigurationError
from components.ingress.options import Ingress, NetworkPolicies
from components.options import Alarms, Assistant, Network, Preflight, Topics
from components.protocols import Profile, Size
from components.regions import zone_names, zones_wanted

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
    namespace: str = Field(default="rasa", pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
    """Kubernetes namespace."""
    network: Network = Network()
    """The addresses that the stack takes."""
    cluster: sources.Cluster = sources.ManagedCluster()
    """The Kubernetes cluster."""
    model_storage: sources.ModelStorage = sources.ManagedModelStorage()
    """Where trained models lie."""
    lock_store: sources.LockStore = sources.Managed()
    """Redis for locks and timers."""
    tracker_store: sources.TrackerStore = sources.ManagedTrackerStore()
    """The database of conversations."""
    event_broker: sources.EventBroker = sources.Managed()
    """Kafka for conversation events."""
    topics: Topics = Topics()
    """Kafka topics by what they are for."""
    secrets_manager: sources.SecretsManager = sources.NoSource()
    """HashiCorp Vault; `none` keeps secrets in Kubernetes Secrets."""
    nlg_server: companions_options.NlgServer = companions_options.NoCompanion()
    """A server that words the responses."""
    ingress: Ingress = Ingress()
    """The way in from outside."""
    network_policies: NetworkPolicies = NetworkPolicies()
    """Whom else Rasa's pods may call."""
    actions: companions_options.Actions = companions_options.NoCompanion()
    """What runs the assistant's custom actions."""
    duckling: companions_options.Duckling = companions_options.NoCompanion()
    """A server that finds dates, amounts and numbers in messages."""
    analytics: companions_options.Analytics = companions_options.NoCompanion()
    """Rasa Pro Services, which turns events into figures."""
    tracing: companions_options.Collector = companions_options.NoCompanion()
    """Where traces of conversations go."""
    metrics: companions_options.Collector = companions_options.NoCompanion()
    """Where metrics go."""
    model_groups: tuple[companions_options.ModelGroup, ...] = ()
    """Language models by the id that config.yml calls them."""
    mcp_servers: tuple[companions_options.McpServer, ...] = ()
    """Servers of tools that flows and agents call."""
    assistant: Assistant
    """Rasa Pro itself and the assistant that it serves."""
    preflight: Preflight = Preflight()
    """What is tried before Rasa Pro is installed or changed."""
    alarms: Alarms = Alarms()
    """Who is told."""
    renewal: str = Field(default="0", pattern=r"^[A-Za-z0-9-]{1,32}$")
    """Another value, the month for example, has certificates that the stack issues itself issued anew."""
    license: SecretStr
    """The Rasa Pro licence; set it with --secret."""
    llm_keys: dict[str, Secret] = Field(default_factory=dict[str, Secret])
    """Environment variable → key of a language model's provider; with --secret, or {secretName, key}."""

    @property
    def protected(self) -> bool:
        """Whether data stores refuse to be deleted."""
        return self.profile == "production" if self.deletion_protection is None else self.deletion_protection

    @property
    def zones(self) -> tuple[str, ...]:
        """The zones that the stack spreads over."""
        blocks = (
            self.cluster,
            self.model_storage,
            self.lock_store,
            self.tracker_store,
            self.event_broker,
        )
        wanted = zones_wanted(self.profile, blocks)
        return (self.network.zones or zone_names(self.cloud, self.region))[:wanted]

    def profile_of(self, block: sources.Sized) -> Profile:
        """The profile of one dependency."""
        return block.profile or self.profile

    def size_of(self, block: sources.Sized | Assistant) -> Size:
        """The size of one dependency."""
        profile = self.profile if isinstance(block, Assistant) else self.profile_of(block)
        return block.size or DEFAULT_SIZE[profile]


def load() -> Settings:
    """Read the stack's configuration, or raise `ConfigurationError` with every problem of it."""
    raw, secret_keys = _raw_config()
    return parse(raw, secret_keys=secret_keys, stack=pulumi.get_stack())


def parse(raw: Mapping[str, object], *, secret_keys: frozenset[str], stack: str) -> Settings:
    """Check raw values (key without prefix → value); `secret_keys` are those that came encrypted."""
    given = {
        key: value for key, value in raw.items() if value != ""
    }  # "" is how Pulumi.yaml says "no default"
    problems = checks.unknown_keys(given, list(_KEYS))
    known = {key: value for key, value in given.items() if key in _KEYS}
    wrong: set[str] = set()
    try:
        settings = Settings.model_validate(known)
    except ValidationError as error:
        problems += explain(error, Settings)
        wrong = {str(detail["loc"][0]) for detail in error.errors()}
        settings = Settings.model_validate(_without(known, wrong))
    valid = {name: getattr(settings, name) for key, name in _KEYS.items() if key not in wrong}
    problems += checks.problems(valid, secret_keys=secret_keys, stack=stack)
    if problems:
        raise ConfigurationError(stack, problems)
    return settings


_KEYS = {str(field.alias): name for name, field in Settings.model_fields.items()}
"""Key in the stack file → field."""

_STAND_INS: Mapping[str, object] = {
    "cloud": "none",
    "assistant": {"model": "none"},
    "license": "none",
}
"""Valid values that stand in for wrong ones of required keys, so that the other keys are checked too."""


def _without(raw: Mapping[str, object], wrong: set[str]) -> dict[str, object]:
    right = {key: value for key, value in raw.items() if key not in wrong}
    return {**{key: value for key, value in _STAND_INS.items() if key in wrong}, **right}


def _raw_config() -> tuple[dict[str, object], frozenset[str]]:
    """Our keys of the stack's configuration; objects arrive as JSON text."""
    everything = {**runtime_config.get_config_env(), **runtime_config.CONFIG.get()}
    prefix = f"{NAMESPACE}:"
    mine = {key.removeprefix(prefix): value for key, value in everything.items() if key.startswith(prefix)}
    secrets = frozenset(key for key in mine if runtime_config.is_config_secret(prefix + key))
    return {key: _decoded(key, value) for key, value in mine.items()}, secrets


def _decoded(key: str, value: str) -> object:
    if key not in _KEYS or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return value
