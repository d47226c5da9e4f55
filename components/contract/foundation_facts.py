"""Ids and names of a stack's network and cluster, for people, pipelines and other stacks.

The stack's outputs are made of it (outputs.py). It holds nothing that a component of this project works with:
that is the cloud's `Placement`, which only the cloud's own components read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulumi import Output


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundationFacts:
    """Network, cluster and the identity of Rasa's pods, in the cloud's own ids."""

    network_id: Output[str]
    """VPC, virtual network or VPC network."""
    subnet_ids: Mapping[str, Sequence[Output[str]]]
    """By what is in them: `cluster`, and `data` where the stores have subnets of their own."""
    cluster_name: Output[str]
    """What the cloud calls the cluster."""
    oidc_issuer: Output[str] | None
    """URL that the cluster's service account tokens are issued by; None: the cluster is not the stack's."""
    rasa: Mapping[str, Output[str]]
    """How others grant Rasa something: `roleArn` (AWS); `clientId`, `principalId` and `tenantId` (Azure);
    `serviceAccount`, an e-mail address (Google Cloud)."""
