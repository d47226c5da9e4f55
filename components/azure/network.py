"""The network on Azure: a VNet in which only load balancers face the internet, and data stores cannot.

Subnets are resources of their own, so that none is touched when another changes: nodes (out through a NAT
gateway), the Kubernetes API, PostgreSQL servers, private endpoints. The security groups of the last two let
the nodes in, on the ports of the stores: with an overlay network a pod shows its node's address. AKS manages
the nodes' own group and opens it for load balancers.

What it deliberately does not do: a NAT gateway in each zone. Azure's Standard NAT gateway lives in one zone,
which Azure chooses; should that zone fail, pods reach the stores in the network, but nothing outside of it
(an LLM's API) until the gateway is replaced. Only a subnet, and so a node pool, for each zone would change
that. Nor does it do peering, a firewall, or flow logs, which are the subscription's choice. From `dev` to
`production` nothing is replaced.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pulumi import ComponentResource, Output, Resource, ResourceOptions
from pulumi_azure_native import network

from components.azure.address_plan import Kind, plan_addresses
from components.azure.alarms import Alarm, AlarmPlace, create_alarms
from components.azure.network_place import NetworkPlace
from components.contract.provider import FoundationArgs

POSTGRES_PORT = 5432
POSTGRES_PORTS = ("5432", "6432")
"""PostgreSQL and its pooler, which the servers of a highly available pair use among themselves (Azure
documentation, "Networking overview for Azure Database for PostgreSQL with private access")."""
ENDPOINT_PORTS = ("443", "9093", "10000", "10260")
"""Blob storage and Key Vault; Event Hubs as Kafka; Azure Managed Redis; Azure DocumentDB."""

DELEGATIONS: Mapping[Kind, str] = {
    "api": "Microsoft.ContainerService/managedClusters",
    "postgres": "Microsoft.DBforPostgreSQL/flexibleServers",
}
"""Subnets that Azure puts its own machines into."""

NAT_ALARMS = (
    Alarm(metric="DatapathAvailability", below=90, minutes=15),
    Alarm(metric="PacketDropCount", above=1000, statistic="Total", minutes=15),
    # Too many connections to one destination, an LLM's API for example: new ones fail.
    Alarm(metric="SNATConnectionCount", above=0, statistic="Total", only={"ConnectionState": ["Failed"]}),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkArgs:
    """The foundation's arguments, and the resource group."""

    foundation: FoundationArgs
    resource_group: Output[str]


class Network(ComponentResource):
    """VNet, subnets, NAT gateway, and the security groups of the stores."""

    place: NetworkPlace

    def __init__(self, name: str, args: NetworkArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:azure:Network", name, {}, opts)
        foundation = args.foundation
        vnet = network.VirtualNetwork(
            name,
            resource_group_name=args.resource_group,
            address_space=network.AddressSpaceArgs(address_prefixes=[foundation.cidr]),
            tags=foundation.tags,
            opts=ResourceOptions(parent=self),
        )
        ranges = plan_addresses(foundation.cidr)
        subnets = _Subnets(name, args.resource_group, vnet, ranges, parent=self)
        nodes = subnets.create("nodes", nat=_nat(name, args, parent=self))
        api = subnets.create("api")
        postgres = subnets.create(
            "postgres", group=_closed_group(f"{name}-postgres", args, _postgres_rules(ranges), parent=self)
        )
        endpoints = subnets.create(
            "endpoints", group=_closed_group(f"{name}-endpoints", args, _endpoint_rules(ranges), parent=self)
        )
        self.place = NetworkPlace(
            network_id=vnet.id,
            network_name=vnet.name,
            nodes_subnet_id=nodes,
            api_subnet_id=api,
            postgres_subnet_id=postgres,
            endpoints_subnet_id=endpoints,
            data_subnet_ids=(endpoints, postgres),
            balancers_cidr=ranges["balancers"],
            stores_cidrs=(foundation.cidr,),
            joined={"": vnet.id},
        )
        self.register_outputs({"networkId": vnet.id})


class _Subnets:
    """Makes the subnets of one network; the provider writes one at a time, as Azure demands."""

    def __init__(
        self,
        name: str,
        resource_group: Output[str],
        vnet: network.VirtualNetwork,
        ranges: Mapping[Kind, str],
        *,
        parent: Resource,
    ) -> None:
        self._name, self._resource_group, self._vnet = name, resource_group, vnet
        self._ranges, self._parent = ranges, parent

    def create(
        self,
        kind: Kind,
        *,
        nat: network.NatGateway | None = None,
        group: network.NetworkSecurityGroup | None = None,
    ) -> Output[str]:
        service = DELEGATIONS.get(kind)
        delegation = None if service is None else network.DelegationArgs(name="service", service_name=service)
        subnet = network.Subnet(
            f"{self._name}-{kind}",
            resource_group_name=self._resource_group,
            virtual_network_name=self._vnet.name,
            address_prefix=self._ranges[kind],
            nat_gateway=None if nat is None else network.SubResourceArgs(id=nat.id),
            network_security_group=None if group is None else network.NetworkSecurityGroupArgs(id=group.id),
            delegations=None if delegation is None else [delegation],
            # PostgreSQL servers archive their log to Azure's storage and add this endpoint by themselves;
            # since it is set here, a refresh finds no drift. The nodes put Vault's snapshots there.
            service_endpoints=[network.ServiceEndpointPropertiesFormatArgs(service="Microsoft.Storage")]
            if kind in {"postgres", "nodes"}
            else None,
            # No egress but the NAT gateway. The setting does not apply to delegated subnets, where Azure
            # gives its own machines egress (Azure documentation, "Default outbound access", limitations).
            default_outbound_access=None if delegation else False,
            # Without this a security group does not hold for private endpoints.
            private_endpoint_network_policies="NetworkSecurityGroupEnabled" if kind == "endpoints" else None,
            opts=ResourceOptions(parent=self._parent),
        )
        return subnet.id


def _nat(name: str, args: NetworkArgs, *, parent: Resource) -> network.NatGateway:
    address = network.PublicIPAddress(
        f"{name}-nat",
        resource_group_name=args.resource_group,
        sku=network.PublicIPAddressSkuArgs(name="Standard"),
        public_ip_allocation_method="Static",
        zones=args.foundation.zones or None,
        tags=args.foundation.tags,
        opts=ResourceOptions(
            parent=parent,
            # An address keeps its zones for life. Two zones stay two when `production` asks for three, since
            # a new address would have to be entered in every firewall that knows the old one. And Azure adds
            # the gateway to the address once it is in use.
            ignore_changes=["zones", "natGateway"],
        ),
    )
    gateway = network.NatGateway(
        f"{name}-nat",
        resource_group_name=args.resource_group,
        sku=network.NatGatewaySkuArgs(name="Standard"),
        public_ip_addresses=[network.SubResourceArgs(id=address.id)],
        idle_timeout_in_minutes=4,
        tags=args.foundation.tags,
        opts=ResourceOptions(parent=parent),
    )
    create_alarms(
        f"{name}-nat",
        NAT_ALARMS,
        namespace="Microsoft.Network/natGateways",
        resource_id=gateway.id,
        place=AlarmPlace(
            resource_group=args.resource_group,
            action_group_id=args.foundation.alarm_target,
            tags=args.foundation.tags,
        ),
        parent=parent,
    )
    return gateway


def _closed_group(
    name: str, args: NetworkArgs, allowed: list[network.SecurityRuleArgs], *, parent: Resource
) -> network.NetworkSecurityGroup:
    """Create a security group whose last rule refuses what Azure's own rules would let in."""
    refuse = network.SecurityRuleArgs(
        name="refuse-the-rest",
        priority=4000,
        direction="Inbound",
        access="Deny",
        protocol="*",
        source_address_prefix="*",
        source_port_range="*",
        destination_address_prefix="*",
        destination_port_range="*",
    )
    return network.NetworkSecurityGroup(
        name,
        resource_group_name=args.resource_group,
        security_rules=[*allowed, refuse],
        tags=args.foundation.tags,
        opts=ResourceOptions(parent=parent),
    )


def _allow(
    name: str, priority: int, source: str, destination: str, ports: tuple[str, ...]
) -> network.SecurityRuleArgs:
    return network.SecurityRuleArgs(
        name=name,
        priority=priority,
        direction="Inbound",
        access="Allow",
        protocol="Tcp",
        source_address_prefix=source,
        source_port_range="*",
        destination_address_prefix=destination,
        destination_port_ranges=ports,
    )


def _postgres_rules(ranges: Mapping[Kind, str]) -> list[network.SecurityRuleArgs]:
    nodes, servers = ranges["nodes"], ranges["postgres"]
    return [
        _allow("nodes", 100, nodes, servers, (str(POSTGRES_PORT),)),
        # The primary and its standby.
        _allow("each-other", 110, servers, servers, POSTGRES_PORTS),
    ]


def _endpoint_rules(ranges: Mapping[Kind, str]) -> list[network.SecurityRuleArgs]:
    return [_allow("nodes", 100, ranges["nodes"], ranges["endpoints"], ENDPOINT_PORTS)]
