"""What the components in this folder share: the cluster, and what of it their servers use."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi import Output

from components.contract.terms import Operator
from components.kubernetes.access import ClusterAccess


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """Rasa's namespace in one cluster.

    Servers have the names of their components: whoever looks into the namespace finds `tracker-store`, and
    what operators derive from a name (Services, Secrets, certificates) is known before it is there.
    """

    access: ClusterAccess
    storage_class: str | Output[str] | None
    """None: the cluster's default one."""
    snapshot_class: str | None = None
    """VolumeSnapshotClass for backups; None: the cluster's default one."""
    running: frozenset[Operator] = frozenset()
    """Operators that are in the cluster already, and that nobody here may install again."""

    @property
    def domain(self) -> str:
        """What follows the name of a Service: certificates of operators carry it in this form."""
        return f"{self.access.cluster.namespace}.svc"

    @property
    def is_openshift(self) -> bool:
        """Whether the cluster gives out users and groups of pods itself, and refuses those that ask."""
        return self.access.cluster.flavor == "openshift"
