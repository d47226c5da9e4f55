"""The network on Google Cloud: a VPC in which nothing has an address on the internet.

One subnet for all zones; out through Cloud NAT; Google's managed stores in networks of Google's, peered with
ours (private services access). What it deliberately does not do: firewall rules of its own, since the implied
ones let nothing in and GKE adds what its nodes need; flow logs, which are the project's choice.

From `dev` to `production` nothing is replaced.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi import ComponentResource, Resource, ResourceOptions
from pulumi_gcp import compute, servicenetworking

from components.contract.provider import FoundationArgs
from components.gcp.address_plan import plan_addresses
from components.gcp.apis import Apis
from components.gcp.network_place import NetworkPlace

PODS, SERVICES = "pods", "services"
"""Names of the subnet's further ranges."""
MIN_PORTS, MAX_PORTS = 64, 8192
"""NAT ports of one node, added on demand. A port holds one connection to one destination, for example an
LLM's API: 64 waiting answers use up 64 ports."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkArgs:
    """The foundation's arguments, and the APIs."""

    foundation: FoundationArgs
    apis: Apis


class Network(ComponentResource):
    """VPC, subnet, Cloud NAT, and the peering with Google's services."""

    place: NetworkPlace

    def __init__(self, name: str, args: NetworkArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:gcp:Network", name, {}, opts)
        network = compute.Network(
            name,
            project=args.apis.compute,
            auto_create_subnetworks=False,
            routing_mode="REGIONAL",
            opts=ResourceOptions(parent=self),
        )
        subnet = _subnet(name, args, network, parent=self)
        nat = _nat(name, args, network, subnet, parent=self)
        services, peering = _private_services(name, args, network, parent=self)
        self.place = NetworkPlace(
            network_id=network.id,
            subnet_id=subnet.id,
            pods_range=PODS,
            services_range=SERVICES,
            private_network=peering.network,
            private_range=services.name,
            stores_cidrs=(args.foundation.cidr,),
            nat_name=nat.name,
            routes=(nat,),
        )
        self.register_outputs({"networkId": network.id})


def _subnet(
    name: str, args: NetworkArgs, network: compute.Network, *, parent: Resource
) -> compute.Subnetwork:
    foundation = args.foundation
    return compute.Subnetwork(
        name,
        project=network.project,
        region=foundation.region,
        network=network.id,
        ip_cidr_range=str(plan_addresses(foundation.cidr).nodes),
        secondary_ip_ranges=[
            compute.SubnetworkSecondaryIpRangeArgs(range_name=PODS, ip_cidr_range=foundation.pods_cidr),
            compute.SubnetworkSecondaryIpRangeArgs(
                range_name=SERVICES, ip_cidr_range=foundation.services_cidr
            ),
        ],
        # Nodes and pods without a public address reach Google's APIs (buckets, images, tokens) without NAT.
        private_ip_google_access=True,
        opts=ResourceOptions(parent=parent),
    )


def _nat(
    name: str,
    args: NetworkArgs,
    network: compute.Network,
    subnet: compute.Subnetwork,
    *,
    parent: Resource,
) -> compute.RouterNat:
    router = compute.Router(
        name,
        project=network.project,
        region=args.foundation.region,
        network=network.id,
        opts=ResourceOptions(parent=parent),
    )
    return compute.RouterNat(
        name,
        project=network.project,
        region=args.foundation.region,
        router=router.name,
        nat_ip_allocate_option="AUTO_ONLY",
        source_subnetwork_ip_ranges_to_nat="LIST_OF_SUBNETWORKS",
        subnetworks=[
            compute.RouterNatSubnetworkArgs(name=subnet.id, source_ip_ranges_to_nats=["ALL_IP_RANGES"])
        ],
        enable_dynamic_port_allocation=True,
        # The API refuses endpoint-independent mapping together with dynamic ports.
        enable_endpoint_independent_mapping=False,
        min_ports_per_vm=MIN_PORTS,
        max_ports_per_vm=MAX_PORTS,
        log_config=compute.RouterNatLogConfigArgs(enable=True, filter="ERRORS_ONLY"),
        opts=ResourceOptions(parent=parent),
    )


def _private_services(
    name: str, args: NetworkArgs, network: compute.Network, *, parent: Resource
) -> tuple[compute.GlobalAddress, servicenetworking.Connection]:
    reserved = plan_addresses(args.foundation.cidr).services
    address = compute.GlobalAddress(
        f"{name}-services",
        project=network.project,
        network=network.id,
        purpose="VPC_PEERING",
        address_type="INTERNAL",
        address=str(reserved.network_address),
        prefix_length=reserved.prefixlen,
        opts=ResourceOptions(parent=parent),
    )
    connection = servicenetworking.Connection(
        f"{name}-services",
        network=network.id,
        # Derived from the API, so that the connection waits for it: this resource has no project.
        service=args.apis.service_networking.apply(lambda _: "servicenetworking.googleapis.com"),
        reserved_peering_ranges=[address.name],
        # DELETE fails for days after a Cloud SQL instance has gone, ABANDON keeps the VPC from being deleted
        # (docs/cloud-services.md, Private services access).
        deletion_policy="REMOVE_PEERING",
        opts=ResourceOptions(parent=parent),
    )
    return address, connection
