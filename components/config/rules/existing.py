"""Rules for what exists already that span keys of the stack's config: one message per problem."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import cast
from urllib.parse import urlsplit

from pydantic import BaseModel

from components.config import support, zones
from components.config.cluster import ExistingCluster, ExistingNetwork
from components.config.companions import ExistingNlgServer
from components.config.event_broker import ExistingAwsIam, ExistingKafka, ExistingPlaintext, ExistingRabbitMq
from components.config.lock_store import AnyLockStore
from components.config.messages import set_with
from components.config.model import SecretKey, VaultKey
from components.config.model_storage import ExistingModelServer, ExistingS3, ExistingVolume
from components.config.tracker_store import ExistingDynamoDb, ExistingMongoDb, ExistingPostgres

AWS_IDS = {
    "id": (re.compile(r"^vpc-[0-9a-f]{8,17}$"), "a VPC id such as vpc-0123456789abcdef0"),
    "subnets": (re.compile(r"^subnet-[0-9a-f]{8,17}$"), "subnet ids such as subnet-0123456789abcdef0"),
    "clients": (re.compile(r"^sg-[0-9a-f]{8,17}$"), "a security group id such as sg-0123456789abcdef0"),
}
IDS: Mapping[str, Mapping[str, tuple[re.Pattern[str], str]]] = {"aws": AWS_IDS}
"""How a cloud's ids look."""


def _plaintext(key: str, profile: str, block: object) -> Iterator[str]:
    """Conversations and passwords in plain text on a network."""
    if profile != "production":
        return
    path = f"rasa:{key}"
    match block:
        case ExistingKafka(security=ExistingPlaintext()):
            where, instead = ".security.type is plaintext", "sasl, mutual-tls or aws-iam"
        case ExistingPostgres(tls="disable"):
            where, instead = ".tls is disable", "verify-full, verify-ca or require"
        case ExistingMongoDb(tls=False) | ExistingRabbitMq(tls=False):
            where, instead = ".tls is false", "true"
        case BaseModel() if isinstance(block, AnyLockStore) and not block.tls:
            where, instead = ".tls is false", "true"
        case ExistingS3(endpoint=str(url)) if _leaves_in_plain_text(url):
            where, instead = f".endpoint {url!r} is not encrypted", "an https:// URL"
        case ExistingModelServer(url=url) | ExistingNlgServer(url=url) if _leaves_in_plain_text(url):
            where, instead = f".url {url!r} is not encrypted", "an https:// URL, or a service of the cluster"
        case ExistingCluster() if block.server.startswith("http://"):
            where, instead = ".kubeconfig has a server that is not encrypted", "an https:// URL"
        case _:
            return
    yield f"{path}{where}, which profile production refuses; accepted: {instead}"


def _leaves_in_plain_text(url: str) -> bool:
    """Between pods of one cluster plain HTTP is usual; beyond it, it is not."""
    parts = urlsplit(url)
    return parts.scheme == "http" and not re.search(r"\.svc(\.cluster\.local)?$", parts.hostname or "")


def _references(key: str, cluster: object, block: object) -> Iterator[str]:
    """What is to be in the namespace already needs a namespace that is there already."""
    if isinstance(cluster, ExistingCluster) and cluster.has_namespace:
        return
    found = [(path, f"Secret {at.secret_name!r}") for path, at in _secret_keys(block, f"rasa:{key}")]
    if isinstance(block, ExistingVolume):
        found.append((f"rasa:{key}.claim", f"PersistentVolumeClaim {block.claim!r}"))
    for path, what in found:
        mend = set_with("rasa:cluster.hasNamespace", "true")
        if not isinstance(cluster, ExistingCluster):
            mend = f"use a cluster and a namespace that exist, or {set_with(path, '<value>', is_secret=True)}"
        yield f"{path} names the {what} in a namespace that this stack would only make; {mend}"


def _secret_keys(value: object, path: str) -> Iterator[tuple[str, SecretKey]]:
    if isinstance(value, SecretKey):
        yield path, value
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from _secret_keys(getattr(value, name), f"{path}.{field.alias}")
    elif isinstance(value, Mapping):
        for name, member in cast("Mapping[str, object]", value).items():
            yield from _secret_keys(member, f"{path}.{name}")


def _vault_keys(tracker_store: object, secrets_manager: object) -> Iterator[str]:
    password = getattr(tracker_store, "password", None)
    source = getattr(secrets_manager, "source", "none")
    if not isinstance(password, VaultKey):
        return
    if source == "none":
        yield (
            "rasa:trackerStore.password.vaultKey names a key in Vault, and rasa:secretsManager is none; "
            + set_with("rasa:secretsManager.from", "existing")
        )
    elif source == "in-cluster":
        yield (
            "rasa:trackerStore.password.vaultKey names a key in a Vault that this stack would only make; "
            "give the password, and the stack puts it there; "
            + set_with("rasa:trackerStore.password", "<value>", is_secret=True)
        )


def _regions(key: str, cloud: str, region: str, block: object) -> Iterator[str]:
    """What lies on AWS is in a region of AWS, which the stack's own may not be."""
    if cloud == "aws" or (cloud == "none" and region):
        return
    on_aws = block.security if isinstance(block, ExistingKafka) else block
    if isinstance(on_aws, ExistingS3 | ExistingDynamoDb | ExistingAwsIam) and on_aws.region is None:
        path = f"rasa:{key}.{'security.' if on_aws is not block else ''}region"
        yield f"{path} is missing, and the stack has no AWS region to take; {set_with(path, '<region>')}"


def _beside_a_cluster(
    cloud: str, profile: str, account: str | None, cluster: object, *dependencies: object
) -> Iterator[str]:
    """A cloud that manages stores beside a cluster which it did not make must be told where that is."""
    managed = [one for one in dependencies if getattr(one, "source", "") == "managed"]
    if not isinstance(cluster, ExistingCluster) or cloud == "none":
        return
    if cluster.network is None:
        if managed:
            yield (
                f"rasa:cluster.network is missing: {cloud} manages {len(managed)} of the dependencies and "
                f"must be told where the cluster is; {set_with('rasa:cluster.network.id', '<id>')}, and so "
                "clusterName, subnets and clients"
            )
        return
    if gap := support.existing_cluster_gap(cloud):
        yield str(gap)
        return
    if account is None:
        how = set_with("rasa:account", "<id>")
        yield f"rasa:account is missing: the grants beside an existing cluster name it; {how}"
    wanted = zones.zones_wanted(profile, managed) if managed else 0
    if len(set(cluster.network.subnets)) < wanted:
        yield (
            f"rasa:cluster.network.subnets names {len(set(cluster.network.subnets))} and the profile of the "
            f"managed dependencies needs {wanted}, each in a zone of its own"
        )
    yield from _ids(cloud, cluster.network)


def _ids(cloud: str, network: ExistingNetwork) -> Iterator[str]:
    given = {"id": (network.id,), "subnets": network.subnets, "clients": (network.clients,)}
    for key, (pattern, accepted) in IDS.get(cloud, {}).items():
        for value in given[key]:
            if not pattern.match(value):
                yield f"rasa:cluster.network.{key} {value!r} is none of {cloud}; accepted: {accepted}"


_KEYS = {
    "cluster": "cluster",
    "modelStorage": "model_storage",
    "lockStore": "lock_store",
    "trackerStore": "tracker_store",
    "eventBroker": "event_broker",
    "secretsManager": "secrets_manager",
    "nlgServer": "nlg_server",
    "actions": "actions",
    "analytics": "analytics",
    "tracing": "tracing",
    "metrics": "metrics",
    "llmKeys": "llm_keys",
}
"""Key in the stack file → field of the settings."""

Check = tuple[tuple[str, ...], Callable[..., Iterator[str]]]
CHECKS: Sequence[Check] = (
    *((("profile", field), partial(_plaintext, key)) for key, field in _KEYS.items()),
    *((("cluster", field), partial(_references, key)) for key, field in _KEYS.items()),
    *((("cloud", "region", field), partial(_regions, key)) for key, field in _KEYS.items()),
    (("tracker_store", "secrets_manager"), _vault_keys),
    (
        (
            "cloud",
            "profile",
            "account",
            "cluster",
            "model_storage",
            "lock_store",
            "tracker_store",
            "event_broker",
        ),
        _beside_a_cluster,
    ),
)
"""Fields that must be valid by themselves, and the check over them."""
