"""By which identity of a cloud Rasa's pods log in, and where on their node they get it from.

In a cluster that the stack makes, the cloud's own component knows (`components/<cloud>/cluster_network.py`).
In one that exists the stack file tells it, whatever `rasa:cloud` is: by what Rasa logs in to, and by the
marks of its service account.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from components.config.cluster import ExistingCluster
from components.config.event_broker import ExistingAwsIam, ExistingKafka
from components.config.lock_store import ExistingRedis, ExistingRedisCluster
from components.config.model_storage import ExistingGcs, ExistingS3
from components.config.settings import Settings
from components.config.tracker_store import ExistingDynamoDb, ExistingPostgres
from components.contract.cluster import (
    AWS_ROLE_ANNOTATION,
    EKS_POD_IDENTITY,
    GKE_METADATA,
    GOOGLE_ACCOUNT_ANNOTATION,
    NodeLocalEndpoint,
)

BY_AWS, BY_GOOGLE = ("bedrock", "sagemaker"), ("vertex_ai", "vertex_ai_beta")
"""Providers of language models that log in by the pod's identity (LiteLLM documentation, "Providers")."""


def node_endpoints(settings: Settings, cluster: ExistingCluster) -> tuple[NodeLocalEndpoint, ...]:
    """Where Rasa's pods ask for their identity, besides HTTPS, which is open."""
    marks = cluster.service_account.annotations
    aws = (EKS_POD_IDENTITY,) if uses_aws_identity(settings) and AWS_ROLE_ANNOTATION not in marks else ()
    return (
        *aws,
        *(GKE_METADATA if GOOGLE_ACCOUNT_ANNOTATION in marks or _uses_google_identity(settings) else ()),
    )


def uses_aws_identity(settings: Settings) -> bool:
    """Whether something that exists is logged in to with boto3's default credentials."""
    broker, store, models = settings.event_broker, settings.tracker_store, settings.model_storage
    locks = settings.lock_store
    return (
        (isinstance(models, ExistingS3) and models.keys is None)
        or isinstance(store, ExistingDynamoDb)
        or (isinstance(store, ExistingPostgres) and store.aws_iam_region is not None)
        or (isinstance(locks, ExistingRedis | ExistingRedisCluster) and locks.aws_iam is not None)
        or (isinstance(broker, ExistingKafka) and isinstance(broker.security, ExistingAwsIam))
        or _records_to(settings, "s3")
        or _asks(settings, BY_AWS, key="aws_access_key_id")
    )


def _uses_google_identity(settings: Settings) -> bool:
    models = settings.model_storage
    return (
        (isinstance(models, ExistingGcs) and models.credentials is None)
        or _records_to(settings, "gcs")
        or _asks(settings, BY_GOOGLE, key="vertex_credentials")
    )


def _asks(settings: Settings, providers: Collection[str], *, key: str) -> bool:
    """Whether a language model of these providers is asked without a key of its own."""
    models = (model for _, model in language_models(settings))
    return any(model.get("provider") in providers and key not in model for model in models)


def language_models(settings: Settings) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each language model, by its place in the stack file."""
    for number, group in enumerate(settings.model_groups):
        for index, model in enumerate(group.models):
            yield f"rasa:modelGroups[{number}].models[{index}]", model


def _records_to(settings: Settings, provider: str) -> bool:
    recordings = settings.assistant.extra_endpoints.get("recordings")
    return isinstance(recordings, Mapping) and provider in recordings
