"""Which component supplies each dependency: the only `match` on a dependency's source.

Any mix: a dependency comes from the stack's cloud, from inside its cluster, or exists already, whatever the
others do. The settings have refused every gap before we get here (`support.py`), so the errors below are for
callers that build a platform without them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, assert_never

import pulumi_random as random
from pulumi import Output, ResourceOptions
from typing_extensions import TypeVar

from components.config import event_broker as existing_event_broker
from components.config import lock_store as existing_lock_store
from components.config import model_storage as existing_model_storage
from components.config import sources as s
from components.config import tracker_store as existing_tracker_store
from components.config.cluster import ExistingCluster, ManagedCluster
from components.config.first_model import first_model
from components.config.model_storage import ManagedModelStorage
from components.config.secrets_manager import ExistingVault, InClusterVault, NoSource, connect_vault
from components.config.settings import Settings
from components.config.sources import InClusterStore
from components.config.support import existing_cluster_gap, managed_gap
from components.config.tracker_store import InClusterTrackerStore, ManagedTrackerStore
from components.contract import connections as c
from components.contract import provider as p
from components.contract.cluster import VaultSeal
from components.contract.errors import NotSupported
from components.contract.provider import Dependencies
from components.contract.terms import Profile, TrackerStoreKind
from components.in_cluster.placement import Placement as InCluster
from components.kubernetes.access import ClusterAccess
from components.rasa.spec.versions import Image
from components.vault import args as v
from components.vault.vault import Vault, vault_content

Placement = TypeVar("Placement")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground(Generic[Placement]):
    """A cloud (or the cluster itself), and the place in it where it can make a dependency."""

    cloud: Dependencies[Placement]
    place: Placement
    opts: ResourceOptions


class Inside:
    """The cluster itself; nothing is made for it before the first dependency asks."""

    def __init__(self, access: ClusterAccess, cluster: ManagedCluster | ExistingCluster) -> None:
        self._access = access
        self._cluster = cluster

    def ground(self, block: InClusterStore) -> Ground[InCluster]:
        """Where one dependency goes, with the volumes that its block wants."""
        from components import in_cluster  # noqa: PLC0415 (its SDKs are for whoever uses it)

        running = self._cluster.operators if isinstance(self._cluster, ExistingCluster) else ()
        place = InCluster(
            access=self._access,
            storage_class=block.storage_class or self._cluster.storage_class or self._own_storage_class,
            snapshot_class=block.snapshot_class if isinstance(block, InClusterTrackerStore) else None,
            running=frozenset(running),
        )
        return Ground(cloud=in_cluster, place=place, opts=self._opts)

    @cached_property
    def _opts(self) -> ResourceOptions:
        import pulumi_tls as tls  # noqa: PLC0415

        own = (random.Provider("in-cluster-random"), tls.Provider("in-cluster-tls"))
        return ResourceOptions(providers=[self._access.provider, *own])

    @cached_property
    def _own_storage_class(self) -> Output[str] | None:
        from components.in_cluster.volumes import Volumes  # noqa: PLC0415

        provisioner = self._access.cluster.provisioner
        return None if provisioner is None else Volumes("volumes", provisioner, self._opts).storage_class


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
        case ManagedModelStorage() as block:
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

    def make(on: Ground[Place], block: s.Sized, kind: TrackerStoreKind) -> c.TrackerStore:
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
        case ManagedTrackerStore() as block:
            return make(_known(ground, settings, "trackerStore"), block, block.kind)
        case InClusterTrackerStore() as block:
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
    seal: Callable[[Profile], VaultSeal] | None,
) -> c.Vault | None:
    """Where Rasa reads the tracker store's password, if not in a Kubernetes Secret."""
    match settings.secrets_manager:
        case NoSource():
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
                image=Image(**settings.assistant.image.model_dump()).name,
                content=vault_content(store),
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
