"""Rules for the servers beside Rasa Pro."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from components.config import companions as o
from components.config.cluster import ExistingCluster
from components.config.event_broker import ExistingRabbitMq
from components.config.messages import child, rm_command, set_with
from components.config.model import VaultKey
from components.config.rules.encryption import in_cluster
from components.config.rules.runner import Rule
from components.config.settings import Settings
from components.config.tracker_store import ExistingPostgres, ManagedTrackerStore
from components.contract import secret_shapes
from components.rasa.spec import variables


def _analytics(settings: Settings) -> Iterator[str]:
    analytics = settings.analytics
    if isinstance(analytics, o.NoCompanion):
        return
    if isinstance(settings.event_broker, ExistingRabbitMq):
        yield (
            "rasa:analytics reads Kafka, and rasa:eventBroker.kind is rabbitmq; accepted: kafka; "
            + set_with("rasa:eventBroker.kind", "kafka")
        )
    if analytics.database is not None and analytics.database.schema_name is not None:
        path = "rasa:analytics.database.schema"
        yield (
            f"{path} would change nothing: Rasa Pro Services has no setting for it. Accepted: a search_path "
            f"of the role (ALTER ROLE … SET search_path); remove it with: {rm_command(path)}"
        )
    if analytics.database is not None and analytics.database.client_certificate is not None:
        path = "rasa:analytics.database.clientCertificate"
        yield (
            f"{path} is not supported: Rasa alone is given one. Accepted: a server that lets the analytics' "
            f"role in by its password; remove it with: {rm_command(path)}"
        )
    if analytics.database is None:
        yield from _database_beside(settings)
    elif analytics.database.password is None or isinstance(analytics.database.password, VaultKey):
        yield (
            "rasa:analytics.database.password: Rasa Pro Services logs in with a password of its own, and "
            "reads none from Vault; "
            + set_with("rasa:analytics.database.password", "<value>", is_secret=True)
        )


def _database_beside(settings: Settings) -> Iterator[str]:
    """A Job makes the analytics' database on the tracker store's server, which takes an administrator."""
    store = settings.tracker_store
    match store:
        case ManagedTrackerStore(kind="postgres"):
            return
        case ExistingPostgres():
            if store.administrator is not None:
                return
            what = "has no administrator"
            instead = "give rasa:trackerStore.administrator, or name a database in rasa:analytics.database"
        case _:
            what = f"from {store.source}"
            if isinstance(store, ManagedTrackerStore):
                what += f" is of kind {store.kind}"
            else:
                what += " gives the stack no administrator"
            instead = "name a database in rasa:analytics.database"
    yield (
        f"rasa:analytics needs a PostgreSQL that this stack administers, and rasa:trackerStore {what}; "
        f"{instead}; {set_with('rasa:analytics.database.from', 'existing')}, and so host and password"
    )


def _servers(settings: Settings) -> Iterator[str]:
    cluster = settings.cluster
    openshift = isinstance(cluster, ExistingCluster) and cluster.flavor == "openshift"
    for key, server in (
        ("nlgServer", settings.nlg_server),
        ("actions", settings.actions),
        ("duckling", settings.duckling),
    ):
        if not isinstance(server, o.InClusterServer):
            continue
        for name, value in server.variables.items() if isinstance(server, o.OwnServer) else ():
            if not variables.NAME.match(name):
                path = child(f"rasa:{key}.variables", name)
                yield (
                    f"{path} is no environment variable; choose another name, and remove this one with: "
                    f"{rm_command(path)}"
                )
            elif secret_shapes.is_named(name, value) or secret_shapes.kind_of(value) is not None:
                path = f"rasa:{key}.secrets.{name}"
                yield (
                    f"rasa:{key}.variables.{name} is a secret in plain text: have it reissued, then "
                    f"{set_with(path, '<value>', is_secret=True)} && "
                    + rm_command(f"rasa:{key}.variables.{name}")
                )
        if server.user is not None and openshift:
            yield (
                f"rasa:{key}.user is {server.user}, and OpenShift assigns users itself; remove it with: "
                + rm_command(f"rasa:{key}.user")
            )


def _encrypted(settings: Settings) -> Iterator[str]:
    """Production refuses conversations in plain text on a network."""
    if settings.profile != "production":
        return
    for key, server in (("actions", settings.actions), ("duckling", settings.duckling)):
        if not isinstance(server, o.ExistingActions | o.ExistingDuckling):
            continue
        parts = urlsplit(server.url)
        # Rasa encrypts gRPC where an authority is given.
        mutual = parts.scheme == "grpc" and isinstance(server, o.ExistingActions) and server.ca is not None
        if parts.scheme in {"http", "grpc"} and not mutual and not _stays_inside(parts.hostname or ""):
            yield (
                f"rasa:{key}.url {server.url!r} is not encrypted, which profile production refuses; "
                "accepted: an https:// URL, grpc:// with a ca, or a Service of the cluster "
                f"(http://name.namespace.svc); {set_with(f'rasa:{key}.url', '<URL>')}"
            )
    for key, collector in (("tracing", settings.tracing), ("metrics", settings.metrics)):
        if isinstance(collector, o.ExistingCollector) and not collector.tls:
            host = collector.endpoint.rpartition(":")[0]
            if not _stays_inside(host):
                yield (
                    f"rasa:{key}.tls is false for {host!r}, which profile production refuses: traces hold "
                    f"what people say; {set_with(f'rasa:{key}.tls', 'true')}"
                )


def _stays_inside(host: str) -> bool:
    return in_cluster(host) or host == "localhost"


RULES: Sequence[Rule] = (_analytics, _servers, _encrypted)
