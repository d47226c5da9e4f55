"""The security group of a data store: its own, and open to one peer on one port."""

from __future__ import annotations

import pulumi_aws as aws
from pulumi import Resource, ResourceOptions

from components.aws.placement import Placement


def create_security_group(
    name: str, place: Placement, *, port: int, parent: Resource
) -> tuple[aws.ec2.SecurityGroup, Resource]:
    """Return the store's group, and the rule that lets the cluster in.

    The peer is a security group, never a CIDR: a neighbour in the same network stays out. Only the rule names
    the cluster; the group, and so the store, must not wait for it. It has no egress rule, since a data store
    opens no connections (the provider removes AWS's "allow all" of a new group).
    """
    group = aws.ec2.SecurityGroup(
        name,
        # AWS cannot change a description: another text here would replace the group.
        description="Rasa data store",
        vpc_id=place.vpc_id,
        opts=ResourceOptions(parent=parent),
    )
    rule = aws.vpc.SecurityGroupIngressRule(
        name,
        security_group_id=group.id,
        referenced_security_group_id=place.clients_security_group_id,
        ip_protocol="tcp",
        from_port=port,
        to_port=port,
        description="The pods of the cluster",
        opts=ResourceOptions(parent=parent),
    )
    return group, rule
