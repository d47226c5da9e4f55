"""Which component supplies each dependency: the only `match` on a dependency's source.

Any mix: a dependency comes from the stack's cloud, from inside its cluster, or exists already, whatever the
others do. The settings have refused every gap before we get here (`support.py`), so the errors below are for
callers that build a platform without them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from typing_extensions import TypeVar

from components import contracts as c
from components import protocols as p
from components import sources as s
from components.errors import NotSupported
from components.existing import event_broker as existing_event_broker
from components.existing import lock_store as existing_lock_store
from components.existing import model_storage as existing_model_storage
from components.existing import tracker_store as existing_tracker_store
from components.existing.secrets_manager import ExistingVault, connect_vault
from components.first_model import first_model
from components.ground import Ground, Inside
from components.kubernetes.cluster_access import ClusterAccess
from components.rasa.args import Image
from components.settings import Settings
from components.support import existing_cluster_gap, managed_gap
from components.vault import args as v
from components.vault.options import InClusterVault
from components.vault.vault import Vault, content_of

Placement = TypeVar("Placement")
Place = TypeVar("Place")


def model_storage(ground: Ground[Placement] | None, inside: Inside, settings: Settings) -> c.ModelStorage:
    """Where trained models lie."""
    first = first_model(settings.assistant, settings.model_storage, settings.namespace)

    def make(on: Ground[Place], block: s.Sized, access_until: str | None = None) -> c.ModelStorage:
        args = p.ModelStorageArgs(
            placement=on.place,
            profile=settings.profile_of(block),
            size=settings.size_of(block),
            deletion_protection=settings.protected,
            access_until=access_until,
            first_model=first,
        )
        return on.cloud.ModelStorage("model-storage", args, on.opts).connection

    match settings.model_storage:
        case s.ManagedModelStorage() as block:
            return make(_known(ground, settings, "modelStorage"), block, block.access_until)
        case s.InClusterStore() as block:
            return make(inside.ground(block), block)
        case _ as block:
            return existing_model_storage.connect_model_storage(block, region=settings.region)


def lock_store(ground: Ground[Placement] | None, inside: Inside, settings: Settings) -> c.LockStore:
    """Redis for locks and timers."""

    def make(on: Ground[Place], block: s.Sized) -> c.LockStore:
        args = p.LockStoreArgs(
            placement=on.place,
            profile=settings.profile_of(block),
            size=settings.size_of(block),
            deletion_protection=settings.protected,
        )
        return on.cloud.LockStore("lock-store", args, on.opts).connection

    match settings.lock_store:
        case s.Managed() as block:
            return make(_known(ground, settings, "lockStore"), block)
        case s.InClusterStore() as block:
            return make(inside.ground(block), block)
        case _ as block:
            return existing_lock_store.connect_lock_store(block)


def tracker_store(ground: Ground[Placement] | None, inside: Inside, settings: Settings) -> c.TrackerStore:
    """The database of conversations."""
    vault = settings.secrets_manager

    def make(on: Ground[Place], block: s.Sized, kind: p.TrackerStoreKind) -> c.TrackerStore:
        args = p.TrackerStoreArgs(
            placement=on.place,
            profile=settings.profile_of(block),
            size=settings.size_of(block),
            deletion_protection=settings.protected,
            kind=kind,
            rotation=vault.rotation if isinstance(vault, InClusterVault) else "0",
        )
        return on.cloud.TrackerStore("tracker-store", args, on.opts).connection

    match settings.tracker_store:
        case s.ManagedTrackerStore() as block:
            return make(_known(ground, settings, "trackerStore"), block, block.kind)
        case s.InClusterTrackerStore() as block:
            return make(inside.ground(block), block, "postgres")
        case _ as block:
            return existing_tracker_store.connect_tracker_store(block, region=settings.region)


def event_broker(ground: Ground[Placement] | None, inside: Inside, settings: Settings) -> c.EventBroker:
    """Kafka or RabbitMQ for conversation events."""
    topics = c.Topics(
        events=settings.topics.events, analytics_dead_letter=settings.topics.analytics_dead_letter
    )

    def make(on: Ground[Place], block: s.Sized) -> c.EventBroker:
        args = p.EventBrokerArgs(
            placement=on.place,
            profile=settings.profile_of(block),
            size=settings.size_of(block),
            deletion_protection=settings.protected,
            topics=topics,
            renewal=settings.renewal,
            analytics=settings.analytics.source != "none",
        )
        return on.cloud.EventBroker("event-broker", args, on.opts).connection

    match settings.event_broker:
        case s.Managed() as block:
            return make(_known(ground, settings, "eventBroker"), block)
        case s.InClusterStore() as block:
            return make(inside.ground(block), block)
        case _ as block:
            return existing_event_broker.connect_event_broker(block, topics=topics, region=settings.region)


def secrets_manager(
    settings: Settings,
    access: ClusterAccess,
    store: c.TrackerStore,
    seal: Callable[[p.Profile], p.VaultSeal] | None,
) -> c.Vault | None:
    """Where Rasa reads the tracker store's password, if not in a Kubernetes Secret."""
    match settings.secrets_manager:
        case s.NoSource():
            return None
        case ExistingVault() as block:
            return connect_vault(block)
        case InClusterVault() as block:
            profile = block.profile or settings.profile
            args = v.VaultArgs(
                access=access,
                profile=profile,
                deletion_protection=settings.protected,
                seal=None if seal is None else seal(profile),
                image=Image(**settings.assistant.image.model_dump()),
                content=content_of(store),
                rotation=block.rotation,
                renewal=settings.renewal,
            )
            return Vault("vault", args).connection
        case _:
            assert_never(settings.secrets_manager)


def _known(ground: Ground[Placement] | None, settings: Settings, dependency: str) -> Ground[Placement]:
    if ground is None:
        raise no_ground(settings, dependency)
    return ground


def no_ground(settings: Settings, what: str) -> Exception:
    """No cloud to make it in, or none that can beside this cluster."""
    gap = managed_gap(settings.cloud, what) or existing_cluster_gap(settings.cloud)
    return gap or NotSupported(
        what, on="an existing cluster", because="nobody said where it is", instead="rasa:cluster.network"
    )
