"""A private endpoint: an address of a data store in the stack's network, under the store's public name.

A store without public access answers on a private endpoint only. Its name leads there from inside the network
by a private zone that Azure fills in; from anywhere else it leads to a refusal. The certificate carries the
public name, so Rasa dials that one.
"""

from __future__ import annotations

from collections.abc import Sequence

from pulumi import Input, Resource, ResourceOptions
from pulumi_azure_native import network, privatedns

from components.azure.placement import Placement


def create_private_endpoint(  # noqa: PLR0913 (what it leads to, each said by name)
    name: str,
    place: Placement,
    *,
    resource_id: Input[str],
    group: str,
    zone: str,
    after: Sequence[Resource],
    parent: Resource,
) -> tuple[Resource, ...]:
    """Return what a pod must wait for: the name's record, and the zone's link to the network if it is ours.

    `group` is Azure's name for the part of the store that the endpoint serves, `zone` the private zone that
    Azure's public names lead to (Azure documentation, "Azure private endpoint private DNS zone values").
    `after` is all that is written to the store besides: a store takes one change at a time, and an endpoint
    that is created meanwhile ends as Failed, which the provider does not retry (Azure/bicep-registry-modules
    #6001; hashicorp/terraform-provider-azurerm #18651).
    """
    endpoint = network.PrivateEndpoint(
        name,
        resource_group_name=place.resource_group,
        subnet=network.SubnetArgs(id=place.network.endpoints_subnet_id),
        private_link_service_connections=[
            network.PrivateLinkServiceConnectionArgs(
                name=name, private_link_service_id=resource_id, group_ids=[group]
            )
        ],
        tags=place.tags,
        opts=ResourceOptions(
            parent=parent,
            # A store takes one change at a time.
            depends_on=list(after),
            # The zone group empties the list that the endpoint began with: without this every refresh would
            # show drift.
            ignore_changes=["customDnsConfigs"],
        ),
    )
    zone_id, links = _zone_id(name, place, zone=zone, parent=parent)
    record = network.PrivateDnsZoneGroup(
        name,
        resource_group_name=place.resource_group,
        private_endpoint_name=endpoint.name,
        private_dns_zone_group_name="default",
        private_dns_zone_configs=[network.PrivateDnsZoneConfigArgs(name=group, private_dns_zone_id=zone_id)],
        opts=ResourceOptions(parent=parent),
    )
    return record, *links


def _zone_id(
    name: str, place: Placement, *, zone: str, parent: Resource
) -> tuple[Input[str], Sequence[Resource]]:
    """The zone that exists, linked by its owner, or one of the stack's own."""
    if zone in place.network.private_zones:
        return place.network.private_zones[zone], ()
    made, link = create_private_zone(name, place, zone=zone, parent=parent)
    return made.id, (link,)


def zone_of(link_id: str) -> str:
    """The zone's id, derived from the link's, so that resources that take it wait for the link."""
    return link_id.rpartition("/virtualNetworkLinks/")[0]


def create_private_zone(
    name: str, place: Placement, *, zone: str, parent: Resource
) -> tuple[privatedns.PrivateZone, privatedns.VirtualNetworkLink]:
    """A private DNS zone, linked to the stack's network."""
    private_zone = privatedns.PrivateZone(
        name,
        resource_group_name=place.resource_group,
        private_zone_name=zone,
        location="global",  # Azure refuses a region for a DNS zone
        tags=place.tags,
        opts=ResourceOptions(parent=parent),
    )
    link = privatedns.VirtualNetworkLink(
        name,
        resource_group_name=place.resource_group,
        private_zone_name=private_zone.name,
        location="global",
        virtual_network=privatedns.SubResourceArgs(id=place.network.network_id),
        registration_enabled=False,
        tags=place.tags,
        opts=ResourceOptions(parent=parent),
    )
    return private_zone, link
