"""What Rasa Pro is told about the servers beside it: the connections of the companions, each optional.

As in `connections.py`: what Rasa has to know and nothing of where it comes from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi import Output

from components.contract.connections import Connection, Kafka, KafkaSecurity, Postgres
from components.contract.secrets import FileContent, PasswordLogin, SecretValue


@dataclass(frozen=True, kw_only=True, slots=True)
class ActionServer(Connection):
    """A server that runs the assistant's custom actions."""

    url: Output[str]
    """`http(s)://…/webhook`, or `grpc://host:port`."""
    token: SecretValue | None = None
    ca: FileContent | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ActionsModule:
    """A Python module in the Rasa image, whose actions run inside Rasa's own process."""

    module: str


Actions = ActionServer | ActionsModule


@dataclass(frozen=True, kw_only=True, slots=True)
class Duckling(Connection):
    """A server that finds dates, amounts and numbers in messages."""

    url: Output[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Collector(Connection):
    """An OpenTelemetry collector, spoken to by OTLP over gRPC: Rasa speaks no other protocol."""

    endpoint: str
    """`host:port`."""
    tls: bool
    service_name: str
    ca: FileContent | None = None
    """PEM bundle to trust; None means the public authorities that gRPC brings."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LanguageModels:
    """Groups of language models that `config.yml` refers to by id, and tool servers, as Rasa writes them."""

    groups: Sequence[Mapping[str, Any]] = ()
    """`model_groups`; keys in them are `${VARIABLE}` only."""
    mcp_servers: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Analytics(Connection):
    """What Rasa Pro Services reads, and where it keeps what it computes; Rasa itself talks to neither."""

    repository: str
    tag: str
    events: Kafka
    database: Postgres
    """Its own database and role, perhaps on Rasa's server; logs in with a password, wherever it is."""
    login: PasswordLogin
    beside_rasa: bool
    """The database is on the tracker store's server, and takes part of its connections."""

    @property
    def security(self) -> KafkaSecurity:
        """How it logs in to read the events."""
        return self.events.reader or self.events.security


@dataclass(frozen=True, kw_only=True, slots=True)
class Companions:
    """All that stands beside Rasa; what is None is not used. The NLG server is a connection of its own."""

    actions: Actions | None = None
    duckling: Duckling | None = None
    tracing: Collector | None = None
    metrics: Collector | None = None
    analytics: Analytics | None = None
    language_models: LanguageModels = field(default_factory=LanguageModels)

    @property
    def connections(self) -> tuple[Connection, ...]:
        """Those that Rasa talks to over the network."""
        found = (self.actions, self.duckling, self.tracing, self.metrics)
        return tuple(one for one in found if isinstance(one, Connection))


@dataclass(frozen=True, kw_only=True, slots=True)
class NlgServer(Connection):
    """An HTTP server that words Rasa's responses."""

    url: Output[str]
    token: SecretValue | None = None
    ca: FileContent | None = None
