"""A Helm release in AKS that acts in Azure: its identity, what that may do, its namespace, and the chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulumi import Output, Resource, ResourceOptions
from pulumi_azure_native import managedidentity
from pulumi_kubernetes.core import v1
from pulumi_kubernetes.helm.v3 import Release
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.azure.identity import federate, subject
from components.azure.placement import Placement
from components.azure.roles import Role, assign, built_in
from components.contract import images
from components.kubernetes.pull_secret import with_pull_secret


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """What is installed."""

    release: str
    chart: images.Chart
    service_account: str
    pod_security: str
    """Pod Security Standard of the namespace."""

    @property
    def namespace(self) -> str:
        """The namespace that the stack makes for it."""
        return self.chart.namespace


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """The identity that the add-on's pods have in Azure."""

    client_id: Output[str]
    ready: Sequence[Resource]
    """Trust and grants: without them the pods start and are refused everything."""


def create_identity(
    name: str,
    chart: Chart,
    rights: Mapping[Role, tuple[str, Output[str]]],
    place: Placement,
    *,
    parent: Resource,
) -> Identity:
    """An identity for the chart's service account; `rights` is role → name of the grant, and its scope."""
    opts = ResourceOptions(parent=parent)
    identity = managedidentity.UserAssignedIdentity(
        name, resource_group_name=place.resource_group, tags=place.tags, opts=opts
    )
    trust = federate(
        name,
        identity,
        resource_group=place.resource_group,
        oidc_issuer=place.oidc_issuer,
        subject=subject(chart.namespace, chart.service_account),
        parent=parent,
    )
    grants = [
        assign(
            grant,
            role_id=built_in(role, place.subscription_id),
            principal_id=identity.principal_id,
            scope=scope,
            parent=parent,
        )
        for role, (grant, scope) in rights.items()
    ]
    return Identity(client_id=identity.client_id, ready=(trust, *grants))


def install(
    name: str,
    chart: Chart,
    identity: Identity,
    values: Mapping[str, object],
    *,
    pull_secret: Output[str] | None,
    parent: Resource,
) -> Release:
    """Install the chart into a namespace of its own; `pull_secret` as in `Kubernetes`."""
    namespace = v1.Namespace(
        name,
        metadata=ObjectMetaArgs(
            name=chart.namespace, labels={"pod-security.kubernetes.io/enforce": chart.pod_security}
        ),
        opts=ResourceOptions(parent=parent),
    )
    return Release(
        name,
        name=chart.release,
        namespace=with_pull_secret(
            name, namespace.metadata.name, pull_secret, opts=ResourceOptions(parent=parent)
        ),
        chart=chart.chart.ref,
        version=chart.chart.version,
        values=dict(values),
        atomic=True,
        # AKS puts the identity into a pod when the pod starts, and the client id, which is all that an input
        # shows, is known before trust and grants are there.
        opts=ResourceOptions(parent=parent, depends_on=[*identity.ready]),
    )
