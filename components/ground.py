"""Where a dependency can be made: in the stack's cloud, or inside its cluster."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Generic

import pulumi_random as random
from pulumi import Output, ResourceOptions
from typing_extensions import TypeVar

from components.existing.foundation import ExistingCluster
from components.in_cluster.placement import Placement as InCluster
from components.kubernetes.cluster_access import ClusterAccess
from components.protocols import Dependencies
from components.sources import InClusterStore, InClusterTrackerStore, ManagedCluster

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
