"""Which component supplies each dependency: the only `match` on the cloud and on a dependency's source.

Generic over the cloud's private Placement: it is carried from the foundation to the dependencies, unopened.
The settings have refused every gap before we get here (`support.py`), so the errors below are for callers
that build a platform without them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

import pulumi_random as random
from pulumi import Output, ResourceOptions
from typing_extensions import TypeVar

from components import contracts as c
from components import protocols as p
from components import sources as s
from components.errors import NotSupported
from components.settings import Settings, secret
from components.support import cloud_gap, source_gap

Placement = TypeVar("Placement")


@dataclass(frozen=True, kw_only=True, slots=True)
class Platform:
    """Everything that Rasa Pro stands on."""

    cluster: p.Kubernetes
    model_storage: c.ModelStorage
    lock_store: c.LockStore
    tracker_store: c.TrackerStore
    event_broker: c.EventBroker
    secrets_manager: c.Vault | None
    nlg_server: c.NlgServer | None


def build_platform(settings: Settings, tags: Mapping[str, str]) -> Platform:
    """Bring up what the settings choose; `tags` go onto every resource. Imports the chosen cloud only."""
    match settings.cloud:
        case "aws":
            # One cloud's SDK costs seconds to import, three cost a quarter of a minute.
            from components import aws  # noqa: PLC0415

            return _build(aws, settings, tags)
        case "azure":
            from components import azure  # noqa: PLC0415

            return _build(azure, settings, tags)
        case "gcp":
            from components import gcp  # noqa: PLC0415

            return _build(gcp, settings, tags)
        case "none":
            raise cloud_gap(settings.cloud) or NotSupported(
                settings.cloud, on="this release", because="nothing supplies it", instead="cloud aws"
            )
        case _:
            assert_never(settings.cloud)


def _build(cloud: p.Cloud[Placement], settings: Settings, tags: Mapping[str, str]) -> Platform:
    where = p.ProviderArgs(region=settings.region, account=settings.account, tags=tags)
    opts = ResourceOptions(providers=[cloud.Provider("cloud", where), random.Provider("random")])
    foundation = cloud.Foundation("foundation", _foundation_args(settings, tags), opts)
    place = foundation.placement
    return Platform(
        cluster=foundation.cluster,
        model_storage=_model_storage(cloud, place, settings, opts),
        lock_store=_lock_store(cloud, place, settings, opts),
        tracker_store=_tracker_store(cloud, place, settings, opts),
        event_broker=_event_broker(cloud, place, settings, opts),
        secrets_manager=_secrets_manager(settings),
        nlg_server=_nlg_server(settings),
    )


def _foundation_args(settings: Settings, tags: Mapping[str, str]) -> p.FoundationArgs:
    match settings.cluster:
        case s.ManagedCluster() as cluster:
            return p.FoundationArgs(
                profile=settings.profile_of(cluster),
                size=settings.size_of(cluster),
                deletion_protection=settings.protected,
                account=settings.account,
                region=settings.region,
                zones=settings.zones,
                cidr=settings.network.cidr,
                services_cidr=settings.network.services_cidr,
                pods_cidr=settings.network.pods_cidr,
                allowed_cidrs=cluster.allowed_cidrs,
                admins=cluster.admins,
                namespace=settings.namespace,
                alarm_target=settings.alarms.target,
                tags=tags,
            )
        case s.ExistingCluster():
            raise _no_source("cluster", "existing")
        case _:
            assert_never(settings.cluster)


def _model_storage(
    cloud: p.Cloud[Placement], place: Placement, settings: Settings, opts: ResourceOptions
) -> c.ModelStorage:
    match settings.model_storage:
        case s.ManagedModelStorage() as block:
            args = p.ModelStorageArgs(
                placement=place,
                profile=settings.profile_of(block),
                size=settings.size_of(block),
                deletion_protection=settings.protected,
                access_until=block.access_until,
            )
            return cloud.ModelStorage("model-storage", args, opts).connection
        case s.InCluster() | s.ExistingBucket():
            raise _no_source("modelStorage", settings.model_storage.source)
        case _:
            assert_never(settings.model_storage)


def _lock_store(
    cloud: p.Cloud[Placement], place: Placement, settings: Settings, opts: ResourceOptions
) -> c.LockStore:
    match settings.lock_store:
        case s.Managed() as block:
            args = p.LockStoreArgs(
                placement=place,
                profile=settings.profile_of(block),
                size=settings.size_of(block),
                deletion_protection=settings.protected,
            )
            return cloud.LockStore("lock-store", args, opts).connection
        case s.InCluster() | s.ExistingRedis():
            raise _no_source("lockStore", settings.lock_store.source)
        case _:
            assert_never(settings.lock_store)


def _tracker_store(
    cloud: p.Cloud[Placement], place: Placement, settings: Settings, opts: ResourceOptions
) -> c.TrackerStore:
    match settings.tracker_store:
        case s.ManagedTrackerStore() as block:
            args = p.TrackerStoreArgs(
                placement=place,
                profile=settings.profile_of(block),
                size=settings.size_of(block),
                deletion_protection=settings.protected,
                kind=block.kind,
            )
            return cloud.TrackerStore("tracker-store", args, opts).connection
        case s.InCluster() | s.ExistingTrackerStore():
            raise _no_source("trackerStore", settings.tracker_store.source)
        case _:
            assert_never(settings.tracker_store)


def _event_broker(
    cloud: p.Cloud[Placement], place: Placement, settings: Settings, opts: ResourceOptions
) -> c.EventBroker:
    match settings.event_broker:
        case s.Managed() as block:
            args = p.EventBrokerArgs(
                placement=place,
                profile=settings.profile_of(block),
                size=settings.size_of(block),
                deletion_protection=settings.protected,
                topics=c.Topics(
                    events=settings.topics.events,
                    analytics_dead_letter=settings.topics.analytics_dead_letter,
                ),
                renewal=settings.renewal,
            )
            return cloud.EventBroker("event-broker", args, opts).connection
        case s.InCluster() | s.ExistingKafka():
            raise _no_source("eventBroker", settings.event_broker.source)
        case _:
            assert_never(settings.event_broker)


def _secrets_manager(settings: Settings) -> c.Vault | None:
    match settings.secrets_manager:
        case s.NoSource():
            return None
        case s.InCluster() | s.ExistingVault():
            raise _no_source("secretsManager", settings.secrets_manager.source)
        case _:
            assert_never(settings.secrets_manager)


def _nlg_server(settings: Settings) -> c.NlgServer | None:
    match settings.nlg_server:
        case s.NoSource():
            return None
        case s.ExistingNlgServer() as block:
            token = None if block.token is None else secret(block.token)
            return c.NlgServer(url=Output.from_input(block.url), token=token)
        case s.InClusterNlgServer():
            raise _no_source("nlgServer", "in-cluster")
        case _:
            assert_never(settings.nlg_server)


def _no_source(dependency: str, source: str) -> Exception:
    return source_gap(dependency, source) or NotSupported(
        dependency, on=f"source {source}", because="nothing supplies it", instead="another source"
    )
