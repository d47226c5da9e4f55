"""What the AWS components share; the other layers pass it on without looking into it."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi import Output


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """Where a dependency lives in AWS, who may reach it and which key encrypts it."""

    region: str
    account_id: Output[str]
    vpc_id: Output[str]
    subnet_ids: tuple[Output[str], ...]
    """The private subnets for data stores, one per zone, without a route to the internet."""
    balancer_subnet_ids: tuple[str, ...] = ()
    """Subnets of the ingress' load balancer; empty: EKS finds them by their tags."""
    clients_security_group_id: Output[str]
    """The cluster's own security group: the only peer that a data store lets in."""
    key_arn: Output[str]
    """The stack's KMS key."""
    rasa_role_name: Output[str]
    """The role of Rasa's pods: a dependency attaches the least policy that its use needs."""
    setup_role_name: Output[str]
    """The role of the setup Jobs: it may read administrator passwords, nothing else."""
    oidc_issuer: Output[str] | None
    """URL that the cluster's service account tokens are issued by, for what cannot use Pod Identity; None
    where the cluster is not the stack's."""
    alarm_topic_arn: str | None
    """SNS topic that alarms notify; with None the alarms are created and notify nobody."""
