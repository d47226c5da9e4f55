"""Who supplies a connection, and what it is told.

A *package* (`components.aws`, `components.in_cluster`, …) meets these Protocols by being a module that holds
the classes: there is no registry and no base class, and the type checker lists the gaps. `Placement` is what
the components of one cloud share (subnets, key, identity); the wiring carries it and cannot open it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, Literal, Protocol

from pulumi import Output, ProviderResource, ResourceOptions
from typing_extensions import TypeVar

from components.contracts import Connection, EventBroker, LockStore, ModelStorage, Topics, TrackerStore
from components.foundation_facts import FoundationFacts
from components.ingress.contract import HasUrl, IngressArgs
from components.kubernetes.surroundings import Surroundings

Profile = Literal["dev", "production"]
"""`dev` is cheap and can be deleted; `production` survives the loss of a zone, has backups, is protected."""
Size = Literal["small", "medium", "large"]
"""The table word → SKU stands at the top of the file that it concerns."""
Flavor = Literal["kubernetes", "openshift"]
Operator = Literal["cloudnative-pg", "strimzi"]
"""Whoever runs data stores inside a cluster."""
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
    snapshots: Output[str] | None = None
    """URL of the bucket that takes Vault's snapshots, encrypts them and lets them expire."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PodIdentity(Connection):
    """How a pod takes on its cloud identity: by the name of its service account, and these marks on it."""

    service_account: str
    annotations: Mapping[str, Output[str]] = field(default_factory=dict[str, Output[str]])
    pod_labels: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, kw_only=True, slots=True)
class Provisioner:
    """A driver of volumes."""

    name: str
    parameters: Mapping[str, str]
    """As a StorageClass has them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kubernetes(Connection):
    """The cluster that everything of Rasa's runs in."""

    kubeconfig: Output[str]
    """Secret; what `kubernetes.Provider` logs in with."""
    namespace: str
    has_namespace: bool = False
    """The namespace is there before the stack, with Secrets in it perhaps, and stays after it."""
    shared: bool = False
    """The cluster is not the stack's: its objects are still there when it does not answer."""
    flavor: Flavor = "kubernetes"
    """OpenShift assigns users and groups of pods itself, and has a router and a DNS of its own."""
    provisioner: Provisioner | None = None
    """Who makes volumes, where the cluster comes without a StorageClass that could (EKS Auto Mode)."""
    surroundings: Surroundings = field(default_factory=Surroundings)
    """Addresses around the pods, for network policies."""
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
    keeps_data: bool
    """Whether a snapshot or backup outlives the stack, and so must what it is encrypted with."""
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
class ExistingFoundationArgs:
    """A cluster that exists in the stack's cloud, told in the cloud's own ids: no look-up, no surprise."""

    profile: Profile
    keeps_data: bool
    """As in `FoundationArgs`."""
    region: str
    account: str
    """AWS account id, Azure subscription id, Google Cloud project id."""
    cluster: Kubernetes
    """The cluster as its kubeconfig tells it; the cloud adds the identities of the pods."""
    cluster_name: str
    """What the cloud calls it."""
    network_id: str
    """VPC, virtual network or VPC network."""
    subnet_ids: Sequence[str]
    """Where data stores go, in as many zones as the profile wants."""
    clients_id: str
    """Whom data stores let in: on AWS the security group of the cluster's pods."""
    alarm_target: str | None
    """As in `FoundationArgs`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DependencyArgs(Generic[Placement]):
    """What every dependency is told."""

    placement: Placement
    profile: Profile
    size: Size
    deletion_protection: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstModel:
    """A trained model on this machine, which the stack itself puts where Rasa reads models."""

    file: str
    """As the stack file names it: relative to the project."""
    path: Path
    """Where that is on this machine."""
    name: str
    """What Rasa calls it."""
    by_hand: str
    """How a person does the same, for the message where the stack may not."""

    @property
    def key(self) -> str:
        """Name of the object, and of the file on a volume."""
        return f"{self.name}.tar.gz"


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelStorageArgs(DependencyArgs[Placement]):
    """The bucket for trained models."""

    first_model: FirstModel | None = None

    access_until: str | None = None
    """Day (UTC) on which Rasa's access ends, where a cloud gives it a dated one (Azure)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LockStoreArgs(DependencyArgs[Placement]):
    """The Redis for locks and timers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackerStoreArgs(DependencyArgs[Placement]):
    """The database of conversations."""

    kind: TrackerStoreKind
    rotation: str = "0"
    """Another value gives Rasa's role a new password, where it has one that the setup Job sets."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EventBrokerArgs(DependencyArgs[Placement]):
    """The Kafka for events."""

    topics: Topics
    analytics: bool = False
    """Somebody reads the events with this connection, and writes to the dead-letter topic."""
    renewal: str = "0"
    """Another value renews what expires: client certificates that the component issues itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class VaultUnsealArgs(DependencyArgs[Placement]):
    """The key that unseals Vault."""

    namespace: str
    service_account: str
    helpers: Sequence[str] = ()
    """Further service accounts that act as Vault does: of the Jobs that set it up and take snapshots."""


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
    @property
    def facts(self) -> FoundationFacts: ...


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
    def Ingress(self) -> Makes[IngressArgs[Placement], HasUrl]: ...  # noqa: N802
    @property
    def VaultUnseal(self) -> Makes[VaultUnsealArgs[Placement], HasConnection[VaultSeal]]: ...  # noqa: N802
