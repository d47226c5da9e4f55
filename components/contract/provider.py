"""Who supplies a connection, and what it is told.

A *package* (`components.aws`, `components.in_cluster`, …) meets these Protocols by being a module that holds
the classes: there is no registry and no base class, and the type checker lists the gaps. `Placement` is what
the components of one cloud share (subnets, key, identity); `components/stack` carries it and cannot open it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Generic, Literal, Protocol

from pulumi import ProviderResource, ResourceOptions
from typing_extensions import TypeVar

from components.contract.cluster import Kubernetes, VaultSeal
from components.contract.connections import EventBroker, LockStore, ModelStorage, TrackerStore
from components.contract.errors import ConfigurationError
from components.contract.foundation_facts import FoundationFacts
from components.contract.ingress import HasUrl, IngressArgs
from components.contract.terms import Profile, Size, TrackerStoreKind, TrackerStoreLogin
from components.contract.topics import Topics

Placement = TypeVar("Placement", infer_variance=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class ProviderArgs:
    """Where the cloud's resources go."""

    region: str
    account: str | None
    """AWS account id, Azure subscription id, Google Cloud project id; a guard against the wrong account."""
    tags: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnNetwork:
    """A network that the stack makes."""

    cidr: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ExistingNetwork:
    """A network that a company owns, told in the cloud's own ids: looked up, and never changed."""

    stack: str
    """Name of the stack, for the commands of messages."""
    account: str
    """As in `ProviderArgs`; the network may be shared by another one."""
    id: str
    """VPC or virtual network; on Google Cloud its path, as those of subnets and ranges."""
    subnets: Mapping[str, Sequence[str]]
    """By what the stack places in them, by the keys of `rasa:network.subnets`; a use may have none."""
    private_zones: Sequence[str]
    """Private DNS zones that exist, in place of those of the stack's own (Azure)."""
    balancers: Literal["public", "internal"]
    """What the load balancer is to be, if there is one."""
    internet: bool
    """Whether the nodes reach it; else the cloud's services answer in the network."""
    snapshots: bool
    """Whether Vault puts snapshots into a storage of the cloud."""
    zones: int
    """In how many the subnets of nodes and stores must be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExistingKey:
    """A key that exists: looked at before it is used, and never changed."""

    stack: str
    """Name of the stack, for the messages."""
    id: str
    """ARN (AWS), or `projects/…/cryptoKeys/…` (Google Cloud)."""

    def refused(self, reasons: Sequence[str]) -> ConfigurationError:
        """What is raised where the stores could not encrypt with it."""
        mend = "set another one with: pulumi config set rasa:encryptionKey '<key>'"
        said = [f"rasa:encryptionKey {self.id!r} {reason}; {mend}" for reason in reasons]
        return ConfigurationError(self.stack, said)


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
    network: OwnNetwork | ExistingNetwork
    services_cidr: str
    pods_cidr: str
    """Used where pods have addresses of their own (AKS overlay, GKE); on EKS they live in the subnets."""
    allowed_cidrs: Sequence[str]
    """Who reaches the Kubernetes API from outside; empty means only the network itself."""
    admins: Sequence[str]
    """Further administrators of the cluster (cloud principals), besides the one that runs `pulumi up`."""
    namespace: str
    alarm_target: str | None
    """SNS topic ARN, Azure action group id, Google notification channel; None creates silent alarms."""
    registry: str | None = None
    """Registry of images, by its id in the cloud, that the nodes get the right to pull from."""
    key: ExistingKey | None = None
    """What encrypts data at rest; None: a key that the cloud's foundation makes."""
    tags: Mapping[str, str]

    @property
    def cidr(self) -> str:
        """Range of the network that the stack makes."""
        assert isinstance(self.network, OwnNetwork), "one that exists has no range to plan"
        return self.network.cidr


@dataclass(frozen=True, kw_only=True, slots=True)
class ExistingFoundationArgs:
    """A cluster that exists in the stack's cloud, told in the cloud's own ids; it is never changed."""

    stack: str
    """Name of the stack, for the commands of messages."""
    profile: Profile
    deletion_protection: bool
    keeps_data: bool
    """As in `FoundationArgs`."""
    region: str
    zones: Sequence[str]
    """As in `FoundationArgs`, where stores name zones rather than subnets (Azure, Google Cloud)."""
    account: str
    """AWS account id, Azure subscription id, Google Cloud project id."""
    cluster: Kubernetes
    """The cluster as its kubeconfig tells it; the cloud adds the identities of the pods."""
    cluster_name: str
    """What the cloud calls it; on Azure its id, on Google Cloud its path."""
    network_id: str
    """VPC, virtual network or VPC network."""
    subnet_ids: Sequence[str]
    """Where data stores go, in as many zones as the profile wants; on Google Cloud a range for them."""
    subnet_uses: Sequence[str]
    """What they must be for, by the keys of `rasa:network.subnets`, where one is in all zones (Azure)."""
    private_zones: Sequence[str]
    """As in `ExistingNetwork`."""
    clients_id: str | None
    """Whom data stores let in: on AWS the security group of the cluster's pods."""
    alarm_target: str | None
    """As in `FoundationArgs`."""
    tags: Mapping[str, str]
    key: ExistingKey | None = None
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

    @property
    def sha256(self) -> str:
        """Of the file, in hexadecimal digits: the preflight compares it with what is in the storage."""
        with self.path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()


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
    login: TrackerStoreLogin = "password"
    rotation: str = "0"
    """Another value gives Rasa's role a new password, where it has one that the setup Job sets."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EventBrokerArgs(DependencyArgs[Placement]):
    """The Kafka for events."""

    topics: Topics
    analytics: bool = False
    """The analytics read the events with this connection, and write to the dead-letter topic."""
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
    """A cloud: all dependencies, and the network and cluster that they use."""

    @property
    def Provider(self) -> Makes[ProviderArgs, ProviderResource]: ...  # noqa: N802
    @property
    def Foundation(self) -> Makes[FoundationArgs, HasFoundation[Placement]]: ...  # noqa: N802
    @property
    def ExistingFoundation(self) -> Makes[ExistingFoundationArgs, HasFoundation[Placement]]: ...  # noqa: N802
    @property
    def Ingress(self) -> Makes[IngressArgs[Placement], HasUrl]: ...  # noqa: N802
    @property
    def VaultUnseal(self) -> Makes[VaultUnsealArgs[Placement], HasConnection[VaultSeal]]: ...  # noqa: N802
