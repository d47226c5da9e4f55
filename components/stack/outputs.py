"""What a stack tells: people, the assistant's pipeline, and other stacks (`pulumi stack output`).

Nothing here is secret but the kubeconfig; what is made of something secret stays so by itself. A value that a
stack does not know (the network around a cluster that exists, say) is left out instead of being empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_never

from pulumi import Output, export

from components.config.settings import Settings
from components.contract import connections as c
from components.rasa.assistant import Assistant
from components.stack.platform import Platform
from components.stack.readme import readme

Told = dict[str, Any]
"""Outputs and plain values, by their camelCase names, as `pulumi stack output --json` prints them."""

MEANINGS: Mapping[str, str] = {
    "kubeconfig": "secret: how `kubectl` logs in to the cluster",
    "endpoints": "`endpoints.yml` as Rasa Pro reads it",
    "url": "Rasa's address: from outside, or inside the cluster where `ingress.host` is not set",
    "namespace": "the Kubernetes namespace of everything",
    "profile": "`dev` or `production`, as the stack is up: CI's guard of the data stores goes by it",
    "protected": "whether data stores refuse to be deleted",
    "model": "name of the model that is served",
    "modelSha256": "SHA-256 of that model's file, where a release or `assistant.upload` said it",
    "modelStorage": "where models are uploaded, as one URL (`.venv/bin/python -m ci.assistant` takes it)",
    "models": "the same in parts: `bucket`; `account` and `container` (Azure); `url` (model server);"
    " `claim` (volume)",
    "network": "`id` of the VPC, virtual network or VPC network, and its `subnets` by what is in them",
    "cluster": "`name` of the cluster in its cloud, and `oidcIssuer`, which other clouds can trust",
    "lockStore": "Redis: `host`, `port`, `tls`; `endpoints` of a cluster or of Sentinels",
    "trackerStore": "`kind`, and `host`, `port`, `database` (PostgreSQL); `table`, `region` (DynamoDB);"
    " `hosts`, `database` (MongoDB); `class` (one's own)",
    "eventBroker": "`kind`, and `bootstrap`, `topics` (Kafka); `host`, `port`, `exchange` (RabbitMQ)",
    "vault": "`address`, `mount` and `path` of what Rasa reads in Vault",
    "rasaIdentity": "whom to grant what else Rasa needs: `roleArn` (AWS); `clientId`, `principalId`,"
    " `tenantId` (Azure); `serviceAccount` (Google Cloud)",
    "alarmTarget": "who is told: SNS topic, action group or notification channel (`alarms.target`)",
    "readme": "all this with the commands that use it, as Markdown; Pulumi Cloud shows it",
}
"""Each output and what it is: the table of docs/outputs.md."""


def export_outputs(
    settings: Settings, platform: Platform, assistant: Assistant, url: Output[str], *, stack: str
) -> None:
    """Export what a stack tells."""
    for name, value in _outputs(settings, platform, assistant, url, stack).items():
        export(name, value)


def _outputs(
    settings: Settings, platform: Platform, assistant: Assistant, url: Output[str], stack: str
) -> Told:
    facts = platform.facts
    told: Told = {
        "kubeconfig": platform.access.cluster.kubeconfig,
        "endpoints": assistant.endpoints_yaml,
        "url": url,
        "namespace": settings.namespace,
        "profile": settings.profile,
        "protected": settings.protected,
        "model": settings.assistant.model,
        "modelSha256": assistant.model_sha256 or None,
        "modelStorage": _model_storage_url(platform.model_storage),
        "models": _models(platform.model_storage),
        "network": facts and {"id": facts.network_id, "subnets": _lists(facts.subnet_ids)},
        "cluster": facts and _known({"name": facts.cluster_name, "oidcIssuer": facts.oidc_issuer}),
        "lockStore": _lock_store(platform.lock_store),
        "trackerStore": _tracker_store(platform.tracker_store),
        "eventBroker": _event_broker(platform.event_broker),
        "vault": _vault(platform.secrets_manager),
        "rasaIdentity": facts and dict(facts.rasa),
        "alarmTarget": settings.alarms.target,
    }
    known = _known(told)
    shown = {name: value for name, value in known.items() if name not in {"kubeconfig", "endpoints"}}
    outside = settings.ingress.host is not None
    known["readme"] = readme(
        shown,
        stack=stack,
        storage=platform.model_storage,
        service=assistant.service,
        outside=outside,
        protected=settings.protected,
    )
    return known


def _known(told: Mapping[str, Any]) -> Told:
    return {name: value for name, value in told.items() if value is not None}


def _lists(subnets: Mapping[str, Any]) -> Told:
    return {name: list(ids) for name, ids in subnets.items()}


def _model_storage_url(storage: c.ModelStorage) -> Output[str]:
    match storage:
        case c.S3():
            return Output.concat("s3://", storage.bucket)
        case c.Gcs():
            return Output.concat("gs://", storage.bucket)
        case c.AzureBlob():
            return Output.concat("azblob://", storage.account, "/", storage.container)
        case c.ModelServer():
            return storage.url
        case c.Volume():
            return Output.concat("volume://", storage.claim)
        case _:
            assert_never(storage)


def _models(storage: c.ModelStorage) -> Told:
    match storage:
        case c.S3():
            return _known({"bucket": storage.bucket, "endpoint": storage.endpoint})
        case c.Gcs():
            return {"bucket": storage.bucket}
        case c.AzureBlob():
            return {"account": storage.account, "container": storage.container}
        case c.ModelServer():
            return {"url": storage.url}
        case c.Volume():
            return {"claim": storage.claim}
        case _:
            assert_never(storage)


def _lock_store(store: c.LockStore) -> Told:
    told: Told = {"host": store.host, "port": store.port, "tls": store.tls}
    return {**told, "endpoints": list(store.endpoints)} if store.endpoints else told


def _tracker_store(store: c.TrackerStore) -> Told:
    match store:
        case c.Postgres():
            return {
                "kind": "postgres",
                "host": store.host,
                "port": store.port,
                "database": store.database,
            }
        case c.DynamoDb():
            return {"kind": "dynamodb", "table": store.table, "region": store.region}
        case c.MongoDb():
            return {"kind": "mongodb", "hosts": store.hosts, "database": store.database}
        case c.CustomTrackerStore():
            return {"kind": "custom", "class": store.class_path}
        case _:
            assert_never(store)


def _event_broker(broker: c.EventBroker) -> Told:
    match broker:
        case c.Kafka():
            topics = {
                "events": broker.topics.events,
                "analyticsDeadLetter": broker.topics.analytics_dead_letter,
                **({"anonymized": list(broker.topics.anonymized)} if broker.topics.anonymized else {}),
            }
            return {"kind": "kafka", "bootstrap": broker.bootstrap, "topics": topics}
        case c.RabbitMq():
            return {
                "kind": "rabbitmq",
                "host": broker.host,
                "port": broker.port,
                "exchange": broker.exchange,
            }
        case _:
            assert_never(broker)


def _vault(vault: c.Vault | None) -> Told | None:
    if vault is None:
        return None
    return _known(
        {"address": vault.address, "namespace": vault.namespace, "mount": vault.mount, "path": vault.path}
    )
