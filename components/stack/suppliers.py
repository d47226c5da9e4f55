"""Who supplies a dependency: the stack's cloud, or operators in its cluster.

A supplier keeps the placement that its components share to itself, so its callers need not know which it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Generic, Protocol, TypedDict

import pulumi_random as random
from pulumi import Output, ResourceOptions
from typing_extensions import TypeVar

from components.config.cluster import ExistingCluster, ManagedCluster
from components.config.sources import InClusterStore, Managed
from components.config.tracker_store import InClusterTrackerStore
from components.contract import connections as c
from components.contract import provider as p
from components.contract.terms import Profile, Size, TrackerStoreKind, TrackerStoreLogin
from components.contract.topics import Topics
from components.in_cluster.placement import Placement as ClusterPlacement
from components.kubernetes.access import ClusterAccess

Placement = TypeVar("Placement")


class Sizing(TypedDict):
    """What every dependency is told of its size."""

    profile: Profile
    size: Size
    deletion_protection: bool


class Supplier(Protocol):
    """Makes dependencies in its own placement."""

    def model_storage(
        self, sizing: Sizing, first_model: p.FirstModel | None, access_until: str | None
    ) -> c.ModelStorage: ...
    def lock_store(self, sizing: Sizing) -> c.LockStore: ...
    def tracker_store(
        self, sizing: Sizing, kind: TrackerStoreKind, login: TrackerStoreLogin, rotation: str
    ) -> c.TrackerStore: ...
    def event_broker(
        self, sizing: Sizing, topics: Topics, *, analytics: bool, renewal: str
    ) -> c.EventBroker: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class PackageSupplier(Generic[Placement]):
    """A provider's package, the placement that its components share, and their resource options."""

    package: p.Dependencies[Placement]
    placement: Placement
    options: ResourceOptions

    def model_storage(
        self, sizing: Sizing, first_model: p.FirstModel | None, access_until: str | None
    ) -> c.ModelStorage:
        """Where trained models lie."""
        args = p.ModelStorageArgs(
            placement=self.placement, first_model=first_model, access_until=access_until, **sizing
        )
        return self.package.ModelStorage("model-storage", args, self.options).connection

    def lock_store(self, sizing: Sizing) -> c.LockStore:
        """Redis for locks and timers."""
        args = p.LockStoreArgs(placement=self.placement, **sizing)
        return self.package.LockStore("lock-store", args, self.options).connection

    def tracker_store(
        self, sizing: Sizing, kind: TrackerStoreKind, login: TrackerStoreLogin, rotation: str
    ) -> c.TrackerStore:
        """The database of conversations."""
        args = p.TrackerStoreArgs(
            placement=self.placement, kind=kind, login=login, rotation=rotation, **sizing
        )
        return self.package.TrackerStore("tracker-store", args, self.options).connection

    def event_broker(self, sizing: Sizing, topics: Topics, *, analytics: bool, renewal: str) -> c.EventBroker:
        """Kafka for conversation events."""
        args = p.EventBrokerArgs(
            placement=self.placement, topics=topics, analytics=analytics, renewal=renewal, **sizing
        )
        return self.package.EventBroker("event-broker", args, self.options).connection


class Suppliers:
    """The stack's cloud, if it has one, and its cluster.

    Providers and StorageClass of what runs in the cluster are made when the first block asks for them.
    """

    def __init__(
        self, cloud: Supplier | None, access: ClusterAccess, cluster: ManagedCluster | ExistingCluster
    ) -> None:
        self._cloud = cloud
        self._access = access
        self._cluster = cluster

    def of(self, block: Managed | InClusterStore) -> Supplier:
        """The supplier of one dependency."""
        if isinstance(block, Managed):
            assert self._cloud is not None, (
                "the settings refuse `managed` without a cloud (config/support.py)"
            )
            return self._cloud
        return self._in_cluster(block)

    def _in_cluster(self, block: InClusterStore) -> Supplier:
        from components import in_cluster  # noqa: PLC0415 (its SDKs are for stacks that use it)

        running = self._cluster.operators if isinstance(self._cluster, ExistingCluster) else ()
        placement = ClusterPlacement(
            access=self._access,
            storage_class=block.storage_class or self._cluster.storage_class or self._own_storage_class,
            snapshot_class=block.snapshot_class if isinstance(block, InClusterTrackerStore) else None,
            running=frozenset(running),
            also_watched=self._cluster.operators_also_watch,
        )
        return PackageSupplier(package=in_cluster, placement=placement, options=self._options)

    @cached_property
    def _options(self) -> ResourceOptions:
        import pulumi_tls as tls  # noqa: PLC0415

        own = (random.Provider("in-cluster-random"), tls.Provider("in-cluster-tls"))
        return ResourceOptions(providers=[self._access.provider, *own])

    @cached_property
    def _own_storage_class(self) -> Output[str] | None:
        from components.in_cluster.volumes import Volumes  # noqa: PLC0415

        provisioner = self._access.cluster.provisioner
        return None if provisioner is None else Volumes("volumes", provisioner, self._options).storage_class
