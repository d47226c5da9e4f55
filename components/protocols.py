"""Who supplies a connection, and what it is told.

A *package* (`components.aws`, `components.in_cluster`, …) meets these Protocols by being a module that holds
the classes: there is no registry and no base class, and the type checker lists the gaps. `Placement` is what
the components of one cloud share (subnets, key, identity); the wiring carries it and cannot open it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Literal, Protocol

from pulumi import Output, ProviderResource, ResourceOptions
from typing_extensions import TypeVar

from components.contracts import Connection, EventBroker, LockStore, ModelStorage, Topics, TrackerStore

Profile = Literal["dev", "production"]
"""`dev` is cheap and can be deleted; `production` survives the loss of a zone, has backups, is protected."""
Size = Literal["small", "medium", "large"]
"""The table word → SKU stands at the top of the file that it concerns."""
TrackerStoreKind = Literal["postgres", "dynamodb", "mongodb"]


@dataclass(frozen=True, kw_only=True, slots=True)
class VaultSeal(Connection):
    """How Vault unseals itself without a human, and where its recovery keys go."""

    stanza: Output[str]
    """The `seal` stanza of Vault's configuration (HCL)."""
    service_account_annotations: Mapping[str, Output[str]]
    pod_labels: Mapping[str, str]
    recovery_keys: Output[str]
    """Identifier of the secret, in the cloud's secret store, that receives the recovery keys."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PodIdentity(Connection):
    """How a pod takes on its cloud identity: by the name of its service account, and these marks on it."""

    service_account: str
    annotations: Mapping[str, Output[str]] = field(default_factory=dict[str, Output[str]])
    pod_labels: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, kw_only=True, slots=True)
class Kubernetes(Connection):
    """The cluster that everything of Rasa's runs in."""

    kubeconfig: Output[str]
    """Secret; what `kubernetes.Provider` logs in with."""
    namespace: str
    rasa: PodIdentity
    """The identity that every dependency grants access to."""
    setup: PodIdentity
    """The identity of the setup Jobs; it reads administrator passwords and nothing else."""


Placement = TypeVar("Placement", infer_variance=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class ProviderArgs:
    """Where the cloud's resources go."""

    region: str
    account: str | None
    """AWS account id, Azure subscription id, Google Cloud project id; a guard against the wrong account."""
    tags: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundationArgs:
    """Network, cluster, key and identities: what the dependencies stand on."""

    profile: Profile
    size: Size
    deletion_protection: bool
    account: str | None = None
    """As in `ProviderArgs`; Google Cloud writes the project's id into names and members."""
    region: str
    zones: Sequence[str]
    """Full zone names, as many as the profile wants."""
    cidr: str
    services_cidr: str
    pods_cidr: str
    """Used where pods have addresses of their own (AKS overlay, GKE); on EKS they live in the subnets."""
    allowed_cidrs: Sequence[str]
    """Who reaches the Kubernetes API from outside; empty means only the network itself."""
    admins: Sequence[str]
    """Further administrators of the cluster, besides whoever runs `pulumi up` (cloud principals)."""
    namespace: str
    alarm_target: str | None
    """SNS topic ARN, Azure action group id, Google notification channel; None creates silent alarms."""
    tags: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class DependencyArgs(Generic[Placement]):
    """What every dependency is told."""

    placement: Placement
    profile: Profile
    size: Size
    deletion_protection: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelStorageArgs(DependencyArgs[Placement]):
    """The bucket for trained models."""

    access_until: str | None = None
    """Day (UTC) on which Rasa's access ends, where a cloud gives it a dated one (Azure)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LockStoreArgs(DependencyArgs[Placement]):
    """The Redis for locks and timers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackerStoreArgs(DependencyArgs[Placement]):
    """The database of conversations."""

    kind: TrackerStoreKind


@dataclass(frozen=True, kw_only=True, slots=True)
class EventBrokerArgs(DependencyArgs[Placement]):
    """The Kafka for events."""

    topics: Topics
    renewal: str = "0"
    """Another value renews what expires: client certificates that the component issues itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class VaultUnsealArgs(DependencyArgs[Placement]):
    """The key that unseals Vault."""

    namespace: str
    service_account: str


Args = TypeVar("Args", infer_variance=True)
Made = TypeVar("Made", infer_variance=True)


class Makes(Protocol[Args, Made]):
    """A component class: `(name, args, opts)`."""

    def __call__(self, name: str, args: Args, opts: ResourceOptions | None = None) -> Made: ...


class HasConnection(Protocol[Made]):
    """A component whose result is one connection."""

    @property
    def connection(self) -> Made: ...


class HasFoundation(Protocol[Placement]):
    """The component that the dependencies of one cloud stand on."""

    @property
    def cluster(self) -> Kubernetes: ...
    @property
    def placement(self) -> Placement: ...


class Dependencies(Protocol[Placement]):
    """A package that can supply every dependency; a gap inside raises `NotSupported`."""

    @property
    def ModelStorage(self) -> Makes[ModelStorageArgs[Placement], HasConnection[ModelStorage]]: ...  # noqa: N802
    @property
    def LockStore(self) -> Makes[LockStoreArgs[Placement], HasConnection[LockStore]]: ...  # noqa: N802
    @property
    def TrackerStore(self) -> Makes[TrackerStoreArgs[Placement], HasConnection[TrackerStore]]: ...  # noqa: N802
    @property
    def EventBroker(self) -> Makes[EventBrokerArgs[Placement], HasConnection[EventBroker]]: ...  # noqa: N802


class Cloud(Dependencies[Placement], Protocol[Placement]):
    """A cloud: all dependencies, and the ground they stand on."""

    @property
    def Provider(self) -> Makes[ProviderArgs, ProviderResource]: ...  # noqa: N802
    @property
    def Foundation(self) -> Makes[FoundationArgs, HasFoundation[Placement]]: ...  # noqa: N802
    @property
    def VaultUnseal(self) -> Makes[VaultUnsealArgs[Placement], HasConnection[VaultSeal]]: ...  # noqa: N802
