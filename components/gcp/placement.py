"""What the Google Cloud components share; the other layers pass it on without looking into it."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi import Output

from components.gcp.apis import Apis


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """Where a dependency lives in Google Cloud, who may reach it and which key encrypts it."""

    project: str
    region: str
    zones: tuple[str, ...]
    """Full names; a zonal store stands in the first, its standby in the second."""
    apis: Apis
    subnet_id: Output[str]
    """The nodes' subnet, into which Kafka puts the addresses of its brokers."""
    private_network: Output[str]
    """The VPC, as soon as Google's private services can be attached to it."""
    private_range: Output[str] | None
    """Name of the address range that those services take their addresses from; None: no store is one."""
    key_id: Output[str]
    """The stack's KMS key."""
    rasa_member: Output[str]
    """Rasa's service account, as IAM spells it: a dependency grants it the least role that its use needs."""
    workload_pool: Output[str]
    """The cluster's identities, for components that tie a service account of their own to a pod."""
    alarm_channel: str | None
    """Notification channel of the alarms; with None they are created and notify nobody."""
