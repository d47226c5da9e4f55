"""The files that Rasa's pod needs besides its two YAML files: certificates to trust, certificates to show.

Pure: connections → file name → content, and the path where each will lie. Authorities are public and go into
a ConfigMap; a client's certificate and key go into a Secret together, since they change together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from components.contract.companions import ActionServer
from components.contract.connections import (
    S3,
    AzureBlob,
    CustomTrackerStore,
    DynamoDb,
    EventBroker,
    Gcs,
    Kafka,
    ModelServer,
    ModelStorage,
    MongoDb,
    MutualTls,
    Plaintext,
    Postgres,
    RabbitMq,
    TrackerStore,
    Volume,
)
from components.contract.secrets import FileContent
from components.rasa.args import Connections
from components.rasa.spec.pod_files import (
    CLIENT_CERTIFICATE,
    CLIENT_KEY,
    GOOGLE_CREDENTIALS,
    Role,
    authority_file,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Files:
    """File name → content."""

    authorities: Mapping[str, FileContent]
    """PEM bundles, mounted at `AUTHORITIES`."""
    client: Mapping[str, FileContent]
    """What Rasa shows to a server (certificate, key), mounted at `CLIENT`."""


def files(connections: Connections) -> Files:
    """Collect what the connections bring along."""
    authorities = {authority_file(role): ca for role, ca in _authorities(connections)}
    broker = connections.event_broker
    client: dict[str, FileContent] = {}
    if isinstance(broker, Kafka) and isinstance(broker.security, MutualTls):
        client |= {CLIENT_CERTIFICATE: broker.security.certificate, CLIENT_KEY: broker.security.key}
    models = connections.model_storage
    if isinstance(models, Gcs) and models.credentials is not None:
        client[GOOGLE_CREDENTIALS] = models.credentials
    return Files(authorities=authorities, client=client)


def event_broker_authority(broker: EventBroker) -> FileContent | None:
    """The bundle that signed the brokers' certificates."""
    match broker:
        case RabbitMq(ca=ca):
            return ca
        case Kafka(security=security):
            return None if isinstance(security, Plaintext) else security.ca
        case _:
            assert_never(broker)


def _authorities(connections: Connections) -> Iterator[tuple[Role, FileContent]]:
    redis = connections.lock_store
    vault, nlg, beside = connections.secrets_manager, connections.nlg, connections.companions
    found: dict[Role, FileContent | None] = {
        "model-storage": _model_storage_authority(connections.model_storage),
        # A side-car verifies the server by files of its own; Rasa talks to it on loopback.
        "lock-store": redis.ca if redis.tls and redis.side_car is None else None,
        "tracker-store": _tracker_store_authority(connections.tracker_store),
        "event-broker": event_broker_authority(connections.event_broker),
        "secrets-manager": vault.ca if vault else None,
        "nlg": nlg.ca if nlg else None,
        "actions": beside.actions.ca if isinstance(beside.actions, ActionServer) else None,
        "tracing": beside.tracing.ca if beside.tracing else None,
        "metrics": beside.metrics.ca if beside.metrics else None,
    }
    for role, ca in found.items():
        if ca is not None:
            yield role, ca


def _model_storage_authority(storage: ModelStorage) -> FileContent | None:
    match storage:
        case ModelServer(ca=ca) | S3(ca=ca):
            return ca
        case AzureBlob() | Gcs() | Volume():
            return None
        case _:
            assert_never(storage)


def _tracker_store_authority(store: TrackerStore) -> FileContent | None:
    match store:
        case Postgres(ca=ca) | MongoDb(ca=ca):
            return ca
        case DynamoDb() | CustomTrackerStore():
            return None
        case _:
            assert_never(store)
