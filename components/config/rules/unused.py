"""Rules for keys that would change nothing: the operator would believe that they do something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from components.config import companions as o
from components.config import ingress as i
from components.config.clouds import CLOUDS
from components.config.cluster import ExistingCluster, ManagedCluster
from components.config.event_broker import ExistingRabbitMq
from components.config.installed import charts
from components.config.lock_store import ExistingRedis, ExistingRedisCluster, ExistingRedisSentinel
from components.config.messages import rm_command, set_command, set_with
from components.config.model_storage import ExistingModelServer, ManagedModelStorage
from components.config.rules.runner import Rule
from components.config.secrets_manager import InClusterVault
from components.config.settings import Settings
from components.config.sources import InClusterStore, Managed
from components.config.tracker_store import ExistingMongoDb, ExistingPostgres, InClusterTrackerStore
from components.contract.images import CLOUDNATIVE_PG, STRIMZI


def _says(path: str, why: str) -> str:
    return f"{path} would change nothing: {why}; remove it with: {rm_command(path)}"


def _of_a_cloud(settings: Settings) -> Iterator[str]:
    """What a stack without a cloud has no use for."""
    if settings.cloud in CLOUDS:
        return
    for key, given in (
        ("rasa:account", settings.account is not None),
        ("rasa:alarms.target", settings.alarms.target is not None),
        ("rasa:tags", bool(settings.tags)),
    ):
        if given:
            yield _says(key, "this stack has no cloud")
    cluster = settings.cluster
    if isinstance(cluster, ExistingCluster) and cluster.network is not None:
        yield _says("rasa:cluster.network", "this stack has no cloud that manages stores beside the cluster")


def _sizes(settings: Settings) -> Iterator[str]:
    """Sizes of what grows by itself, or is told by other keys."""
    assistant = settings.assistant
    if assistant.size is not None and assistant.cpu is not None and assistant.memory is not None:
        yield _says("rasa:assistant.size", "cpu and memory say what each pod asks for")
    for key, block in (("cluster", settings.cluster), ("modelStorage", settings.model_storage)):
        if isinstance(block, ManagedCluster | ManagedModelStorage) and block.size is not None:
            what = "nodes come and go with the pods" if key == "cluster" else "a bucket has no size"
            yield _says(f"rasa:{key}.size", what)


def _of_an_ingress(settings: Settings) -> Iterator[str]:
    ingress, cluster = settings.ingress, settings.cluster
    if ingress.host is None:
        return
    flavor = cluster.flavor if isinstance(cluster, ExistingCluster) else None
    given = ingress.model_fields_set
    if flavor is None and ingress.annotations:
        yield _says(
            "rasa:ingress.annotations",
            f"the load balancer of {settings.cloud} is made without a Kubernetes Ingress, so a firewall or a "
            "time-out that an annotation names would not be there",
        )
    if flavor == "kubernetes":
        why = "only the annotations of the cluster's own controller can say it"
        for key, name in (("affinity", "affinity"), ("idle_seconds", "idleSeconds")):
            said = ingress.gateway is not None  # its own policy does it; the docstring of the key says so
            off = key == "affinity" and (said or ingress.affinity is not True)
            if key in given and not off and not ingress.annotations:
                yield (
                    f"rasa:ingress.{name} would change nothing: {why}; "
                    f"{set_with('rasa:ingress.annotations.<key>', '<value>')}, as its documentation says"
                )
    certificate = ingress.certificate
    if isinstance(certificate, i.CertManagerCertificate):
        if certificate.issuer is not None and certificate.email is not None:
            yield _says(
                "rasa:ingress.certificate.email", "the issuer that is named has an account of its own"
            )
        if certificate.issuer is None and "kind" in certificate.model_fields_set:
            yield _says("rasa:ingress.certificate.kind", "no issuer is named")


def _authorities(settings: Settings) -> Iterator[str]:
    """A certificate's authority where nothing is encrypted."""
    stores = (
        ("lockStore", settings.lock_store),
        ("trackerStore", settings.tracker_store),
        ("eventBroker", settings.event_broker),
        ("tracing", settings.tracing),
        ("metrics", settings.metrics),
    )
    for key, block in stores:
        match block:
            case (
                ExistingRedis(tls=False)
                | ExistingRedisCluster(tls=False)
                | ExistingRedisSentinel(tls=False)
                | ExistingMongoDb(tls=False)
                | ExistingRabbitMq(tls=False)
                | o.ExistingCollector(tls=False)
            ) if block.ca is not None:
                yield _says(f"rasa:{key}.ca", f"rasa:{key}.tls is false")
            case ExistingPostgres(tls="disable") if block.ca is not None:
                yield _says(f"rasa:{key}.ca", f"rasa:{key}.tls is disable")
            case _:
                pass
    for key, server in (
        ("nlgServer", settings.nlg_server),
        ("actions", settings.actions),
        ("modelStorage", settings.model_storage),
    ):
        if (
            isinstance(server, o.ExistingNlgServer | o.ExistingActions | ExistingModelServer)
            and server.ca is not None
            and server.url.startswith("http://")
        ):
            yield _says(f"rasa:{key}.ca", f"rasa:{key}.url is not encrypted")


def _users_without_passwords(settings: Settings) -> Iterator[str]:
    store = settings.lock_store
    if (
        isinstance(store, ExistingRedis | ExistingRedisCluster | ExistingRedisSentinel)
        and not store.logs_in
        and "username" in store.model_fields_set
    ):
        command = set_with("rasa:lockStore.password", "<value>", is_secret=True)
        yield f"rasa:lockStore.username would change nothing without a password; {command}"


def _renewal(settings: Settings) -> Iterator[str]:
    """Certificates of the stack's own: that of Google's Kafka, and those of a Vault in the cluster."""
    if "renewal" not in settings.model_fields_set or settings.renewal == "0":
        return
    kafka = settings.cloud == "gcp" and isinstance(settings.event_broker, Managed)
    if not kafka and not isinstance(settings.secrets_manager, InClusterVault):
        yield _says("rasa:renewal", "this stack issues no certificate that it could renew")


def _storage_class(settings: Settings) -> Iterator[str]:
    """The class of volumes, where no volume takes it."""
    blocks = (settings.model_storage, settings.lock_store, settings.tracker_store, settings.event_broker)
    takes = any(isinstance(block, InClusterStore) and block.storage_class is None for block in blocks)
    if settings.cluster.storage_class is not None and not takes:
        yield _says("rasa:cluster.storageClass", "no store in the cluster takes its volumes from it")


def _watched(settings: Settings) -> Iterator[str]:
    """Namespaces that operators watch, where the stack installs no operator, and its own."""
    path, watched = "rasa:cluster.operatorsAlsoWatch", settings.cluster.operators_also_watch
    if watched and not {CLOUDNATIVE_PG.ref, STRIMZI.ref} & {chart.ref for chart in charts(settings)}:
        yield _says(path, "this stack installs no operator")
    if settings.namespace in watched:
        yield _says(f"{path}[{watched.index(settings.namespace)}]", "its own namespace is watched anyway")


def _pool_of_analytics(settings: Settings) -> Iterator[str]:
    """Only Rasa's own pools are computed from it."""
    analytics = settings.analytics
    database = analytics.database if isinstance(analytics, o.InClusterAnalytics) else None
    if database is not None and "max_connections" in database.model_fields_set:
        yield _says("rasa:analytics.database.maxConnections", "the analytics open connections as they need")


def _snapshots(settings: Settings) -> Iterator[str]:
    """PostgreSQL in the cluster takes none in dev."""
    store = settings.tracker_store
    if (
        isinstance(store, InClusterTrackerStore)
        and store.snapshot_class is not None
        and settings.profile_of(store) == "dev"
    ):
        profile = "rasa:trackerStore.profile" if store.profile else "rasa:profile"
        yield (
            f"{_says('rasa:trackerStore.snapshotClass', f'{profile} is dev, which takes no snapshots')}, "
            f"or have them taken with: {set_command(profile, 'production')}"
        )


RULES: Sequence[Rule] = (
    _pool_of_analytics,
    _snapshots,
    _renewal,
    _storage_class,
    _watched,
    _of_a_cloud,
    _sizes,
    _of_an_ingress,
    _authorities,
    _users_without_passwords,
)
