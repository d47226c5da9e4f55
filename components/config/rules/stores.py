"""Rules for the data stores: whether they are to be had, encryption, Secrets that are named, regions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import cast

from pydantic import BaseModel

from components.config import pod_files, support
from components.config.ca_bundle import ConfigMapKey
from components.config.clouds import CLOUDS
from components.config.cluster import ExistingCluster
from components.config.event_broker import ExistingAwsIam, ExistingKafka
from components.config.messages import child, rm_command, set_with
from components.config.model import SecretKey
from components.config.model_storage import (
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
    ManagedTrackerStore,
)
from components.rasa.spec.endpoint_rules import plain_secrets

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
    "assistant": "assistant",
    "license": "license",
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
            mend = "have it reissued, and " + set_with(
                "rasa:trackerStore.secrets.<key>", "<value>", is_secret=True
            )
        case ExistingMongoDb():
            mend = "have it reissued; the login is " + set_with(
                "rasa:trackerStore.password", "<value>", is_secret=True
            )
        case _:
            return
    yield from (f"rasa:trackerStore.options.{problem}" for problem in plain_secrets(store.options, mend))
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
        for path, at in _named(block, f"rasa:{key}"):
            inline = f"give the value, {set_with(path, '<value>', is_secret=isinstance(at, SecretKey))}"
            if path.startswith(f"{pod_files.KEY}["):
                file = set_with(path, "<path from the project on>")
                inline = f"name a file of the project, which all may read who read its ConfigMap, {file}"
                if isinstance(at, SecretKey):
                    inline = f"give the text of the file with: {pod_files.as_secret(path, '<file>')}"
            yield f"{path} names {_title(at)} in {_MADE_HERE}; {inline}; or {there}"
        if isinstance(block, ExistingVolume):
            yield f"rasa:{key}.claim names the PersistentVolumeClaim {block.claim!r} in {_MADE_HERE}; {there}"

    return rule


def _title(at: SecretKey | ConfigMapKey) -> str:
    if isinstance(at, SecretKey):
        return f"the Secret {at.secret_name!r}"
    return f"the ConfigMap {at.config_map_name!r}"


def _named(value: object, path: str) -> Iterator[tuple[str, SecretKey | ConfigMapKey]]:
    if isinstance(value, SecretKey | ConfigMapKey):
        yield path, value
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from _named(getattr(value, name), f"{path}.{field.alias}")
    elif isinstance(value, Mapping):
        for name, member in cast("Mapping[str, object]", value).items():
            yield from _named(member, child(path, name))


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
    *(_references(key, field) for key, field in NAMES_SECRETS.items()),
    *(_region(key, field) for key, field in ON_AWS.items()),
)
