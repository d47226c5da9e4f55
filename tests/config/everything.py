"""Stacks that are accepted and together use every key of the stack file, and the places that they have."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from components.config.load import parse
from components.config.settings import Settings
from tests.config.blocks import (
    CA,
    CLUSTER,
    EVENT_BROKERS,
    LOCK_STORES,
    MODEL_STORAGES,
    TRACKER_STORES,
    Block,
    existing,
    existing_stack,
)
from tests.config.pems import CERTIFICATE, PUBLIC_KEY
from tests.config.whole_blocks import (
    BESIDE,
    BESIDE_A_CLUSTER,
    COMMON,
    CUSTOM,
    IN_CLUSTER,
    MONGO,
    ON_AWS,
    ON_AZURE,
    ON_GOOGLE,
    POSTGRES,
    RABBIT,
    SECRET,
    SERVER,
    SIZED,
)
from tests.config.whole_networks import BESIDE_AKS, BESIDE_GKE, IN_A_NETWORK, IN_A_SHARED_VPC, IN_A_SPOKE
from tests.variants import PRIVACY

Place = tuple[str | int, ...]
"""Keys and positions in lists that lead to a value of a stack file."""
EVERY_KEY = frozenset(str(field.alias) for field in Settings.model_fields.values())


ELASTICACHE = {"replicationGroup": "locks", "region": "eu-central-1"}
UNCLASSED = {key: value for key, value in IN_CLUSTER.items() if key != "storageClass"}
"""Its volumes are of the cluster's class."""


def _changed(**keys: object) -> Block:
    return {**existing_stack(), **keys}


STACKS: Mapping[str, Block] = {
    "aws": ON_AWS,
    "azure": ON_AZURE,
    "gcp": {**ON_GOOGLE, "renewal": "2026-11"},
    "aws-in-cluster": {
        **ON_AWS,
        "cluster": {**ON_AWS["cluster"], "storageClass": "gp3", "operatorsAlsoWatch": ["bots"]},
        "modelStorage": UNCLASSED,
        "eventBroker": IN_CLUSTER,
    },
    "aws-beside": BESIDE_A_CLUSTER,
    "azure-beside": BESIDE_AKS,
    "gcp-beside": BESIDE_GKE,
    "aws-network": IN_A_NETWORK,
    "azure-network": IN_A_SPOKE,
    "gcp-network": IN_A_SHARED_VPC,
    "aws-mongodb": {
        **ON_AWS,
        "trackerStore": {**SIZED, "kind": "mongodb"},
        "analytics": {"from": "none"},
        "topics": {"anonymized": ["rasa-events-anonymized"]},
        "assistant": {**ON_AWS["assistant"], "extraEndpoints": {"privacy": PRIVACY}},
    },
    "none": _changed(
        **{key: value for key, value in COMMON.items() if key != "tags"}, **BESIDE, trackerStore=POSTGRES
    ),
    "s3": _changed(
        modelStorage=MODEL_STORAGES["s3-compatible"],
        lockStore={**LOCK_STORES["standard"], "mode": "standard", "database": 3, "prefix": "dev"},
        eventBroker={**EVENT_BROKERS["mutual-tls"], "kind": "kafka"},
        actions={"from": "module", "module": "actions"},
    ),
    "gcs": _changed(
        modelStorage={
            **MODEL_STORAGES["gcs"],
            "credentials": '{"type": "service_account", "private_key": "planted-gcs"}',
        },
        lockStore={**LOCK_STORES["cluster"], "prefix": "dev"},
        eventBroker=EVENT_BROKERS["aws-iam"],
        trackerStore=MONGO,
        secretsManager={"from": "existing", "address": "https://vault.example:8200", "token": SECRET},
    ),
    "azure-blob": _changed(
        modelStorage=MODEL_STORAGES["azure-blob"],
        lockStore={**LOCK_STORES["sentinel"], "database": 3, "prefix": "dev"},
        eventBroker=EVENT_BROKERS["plaintext"],
        trackerStore=TRACKER_STORES["mongodb-srv"],
        actions={
            **{key: value for key, value in SERVER.items() if key not in {"path", "health"}},
            "from": "in-cluster",
            "protocol": "grpc",
            "port": 5055,
        },
    ),
    "model-server": _changed(
        modelStorage={**MODEL_STORAGES["model-server"], "pullSeconds": 100, "ca": CA},
        eventBroker=RABBIT,
        trackerStore={**TRACKER_STORES["dynamodb"], "region": "eu-central-1"},
        secretsManager=existing(
            address="https://vault.example:8200",
            mount="secret",
            path="rasa-secrets",
            namespace="team",
            token="planted-vault",
            ca=CA,
        ),
    ),
    "volume": _changed(
        modelStorage=MODEL_STORAGES["volume"],
        lockStore=existing(host="locks.example", port=6379, username="rasa", awsIam=ELASTICACHE),
        trackerStore=CUSTOM,
        analytics={
            "from": "in-cluster",
            "database": {
                key: value
                for key, value in POSTGRES.items()
                if key not in {"administrator", "maxConnections"}
            },
        },
        llmKeys={"OPENAI_API_KEY": SECRET},
        assistant={
            "model": "assistant-1.0.0",
            "caBundle": SECRET,
            "files": {"/etc/company/a.json": SECRET, "/app/b.txt": {"configMapName": "words", "key": "b"}},
            "api": {"jwt": {"method": "RS256", "publicKey": SECRET}},
        },
    ),
    "vault": _changed(
        lockStore=existing(mode="cluster", nodes="locks.example:6379", username="rasa", awsIam=ELASTICACHE),
        trackerStore={
            **TRACKER_STORES["postgres-vault"],
            "schema": "assistant",
            "clientCertificate": {"certificate": CERTIFICATE, "key": "planted-client-key"},
        },
        assistant={
            "model": "assistant-1.0.0",
            "caBundle": {"configMapName": "trust", "key": "all.pem"},
            "api": {"token": SECRET, "jwt": {"method": "ES256", "publicKey": PUBLIC_KEY}},
        },
    ),
    "iam": _changed(
        assistant={"model": "assistant-1.0.0", "memory": "6Gi"},
        trackerStore=existing(host="db.example", awsIamRegion="eu-central-1", ca=CA),
        ingress={
            "host": "assistant.example.com",
            "certificate": {"from": "pem", "certificate": CERTIFICATE, "key": "planted-certificate-key"},
            "className": "haproxy",
            "controllerNamespace": "ingress",
        },
    ),
    "in-cluster": _changed(
        ingress={
            "host": "assistant.example.com",
            "gateway": {"name": "shared", "namespace": "gateways", "listener": "https"},
            "controllerNamespace": "envoy-gateway-system",
        },
        cluster={**CLUSTER, "hasNamespace": False, "storageClass": "fast", "operatorsAlsoWatch": ["bots"]},
        modelStorage=IN_CLUSTER,
        lockStore=UNCLASSED,
        trackerStore={**IN_CLUSTER, "profile": "production", "snapshotClass": "csi"},
        eventBroker=IN_CLUSTER,
        secretsManager={"from": "none"},
        nlgServer={"from": "none"},
    ),
}


def settings_of(raw: Mapping[str, object], *, stack: str = "aws-dev") -> Settings:
    """The settings, or `ConfigurationError`; every key came encrypted."""
    return parse(raw, secret_keys=EVERY_KEY, stack=stack)


def places(value: object, at: Place = ()) -> Iterator[Place]:
    """Every block, list and value of a stack file."""
    if at:
        yield at
    if isinstance(value, Mapping):
        for key, member in cast("Mapping[str, object]", value).items():
            yield from places(member, (*at, key))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index, member in enumerate(cast("Sequence[object]", value)):
            yield from places(member, (*at, index))


def at(raw: Mapping[str, Any], place: Place) -> object:
    """The value at a place."""
    value: Any = raw
    for step in place:
        value = value[step]
    return value


def replaced(raw: Mapping[str, Any], place: Place, value: object) -> dict[str, Any]:
    """The same stack with another value at one place."""
    changed = copy.deepcopy(dict(raw))
    *way, last = place
    block: Any = changed
    for step in way:
        block = block[step]
    block[last] = value
    return changed
