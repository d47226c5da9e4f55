"""What the components in this folder share: the cluster, and what of it their servers use."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi import Input, Output

from components.contract.terms import Operator
from components.kubernetes.access import ClusterAccess


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """Rasa's namespace in one cluster.

    Servers have the names of their components: a person who lists the namespace finds `tracker-store`, and
    the names that operators derive from it (Services, Secrets, certificates) are known before these exist.
    """

    access: ClusterAccess
    storage_class: str | Output[str] | None
    """None: the cluster's default one."""
    snapshot_class: str | None = None
    """VolumeSnapshotClass for backups; None: the cluster's default one."""
    running: frozenset[Operator] = frozenset()
    """Operators that the cluster has already, and that the stack must not install again."""
    also_watched: tuple[str, ...] = ()
    """Namespaces of other stacks that the operators watch, besides Rasa's."""

    @property
    def watched(self) -> tuple[Input[str], ...]:
        """All namespaces that an operator of the stack watches."""
        return (self.access.namespace, *self.also_watched)

    @property
    def domain(self) -> str:
        """What follows the name of a Service: certificates of operators carry it in this form."""
        return f"{self.access.cluster.namespace}.svc"

    @property
    def is_openshift(self) -> bool:
        """Whether the cluster assigns the users and groups of pods, and refuses pods that name their own."""
        return self.access.cluster.flavor == "openshift"
