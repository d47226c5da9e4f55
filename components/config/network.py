"""`rasa:network`: made by the stack, or a company's own, which the stack reads and never changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from components.config.model import Existing, Model, choice, chosen_by

Ranges = Sequence[tuple[str, str]]
"""Key of `rasa:network` and the range of addresses that it has."""
Kept = Mapping[str, str | list[str] | None]
"""Key of `rasa:network` and what it comes to on a running stack (identity.py)."""
NOTHING_KEPT: Kept = dict.fromkeys(
    ("cidr", "id", *(f"subnets.{use}" for use in ("nodes", "stores", "api", "endpoints")))
)
"""Every key is compared, also with a network from elsewhere, which has others."""


class _Network(Model):
    """What the stack chooses in any network."""

    services_cidr: str = "172.20.0.0/16"
    """Range of Kubernetes services; exists inside the cluster only."""
    pods_cidr: str = "10.244.0.0/16"
    """Range of pods, where they do not live in the subnets (AKS, GKE)."""

    @property
    def ranges(self) -> Ranges:
        """The ranges that the stack file chooses."""
        return (("servicesCidr", self.services_cidr), ("podsCidr", self.pods_cidr))


class ManagedNetwork(_Network):
    """A network of the stack's own."""

    source: Literal["managed"] = Field(default="managed", alias="from")
    cidr: str = "10.20.0.0/16"
    """Range of the stack's own network, /16 to /20."""
    avoid: tuple[str, ...] = ()
    """Ranges that this network will be routed to (offices, peered networks) and must not overlap."""
    zones: tuple[str, ...] = ()
    """Full zone names, where an account sees others than the table in components/config/clouds."""

    @property
    def ranges(self) -> Ranges:
        """The ranges that the stack file chooses."""
        return (("cidr", self.cidr), *super().ranges)

    @property
    def kept(self) -> Kept:
        """What a running stack keeps of it."""
        return {**NOTHING_KEPT, "from": self.source, **dict(self.ranges)}


def _path(value: str) -> str:
    """The path of a self link of Google Cloud: the same thing by either name."""
    return value.removeprefix("https://www.googleapis.com/compute/v1/")


Id = Annotated[str, AfterValidator(_path)]


class ExistingSubnets(Model):
    """Subnets of a network that exists, by what the stack places in them."""

    nodes: tuple[Id, ...] = Field(min_length=1)
    """Of the cluster's nodes (AWS: and pods); private, and on AWS one in each zone that the profile wants.
    Google Cloud: with secondary ranges that are `podsCidr` and `servicesCidr`."""
    stores: tuple[Id, ...] = ()
    """AWS: of the data stores, one in each zone, by default those of the nodes. Azure: of PostgreSQL servers,
    delegated to them. No route to the internet needed. Google Cloud: an allocated range, peered with Google's
    services, of which Cloud SQL and Memorystore take addresses."""
    balancers: tuple[str, ...] = ()
    """Of the ingress' load balancer. AWS: public ones; with `ingress.internal` by default those of the nodes.
    Azure: a /24, delegated to Application Gateway for Containers."""
    api: tuple[str, ...] = ()
    """Azure: of the Kubernetes API, delegated to AKS."""
    endpoints: tuple[str, ...] = ()
    """Azure: of private endpoints, by which the data stores but PostgreSQL are reached."""

    @property
    def by_use(self) -> Mapping[str, tuple[str, ...]]:
        """Key → subnets."""
        return {str(key): getattr(self, key) for key in type(self).model_fields}


class ExistingNetwork(_Network):
    """A network that a company owns: the stack looks it up and changes nothing of it."""

    source: Existing = Field(alias="from")
    id: Id = Field(min_length=1)
    """The network (AWS: VPC; Azure: virtual network; Google Cloud: VPC, one that is shared, too)."""
    subnets: ExistingSubnets
    """Its subnets, by id."""
    private_dns_zones: tuple[str, ...] = ()
    """Azure: private DNS zones that exist and are linked to the network, a hub's for example, by id; the
    stack makes those that are not named."""
    internet: bool = True
    """AWS and Google Cloud: whether the nodes' subnets have a route to the internet; false where AWS is
    reached by VPC endpoints alone, which the stack then looks for, and Google Cloud by private Google access
    (docs/existing-network.md)."""

    @property
    def kept(self) -> Kept:
        """What a running stack keeps of it."""
        return {
            **NOTHING_KEPT,
            **dict(self.ranges),
            "from": self.source,
            "id": self.id,
            "subnets.nodes": sorted(set(self.subnets.nodes)),
            "subnets.stores": sorted(set(self._stores)) or None,
            "subnets.api": [*self.subnets.api] or None,
            "subnets.endpoints": [*self.subnets.endpoints] or None,
        }

    @property
    def _stores(self) -> Sequence[str]:
        """Where nodes have one subnet, which is in all zones, stores are not in it (Azure)."""
        return self.subnets.stores or (self.subnets.nodes if len(self.subnets.nodes) > 1 else ())


Network = Annotated[
    Annotated[ManagedNetwork, choice("managed")] | Annotated[ExistingNetwork, choice("existing")],
    chosen_by("from", "managed", "existing", default="managed"),
]
