"""Production refuses conversations and passwords in plain text on a network, but for the cluster's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from components.config.cluster import ExistingCluster
from components.config.companions import ExistingNlgServer
from components.config.event_broker import ExistingKafka, ExistingPlaintext, ExistingRabbitMq
from components.config.kubeconfig import is_unverified
from components.config.lock_store import ExistingRedis, ExistingRedisCluster, ExistingRedisSentinel
from components.config.messages import set_with
from components.config.model_storage import ExistingModelServer, ExistingS3
from components.config.places import ONE_OF_THEM
from components.config.rules.runner import Rule
from components.config.rules.stores import ENCRYPTED
from components.config.settings import Settings
from components.config.tracker_store import ExistingMongoDb, ExistingPostgres
from components.rasa.spec.service_names import service_named

OF_THE_CLUSTER = "servers of the cluster (name.namespace.svc)"


def _plain_text(key: str, field: str) -> Rule:
    """Production refuses conversations and passwords in plain text on a network."""

    def rule(settings: Settings) -> Iterator[str]:
        found = _not_encrypted(getattr(settings, field)) if settings.profile == "production" else None
        if found is not None:
            where, instead = found
            path = f"rasa:{key}{where.partition(' ')[0]}"
            value = "<URL>" if "URL" in instead else ONE_OF_THEM
            mend = set_with(path, value, is_secret=path.endswith(".kubeconfig"))
            yield f"rasa:{key}{where}, which profile production refuses; accepted: {instead}; {mend}"

    return rule


def _not_encrypted(block: object) -> tuple[str, str] | None:
    """Where a block gives up encryption, and what is accepted instead."""
    found: tuple[str, str] | None = None
    hosts = _hosts(block)
    if hosts and all(map(in_cluster, hosts)):
        return None  # between the cluster's pods plain text is usual
    match block:
        case ExistingKafka(security=ExistingPlaintext()):
            found = ".security.type is plaintext", f"sasl, mutual-tls or aws-iam, or {OF_THE_CLUSTER}"
        case ExistingPostgres(tls="disable"):
            found = ".tls is disable", f"verify-full, verify-ca or require, or {OF_THE_CLUSTER}"
        case (
            ExistingMongoDb(tls=False)
            | ExistingRabbitMq(tls=False)
            | ExistingRedis(tls=False)
            | ExistingRedisCluster(tls=False)
            | ExistingRedisSentinel(tls=False)
        ):
            found = ".tls is false", f"true, or {OF_THE_CLUSTER}"
        case ExistingS3(endpoint=str(url)) if leaves_in_plain_text(url):
            found = f".endpoint {url!r} is not encrypted", "an https:// URL"
        case ExistingModelServer(url=url) | ExistingNlgServer(url=url) if leaves_in_plain_text(url):
            found = (
                f".url {url!r} is not encrypted",
                "an https:// URL, or a Service of the cluster (http://name.namespace.svc)",
            )
        case ExistingCluster() if is_unverified(block.contents):
            found = (
                ".kubeconfig has insecure-skip-tls-verify, so anybody can answer in the cluster's place",
                "certificate-authority-data",
            )
        case ExistingCluster() if block.server.startswith("http://"):
            found = ".kubeconfig has a server that is not encrypted", "an https:// URL"
        case _:
            pass
    return found


def _hosts(block: object) -> Sequence[str]:
    """The names of a store's servers, without ports."""
    match block:
        case ExistingRedisCluster() | ExistingRedisSentinel():
            addresses = block.nodes
        case ExistingKafka():
            addresses = block.bootstrap
        case ExistingMongoDb():
            addresses = block.hosts or ()
        case ExistingPostgres() | ExistingRedis() | ExistingRabbitMq():
            return (block.host,)
        case _:
            return ()
    return [address.rpartition(":")[0] for address in addresses]


def leaves_in_plain_text(url: str) -> bool:
    """Whether a URL is one of plain HTTP outside of the cluster; between its pods plain HTTP is usual."""
    parts = urlsplit(url)
    return parts.scheme == "http" and not in_cluster(parts.hostname or "")


def in_cluster(host: str) -> bool:
    """Whether a name is that of a Service of the cluster, in any spelling that nobody takes for another."""
    service = service_named(host, "")
    return service is not None and service.certain


RULES: Sequence[Rule] = tuple(_plain_text(key, field) for key, field in ENCRYPTED.items())
