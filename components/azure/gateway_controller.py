"""What makes Azure's load balancer follow the Gateways of the cluster: the ALB controller, with its identity.

Microsoft's chart, which brings the Gateway API's definitions along. AKS has it as an add-on, too, which the
API version of the SDK in use does not know yet. It may configure the stack's own load balancers and join them
to their subnet, nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi import ComponentResource, Output, Resource, ResourceOptions
from pulumi_azure_native import managedidentity
from pulumi_kubernetes.core import v1
from pulumi_kubernetes.helm.v3 import Release
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.azure.identity import federate, subject
from components.azure.placement import Placement
from components.azure.roles import Role, assign, built_in

CHART = "oci://mcr.microsoft.com/application-lb/charts/alb-controller"
VERSION = "1.12.2"
NAMESPACE, SERVICE_ACCOUNT = "azure-alb-system", "alb-controller-sa"
"""The chart's own (Azure documentation, "Deploy Application Gateway for Containers ALB Controller")."""
POD_SECURITY = "baseline"
"""The chart's pods lack fields that `restricted` demands."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GatewayControllerArgs:
    """The cluster, and the subnet of its load balancers."""

    placement: Placement
    subnet_id: Output[str]
    """Of the load balancers."""


class GatewayController(ComponentResource):
    """Identity, rights and Helm release of the controller."""

    ready: tuple[Resource, ...]
    """What a Gateway waits for."""

    def __init__(self, name: str, args: GatewayControllerArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:azure:GatewayController", name, {}, opts)
        place = args.placement
        identity = managedidentity.UserAssignedIdentity(
            name, resource_group_name=place.resource_group, tags=place.tags, opts=ResourceOptions(parent=self)
        )
        trust = federate(
            name,
            identity,
            resource_group=place.resource_group,
            oidc_issuer=place.oidc_issuer,
            subject=subject(NAMESPACE, SERVICE_ACCOUNT),
            parent=self,
        )
        group = Output.concat(
            "/subscriptions/", place.subscription_id, "/resourceGroups/", place.resource_group
        )
        rights: dict[Role, Output[str]] = {
            "gateway-manager": group,
            "network-contributor": args.subnet_id,
            "reader": place.node_resource_group_id,
        }
        grants = [
            assign(
                f"{name}-{role}",
                role_id=built_in(role, place.subscription_id),
                principal_id=identity.principal_id,
                scope=scope,
                parent=self,
            )
            for role, scope in rights.items()
        ]
        namespace = v1.Namespace(
            name,
            metadata=ObjectMetaArgs(
                name=NAMESPACE, labels={"pod-security.kubernetes.io/enforce": POD_SECURITY}
            ),
            opts=ResourceOptions(parent=self),
        )
        release = Release(
            name,
            name="alb-controller",
            namespace=namespace.metadata.name,
            chart=CHART,
            version=VERSION,
            values={
                "albController": {"namespace": NAMESPACE, "podIdentity": {"clientID": identity.client_id}}
            },
            atomic=True,
            opts=ResourceOptions(
                parent=self,
                # The role assignments and the trust: without them the controller starts and is refused
                # everything. Its only input from them, the client id, does not show that.
                depends_on=[trust, *grants],
            ),
        )
        self.ready = (release, *grants)
        self.register_outputs({})
