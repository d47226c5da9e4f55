"""Private services access of a network that exists: a range allocated to Google's services, and the peering.

By it pods reach Cloud SQL and Memorystore. Both are looked up and never changed
(docs/adr/0007-a-network-that-exists.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from pulumi import InvokeOptions, Output
from pulumi_gcp import compute

from components.contract.addresses import too_small
from components.gcp.apis import Apis

SMALLEST = 24
"""Prefix length of the smallest range: the least that Cloud SQL takes (Cloud SQL documentation, "Learn about
using private IP")."""
PEERING = "servicenetworking-googleapis-com"
"""What Google calls the peering of private services access."""
if TYPE_CHECKING:  # to name a class of a service is to load the service
    Address: TypeAlias = compute.GetGlobalAddressResult
Found = TypeVar("Found")


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedNetwork:
    """A VPC, by its key of the stack file and its path."""

    key: str
    path: str

    def others(self, where: str, network: str) -> Iterator[str]:
        """A message where something is of another network; `network` is a path, or a self link."""
        path = network.partition("/v1/")[2] or network
        if path != self.path:
            yield f"{where} is of {path}; accepted: one of {self.key} {self.path!r}"


@dataclass(frozen=True, kw_only=True, slots=True)
class PrivateServices:
    """What Google says of a range that the stack file names."""

    where: str
    """Key and value."""
    address: Address | None
    """None: none that is seen."""
    peered: bool
    """Whether the range is of use: the network has the peering."""


def ask(
    key: str, paths: Sequence[str], network: NamedNetwork, options: InvokeOptions
) -> PrivateServices | None:
    """What Google says of the first range; None where the stack file names none."""
    if not paths:
        return None
    project, _, name = parts(paths[0])
    peering = compute.get_network_peering(name=PEERING, network=network.path, opts=options)
    return PrivateServices(
        where=f"{key} {paths[0]!r}",
        address=seen(lambda: compute.get_global_address(name=name, project=project, opts=options)),
        peered=peering.state == "ACTIVE",
    )


def problems_of(services: PrivateServices, network: NamedNetwork) -> Iterator[str]:
    """One message for each thing that stores would lack."""
    address, where = services.address, services.where
    project, _, name = parts(network.path)
    if address is None or address.purpose != "VPC_PEERING":
        yield (
            f"{where} is no range for Google's services that you see; list them with: gcloud compute "
            f"addresses list --global --project {project} --filter purpose=VPC_PEERING"
        )
        return
    yield from network.others(where, address.network)
    yield from too_small(where, _range(address), SMALLEST)
    if not services.peered:
        yield (
            f"{network.key} {network.path!r} is not peered with Google's services, by which Cloud SQL and "
            "Memorystore are reached; accepted: private services access, made with: gcloud services "
            f"vpc-peerings connect --service servicenetworking.googleapis.com --ranges {address.name} "
            f"--network {name} --project {project}"
        )


def range_name(services: PrivateServices | None) -> Output[str] | None:
    """What stores take their addresses from, of a range without problems."""
    return None if services is None or services.address is None else Output.from_input(services.address.name)


def cidrs(subnet: str, services: PrivateServices | None) -> tuple[str, ...]:
    """Where data stores are: Kafka's brokers in the subnet, the others in the range."""
    address = None if services is None else services.address
    return (subnet,) if address is None else (subnet, _range(address))


def with_api(network: Output[str], apis: Apis) -> Output[str]:
    """The network, for stores that are peered with it.

    Cloud SQL wants the API on in its own project, too, where another one shares the VPC (Cloud SQL
    documentation, "Configure private IP", API and IAM requirements).
    """
    return Output.all(network, apis.service_networking).apply(lambda known: known[0])


def seen(asked: Callable[[], Found]) -> Found | None:
    """What a look-up tells; None where there is none, or none that may be seen."""
    try:
        return asked()
    except Exception as error:  # the SDK raises nothing narrower, whatever the provider said
        # terraform-provider-google, google/transport, `HandleDataSourceNotFoundError`
        if "not found" in str(error):
            return None
        raise


def parts(path: str) -> tuple[str, str, str]:
    """Project, region (or `global`) and name: `projects/host/regions/europe-west3/subnetworks/nodes`."""
    project, *place, _, name = path.split("/")[1:]
    return project, place[-1], name


def _range(address: Address) -> str:
    return f"{address.address}/{address.prefix_length}"
