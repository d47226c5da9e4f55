"""What a cluster's pods find around them: facts of the cloud that runs it, which network policies must know.

Pure data: the cloud that makes a cluster says it, and nothing else reads the cloud's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalService:
    """An agent on the pod's own node that answers at a fixed address."""

    cidr: str
    ports: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterSetting:
    """A ConfigMap by which a cluster is told to do what it could do and does not by itself."""

    name: str
    namespace: str
    data: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """Addresses that are the cloud's, not the operator's."""

    identity: tuple[LocalService, ...] = ()
    """Where a pod gets its cloud identity from; empty where that is an HTTPS API like any other."""
    dns: tuple[str, ...] = ()
    """Addresses of the cluster's DNS, where it does not run as pods (or the plug-in looks at addresses)."""
    stores_cidr: str | None = None
    """Where the data stores that the cloud manages have their addresses; None: nobody said."""
    public_balancers: tuple[str, ...] = ()
    """Where the requests of a load balancer for the internet come from."""
    internal_balancers: tuple[str, ...] = ()
    """The same of one for the network alone."""
    settings: tuple[ClusterSetting, ...] = ()


# EKS user guide, "Learn how EKS Pod Identity grants pods access to AWS services", considerations.
EKS_POD_IDENTITY = LocalService(cidr="169.254.170.23/32", ports=(80,))
# GKE documentation, "Control communication between Pods and Services using network policies", network policy
# and Workload Identity Federation: the first with Dataplane V2, the second with Calico.
GKE_METADATA = (
    LocalService(cidr="169.254.169.254/32", ports=(80, 8080)),
    LocalService(cidr="169.254.169.252/32", ports=(987, 988)),
)
