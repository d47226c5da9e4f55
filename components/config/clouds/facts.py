"""What the stack file must know of a cloud before the cloud's SDK is loaded."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import get_args

from components.contract.terms import Profile, Size, TrackerStoreKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Format:
    """How a value looks, and the words for it in a message."""

    pattern: re.Pattern[str]
    accepted: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """Why a cloud does not supply something, and what to use instead."""

    because: str
    instead: str


SizeRow = tuple[Profile, Size]
"""A row of a component's table of sizes."""
EVERY_SIZE: frozenset[SizeRow] = frozenset(
    (profile, size) for profile in get_args(Profile) for size in get_args(Size)
)


@dataclass(frozen=True, kw_only=True, slots=True)
class NotSold:
    """What a size stands for, and the regions in which the cloud does not sell it.

    Without this the plan is accepted, and the service refuses when network and cluster are up already.
    """

    what: str
    """The product, as the end of a sentence: "RDS instances of class db.m7g"."""
    key: str
    """Field of the settings that asks for it: `lock_store`."""
    kind: TrackerStoreKind | None = None
    """Of a tracker store; None for the other dependencies."""
    sizes: frozenset[SizeRow] = EVERY_SIZE
    """The sizes that stand for it."""
    regions: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ClosedRegions:
    """Regions of the cloud in which this project makes nothing."""

    pattern: re.Pattern[str]
    because: str
    """The reason, and what would have to be done."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NameLimit:
    """The names that a service takes for one kind of object."""

    what: str
    logical_name: str
    longest: int
    fits: Format | None = None
    """What the name must fit besides; the stack's name begins it."""
    needs: tuple[str, ...] = ()
    """What a stack has that has such a name, by the words of `stack_names.parts_of`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tags:
    """Which tags (labels, on Google Cloud) a cloud takes."""

    key: re.Pattern[str]
    value: re.Pattern[str]
    most: int
    accepted: str
    taken: re.Pattern[str] | None = None
    """Keys that single resources have, and that mean something there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranges:
    """What a cloud's Kubernetes asks of the address ranges; keys as in `rasa:network`."""

    reserved: Sequence[IPv4Network] = ()
    reserved_by: str = ""
    """Who uses the reserved ranges, as the end of a sentence: "which … "."""
    checked: Sequence[str] = ("cidr", "servicesCidr", "podsCidr")
    """The keys that must not overlap a reserved range."""
    smallest: Mapping[str, int] = field(default_factory=dict[str, int])
    """Key → prefix length of the smallest range that is large enough."""
    largest: Mapping[str, int] = field(default_factory=dict[str, int])
    """Key → prefix length of the largest range that is taken."""
    within: Mapping[str, Sequence[IPv4Network]] = field(default_factory=dict[str, Sequence[IPv4Network]])
    """Key → the ranges that it must lie in."""
    pods: bool = True
    """Whether pods have a range of their own (`podsCidr`)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ids:
    """Ids of an existing cluster and its network; keys as in `rasa:cluster.network`."""

    cluster_name: Format
    id: Format
    subnets: Format
    private_zone: Format | None = None
    """How a private DNS zone is named; None: there is none."""
    clients: Format | None = None
    """None: whatever is in the network reaches the stores."""
    marks: Sequence[str] = ()
    """Annotations of service accounts that name the identity which the stack makes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkIds:
    """How a network that exists is named; keys as in `rasa:network`."""

    id: Format
    subnet: Format
    uses: Sequence[str] = ("nodes", "stores", "balancers")
    """The keys of `subnets` that the cloud has."""
    zonal: bool = True
    """A subnet lies in one zone, so that there are several; else there is one of each."""
    stores: Format | None = None
    """How the place of the data stores is named, where it is no subnet."""
    private_zone: Format | None = None
    """How a private DNS zone is named; None: there is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IngressFacts:
    """What `rasa:ingress` can ask of a cloud's load balancer, or of a cluster's own controller."""

    zone_id: Format | None = None
    """Of a DNS zone in which the stack can make the record; None: the record is made by hand."""
    zone_apex: bool = False
    """Whether the host can be the zone itself."""
    certificates: Sequence[str]
    """Where the certificate can come from; the first is suggested, and `cloud` is also the default."""
    zone_proves: bool = False
    """The cloud issues a certificate once a record in the zone proves the name."""
    reference: Format | None = None
    """How an existing certificate is named; None: by any name of a Secret."""
    issues: bool = False
    """The stack installs cert-manager where no issuer is named."""
    internal: bool = False
    """Whether the load balancer can be one of the network alone."""
    no_api: str | None = None
    """Why the HTTP API cannot be opened to some addresses alone; None: it can."""
    api_ranges: int | None = None
    """How many ranges of addresses the API can be opened to; None: any number."""
    controller: bool = True
    """The controller is the cloud's (or OpenShift's router), and the stack file names none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CloudFacts:
    """What the stack file must know of a cloud before the cloud's SDK is loaded."""

    title: str
    regions: Mapping[str, tuple[str, ...]]
    """Region → the zones to use there, in this order."""
    closed: Sequence[ClosedRegions] = ()
    """Regions that the cloud has besides, so that a message can say why they are not among `regions`."""
    zone_prefix: str
    """How a zone's name begins: `{region}` stands for the region."""
    zones_vary: bool = True
    """An account can have other zones than those of the table."""
    account: Format
    account_required: str = ""
    """Why `rasa:account` must be given; empty: it need not."""
    names: Sequence[NameLimit]
    tags: Tags
    ranges: Ranges = Ranges()
    admin: Format | None = None
    """A principal of `rasa:cluster.admins`."""
    example_admin: str = "<id>"
    """The value that the message's command sets."""
    no_admin: str = ""
    """Why a cluster needs one principal at least; empty: it does not."""
    alarm_target: Format | None = None
    registry: Format | None = None
    """A registry that the stack lets its nodes pull from; None: they need no right of the stack's."""
    postgres_connections: Mapping[tuple[Profile, Size], int]
    """What `components/<cloud>/postgres.py` hands out as `max_connections`."""
    missing_tracker_stores: Mapping[TrackerStoreKind, Gap] = field(
        default_factory=dict[TrackerStoreKind, Gap]
    )
    """Kinds of tracker store that the cloud does not manage."""
    not_sold: Sequence[NotSold] = ()
    """Sizes that cannot be had in some regions."""
    identity_logins: Sequence[TrackerStoreKind] = ()
    """Kinds of tracker store to which Rasa can log in with its pod's identity, and does by default."""
    beside_existing_cluster: Ids
    """How an existing cluster and its network are named."""
    key: Format | Gap
    """How a key that exists is named, `region` in it; or why the stores cannot encrypt with one."""
    existing_network: NetworkIds
    """How a network is named in which the stack makes its cluster."""
    model_access_ends: bool = False
    """Rasa's access to models ends on a day (`rasa:modelStorage.accessUntil`)."""
    largest_model: int | None = None
    """Bytes of the first model that the provider can upload; None: any number."""
    ingress: IngressFacts


AWS_ONLY = "DynamoDB exists on AWS only"
