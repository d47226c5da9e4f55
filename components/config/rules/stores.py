"""Rules for the data stores: whether they are to be had, encryption, Secrets that are named, regions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import cast
from urllib.parse import urlsplit

from pydantic import BaseModel

from components.config import support
from components.config.clouds import CLOUDS
from components.config.cluster import ExistingCluster
from components.config.companions import ExistingNlgServer
from components.config.event_broker import ExistingAwsIam, ExistingKafka, ExistingPlaintext, ExistingRabbitMq
from components.config.kubeconfig import is_unverified
from components.config.lock_store import ExistingRedis, ExistingRedisCluster, ExistingRedisSentinel
from components.config.messages import rm_command, set_with
from components.config.model import SecretKey
from components.config.model_storage import (
    ExistingModelServer,
    ExistingS3,
    ExistingVolume,
    ManagedModelStorage,
)
from components.config.rules.runner import Rule
from components.config.settings import Settings
from components.config.sources import InClusterStore, Managed
from components.config.tracker_store import (
    ExistingCustomTrackerStore,
    ExistingDynamoDb,
    ExistingMongoDb,
    ExistingPostgres,
    ManagedTrackerStore,
)
from components.rasa.spec.endpoint_rules import plain_secrets
from components.rasa.spec.service_names import service_named

STORES = {
    "modelStorage": "model_storage",
    "lockStore": "lock_store",
    "trackerStore": "tracker_store",
    "eventBroker": "event_broker",
}
"""Key of a data store in the stack file → field of the settings."""
ENCRYPTED = {**STORES, "cluster": "cluster", "nlgServer": "nlg_server"}
ON_AWS = STORES
NAMES_SECRETS = {
    **ENCRYPTED,
    "secretsManager": "secrets_manager",
    "actions": "actions",
    "analytics": "analytics",
    "tracing": "tracing",
    "metrics": "metrics",
    "llmKeys": "llm_keys",
}


def _managed(key: str, field: str) -> Rule:
    """Without a cloud nothing is managed."""

    def rule(settings: Settings) -> Iterator[str]:
        if isinstance(getattr(settings, field), Managed) and (
            gap := support.managed_gap(settings.cloud, key)
        ):
            yield str(gap)

    return rule


def _tracker_store_kind(settings: Settings) -> Iterator[str]:
    store = settings.tracker_store
    if isinstance(store, ManagedTrackerStore) and (
        gap := support.tracker_store_gap(settings.cloud, store.kind)
    ):
        yield str(gap)


def _login(settings: Settings) -> Iterator[str]:
    store = settings.tracker_store
    if not isinstance(store, ManagedTrackerStore) or store.login is None or settings.cloud not in CLOUDS:
        return
    by_identity = store.kind in CLOUDS[settings.cloud].identity_logins
    accepted = {"password": store.kind != "dynamodb", "identity": by_identity}
    if not accepted[store.login]:
        other = "identity" if store.login == "password" else "password"
        yield (
            f"rasa:trackerStore.login is {store.login}, with which Rasa Pro cannot log in to {store.kind} on "
            f"{settings.cloud}; accepted: {other}; {set_with('rasa:trackerStore.login', other)}"
        )


def _end_of_access(settings: Settings) -> Iterator[str]:
    cloud, storage = settings.cloud, settings.model_storage
    ends = cloud in CLOUDS and CLOUDS[cloud].model_access_ends
    if isinstance(storage, ManagedModelStorage) and storage.access_until is not None and not ends:
        yield (
            f"rasa:modelStorage.accessUntil is {storage.access_until!r}, and access to models has no end on "
            f"{cloud}; remove it with: {rm_command('rasa:modelStorage.accessUntil')}"
        )


def access_has_not_ended(today: date) -> Rule:
    """Rasa's access to the models must not be over already; `today` in UTC."""

    def rule(settings: Settings) -> Iterator[str]:
        storage = settings.model_storage
        until = storage.access_until if isinstance(storage, ManagedModelStorage) else None
        path = "rasa:modelStorage.accessUntil"
        if until is not None and not _is_day(until):
            yield f"{path} {until!r} is no day of the calendar; {set_with(path, '<year-month-day>')}"
        elif until is not None and until <= today.isoformat():
            yield (
                f"{path} {until!r} is not after today ({today}): Rasa could read no model; accepted: a "
                "later day; " + set_with(path, "<year-month-day>")
            )

    return rule


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _options(settings: Settings) -> Iterator[str]:
    """Options of a driver stand in endpoints.yml, which is a ConfigMap."""
    store = settings.tracker_store
    match store:
        case ExistingCustomTrackerStore():
            mend = "have it reissued, and give it in rasa:trackerStore.secrets instead"
        case ExistingMongoDb():
            mend = "have it reissued, and give the login in username and password"
        case _:
            return
    yield from (f"rasa:trackerStore.options: {problem}" for problem in plain_secrets(store.options, mend))
    port = store.options.get("port")
    if port is not None and (isinstance(port, bool) or not re.fullmatch(r"[0-9]{1,5}", str(port))):
        path = "rasa:trackerStore.options.port"
        yield f"{path} is no port; accepted: a number from 1 to 65535; {set_with(path, '<number>')}"


def _volume_for_several_nodes(settings: Settings) -> Iterator[str]:
    """The default StorageClass of most clusters makes volumes that one node alone can have."""
    models = settings.model_storage
    if not isinstance(models, InClusterStore) or settings.profile_of(models) != "production":
        return
    if models.storage_class is None:
        how = set_with("rasa:modelStorage.storageClass", "<class>")
        yield (
            "rasa:modelStorage.storageClass is missing: in profile production Rasa's pods run on several "
            "nodes and read one volume, so it needs a StorageClass whose volumes many nodes can have at once "
            "(ReadWriteMany: CephFS, NFS, efs-sc on EKS, azurefile-csi on AKS, standard-rwx on GKE); "
            f"{how}, or take a bucket (from managed or existing)"
        )


def _plain_text(key: str, field: str) -> Rule:
    """Production refuses conversations and passwords in plain text on a network."""

    def rule(settings: Settings) -> Iterator[str]:
        found = _not_encrypted(getattr(settings, field)) if settings.profile == "production" else None
        if found is not None:
            where, instead = found
            yield f"rasa:{key}{where}, which profile production refuses; accepted: {instead}"

    return rule


def _not_encrypted(block: object) -> tuple[str, str] | None:
    """Where a block gives up encryption, and what is accepted instead."""
    found: tuple[str, str] | None = None
    match block:
        case ExistingKafka(security=ExistingPlaintext()):
            found = ".security.type is plaintext", "sasl, mutual-tls or aws-iam"
        case ExistingPostgres(tls="disable"):
            found = ".tls is disable", "verify-full, verify-ca or require"
        case (
            ExistingMongoDb(tls=False)
            | ExistingRabbitMq(tls=False)
            | ExistingRedis(tls=False)
            | ExistingRedisCluster(tls=False)
            | ExistingRedisSentinel(tls=False)
        ):
            found = ".tls is false", "true"
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


def leaves_in_plain_text(url: str) -> bool:
    """Whether a URL is one of plain HTTP outside of the cluster; between its pods plain HTTP is usual."""
    parts = urlsplit(url)
    return parts.scheme == "http" and not in_cluster(parts.hostname or "")


def in_cluster(host: str) -> bool:
    """Whether a name is that of a Service of the cluster, in any spelling that nobody takes for another."""
    service = service_named(host, "")
    return service is not None and service.certain


_MADE_HERE = "a namespace that this stack would only make"


def _references(key: str, field: str) -> Rule:
    """A Secret or a volume that is named must exist, and so must the namespace that it is in."""

    def rule(settings: Settings) -> Iterator[str]:
        cluster, block = settings.cluster, getattr(settings, field)
        if isinstance(cluster, ExistingCluster) and cluster.has_namespace:
            return
        # Of a stack that is up, the namespace holds the data: `identity.py` refuses to hand it over.
        there = "on a stack that is not up yet, with a namespace that exists, " + set_with(
            "rasa:cluster.hasNamespace", "true"
        )
        if not isinstance(cluster, ExistingCluster):
            there = "use a cluster and a namespace that exist"
        for path, at in _secret_keys(block, f"rasa:{key}"):
            inline = set_with(path, "<value>", is_secret=True)
            what = f"the Secret {at.secret_name!r} in {_MADE_HERE}"
            yield f"{path} names {what}; give the value, {inline}; or {there}"
        if isinstance(block, ExistingVolume):
            yield f"rasa:{key}.claim names the PersistentVolumeClaim {block.claim!r} in {_MADE_HERE}; {there}"

    return rule


def _secret_keys(value: object, path: str) -> Iterator[tuple[str, SecretKey]]:
    if isinstance(value, SecretKey):
        yield path, value
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from _secret_keys(getattr(value, name), f"{path}.{field.alias}")
    elif isinstance(value, Mapping):
        for name, member in cast("Mapping[str, object]", value).items():
            yield from _secret_keys(member, f"{path}.{name}")


def _region(key: str, field: str) -> Rule:
    """What lies on AWS is in a region of AWS; a stack on another cloud has none to take."""

    def rule(settings: Settings) -> Iterator[str]:
        block = getattr(settings, field)
        if settings.cloud == "aws" or (settings.cloud == "none" and settings.region):
            return
        on_aws = block.security if isinstance(block, ExistingKafka) else block
        if isinstance(on_aws, ExistingS3 | ExistingDynamoDb | ExistingAwsIam) and on_aws.region is None:
            path = f"rasa:{key}.{'security.' if on_aws is not block else ''}region"
            yield f"{path} is missing, and the stack has no AWS region to take; {set_with(path, '<region>')}"

    return rule


RULES: Sequence[Rule] = (
    *(_managed(key, field) for key, field in STORES.items()),
    _tracker_store_kind,
    _login,
    _end_of_access,
    _options,
    _volume_for_several_nodes,
    *(_plain_text(key, field) for key, field in ENCRYPTED.items()),
    *(_references(key, field) for key, field in NAMES_SECRETS.items()),
    *(_region(key, field) for key, field in ON_AWS.items()),
)
