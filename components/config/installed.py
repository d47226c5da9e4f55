"""Which images and charts a stack uses, read off its settings: what a mirror must have.

`tests/stack/test_registry.py` compares it with what the stacks make.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from components.config import companions
from components.config.cluster import ExistingCluster
from components.config.ingress import CertManagerCertificate
from components.config.secrets_manager import InClusterVault
from components.config.settings import Settings
from components.config.sources import InClusterStore, Managed
from components.contract import images
from components.rasa.spec.versions import Image


def charts(settings: Settings) -> Iterator[images.Chart]:
    """Every chart, Rasa's first."""
    cluster, certificate = settings.cluster, settings.ingress.certificate
    running = cluster.operators if isinstance(cluster, ExistingCluster) else ()
    yield replace(images.RASA, **settings.assistant.chart.model_dump())
    if isinstance(settings.tracker_store, InClusterStore) and "cloudnative-pg" not in running:
        yield images.CLOUDNATIVE_PG
    if isinstance(settings.event_broker, InClusterStore) and "strimzi" not in running:
        yield images.STRIMZI
    if isinstance(settings.secrets_manager, InClusterVault):
        yield images.VAULT
    if settings.cloud == "azure" and settings.ingress.host is not None:
        yield images.ALB_CONTROLLER
        if isinstance(certificate, CertManagerCertificate) and certificate.issuer is None:
            yield images.CERT_MANAGER


def used_images(settings: Settings) -> Iterator[str]:
    """Every image, the stack's own first and then those that charts bring along."""
    cluster = settings.cluster
    flavor = cluster.flavor if isinstance(cluster, ExistingCluster) else "kubernetes"
    yield Image(**settings.assistant.image.model_dump()).name
    if isinstance(settings.lock_store, InClusterStore):
        yield images.VALKEY_IMAGE
    if isinstance(settings.lock_store, Managed) and settings.cloud == "gcp":
        yield images.HAPROXY_IMAGE
    if isinstance(settings.tracker_store, InClusterStore):
        yield images.POSTGRESQL_IMAGE
    if isinstance(settings.secrets_manager, InClusterVault):
        yield f"{images.VAULT_REPOSITORIES[flavor]}:{images.VAULT_TAGS[flavor]}"
    for server in (settings.nlg_server, settings.actions, settings.duckling):
        if isinstance(server, companions.OwnServer | companions.InClusterDuckling):
            yield server.image
    if isinstance(settings.analytics, companions.InClusterAnalytics):
        yield f"{settings.analytics.repository}:{settings.analytics.tag}"
    for chart in charts(settings):
        yield from chart.images
