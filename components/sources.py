"""The choices of one dependency in the stack's config: where it comes from, and what that source asks for.

Peers: `managed` (the cloud runs it), `in-cluster` (an operator runs it in Kubernetes), `existing` (it runs
already, elsewhere). `from` says which; a block without `from` is managed. What an existing dependency asks
for stands with the connection that it becomes, in `components/existing/`; what stands beside Rasa Pro (NLG
server, action server, …) in `companions_options.py`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from components.config_model import OBJECT_NAME, Model, choice, chosen_by
from components.existing.event_broker import ExistingEventBroker
from components.existing.foundation import ExistingCluster
from components.existing.lock_store import ExistingLockStore
from components.existing.model_storage import ExistingModelStorage
from components.existing.secrets_manager import ExistingVault
from components.existing.tracker_store import ExistingTrackerStore
from components.protocols import Profile, Size, TrackerStoreKind
from components.vault.options import InClusterVault


class Managed(Model):
    """The cloud of the stack runs it."""

    source: Literal["managed"] = Field(default="managed", alias="from")
    size: Size | None = None
    """small, medium or large; by default small in dev and medium in production."""
    profile: Profile | None = None
    """dev or production for this dependency alone; by default the stack's."""


class InClusterStore(Model):
    """A data store that runs in the stack's Kubernetes cluster, with a volume."""

    source: Literal["in-cluster"] = Field(alias="from")
    size: Size | None = None
    """small, medium or large; by default small in dev and medium in production."""
    profile: Profile | None = None
    """dev or production for this dependency alone; by default the stack's."""
    storage_class: str | None = Field(default=None, pattern=OBJECT_NAME)
    """StorageClass of its volumes; by default the one of cluster.storageClass."""


class InClusterTrackerStore(InClusterStore):
    """PostgreSQL in the cluster."""

    snapshot_class: str | None = Field(default=None, pattern=OBJECT_NAME)
    """VolumeSnapshotClass of the nightly backups in production; by default the cluster's own default."""


class NoSource(Model):
    """It is not used."""

    source: Literal["none"] = Field(default="none", alias="from")


class ManagedModelStorage(Managed):
    """A bucket of the stack's cloud."""

    access_until: str | None = Field(default=None, pattern=r"^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")
    """Azure: the day on which Rasa's SAS ends; by default two years after the key that signs it was made."""


class ManagedTrackerStore(Managed):
    """A database that the cloud runs."""

    kind: TrackerStoreKind = "postgres"
    """postgres, dynamodb (AWS) or mongodb (AWS, Azure)."""


class ManagedCluster(Model):
    """A cluster that the cloud runs."""

    source: Literal["managed"] = Field(default="managed", alias="from")
    size: Size | None = None
    """small, medium or large; by default small in dev and medium in production."""
    profile: Profile | None = None
    """dev or production for the cluster alone; by default the stack's."""
    allowed_cidrs: tuple[str, ...] = ()
    """Who reaches the Kubernetes API from outside the network, as CIDR ranges; empty: nobody."""
    admins: tuple[str, ...] = ()
    """Further administrators, as principals of the cloud (AWS: IAM ARNs; Azure: `user:`, `group:` or
    `servicePrincipal:` and an Entra object id).
    On AWS whoever makes the cluster is one; on Azure `pulumi up` must be named here, too."""
    storage_class: str | None = Field(default=None, pattern=OBJECT_NAME)
    """StorageClass of the volumes of in-cluster dependencies; by default the cluster's default one."""


Sized = Managed | InClusterStore | ManagedCluster
"""Whatever has a profile and a size."""
Cluster = Annotated[
    Annotated[ManagedCluster, choice("managed")] | Annotated[ExistingCluster, choice("existing")],
    chosen_by("from", "managed", "existing", default="managed"),
]
ModelStorage = Annotated[
    Annotated[ManagedModelStorage, choice("managed")]
    | Annotated[InClusterStore, choice("in-cluster")]
    | Annotated[ExistingModelStorage, choice("existing")],
    chosen_by("from", "managed", "in-cluster", "existing", default="managed"),
]
LockStore = Annotated[
    Annotated[Managed, choice("managed")]
    | Annotated[InClusterStore, choice("in-cluster")]
    | Annotated[ExistingLockStore, choice("existing")],
    chosen_by("from", "managed", "in-cluster", "existing", default="managed"),
]
TrackerStore = Annotated[
    Annotated[ManagedTrackerStore, choice("managed")]
    | Annotated[InClusterTrackerStore, choice("in-cluster")]
    | Annotated[ExistingTrackerStore, choice("existing")],
    chosen_by("from", "managed", "in-cluster", "existing", default="managed"),
]
EventBroker = Annotated[
    Annotated[Managed, choice("managed")]
    | Annotated[InClusterStore, choice("in-cluster")]
    | Annotated[ExistingEventBroker, choice("existing")],
    chosen_by("from", "managed", "in-cluster", "existing", default="managed"),
]
SecretsManager = Annotated[
    Annotated[NoSource, choice("none")]
    | Annotated[InClusterVault, choice("in-cluster")]
    | Annotated[ExistingVault, choice("existing")],
    chosen_by("from", "none", "in-cluster", "existing", default="none"),
]
