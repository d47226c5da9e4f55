"""What makes Azure's load balancer follow the Gateways of the cluster: the ALB controller, with its identity.

Microsoft's chart, which brings the Gateway API's definitions along. AKS has it as an add-on, too, which the
API version of the SDK in use does not know yet. It may configure the stack's own load balancers and join them
to their subnet, nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi import ComponentResource, Output, Resource, ResourceOptions

from components.azure.cluster_add_on import Chart, create_identity, install
from components.azure.placement import Placement
from components.azure.roles import Role
from components.contract.images import ALB_CONTROLLER

CHART = Chart(
    release="alb-controller",
    chart=ALB_CONTROLLER,
    service_account="alb-controller-sa",
    # The chart's pods lack fields that `restricted` demands.
    pod_security="baseline",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class GatewayControllerArgs:
    """The cluster, and the subnet of its load balancers."""

    placement: Placement
    subnet_id: Output[str]
    """Of the load balancers."""
    pull_secret: Output[str] | None
    """As in `Kubernetes`."""


class GatewayController(ComponentResource):
    """Identity, rights and Helm release of the controller."""

    ready: tuple[Resource, ...]
    """What a Gateway waits for."""

    def __init__(self, name: str, args: GatewayControllerArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:azure:GatewayController", name, {}, opts)
        place = args.placement
        group = Output.concat(
            "/subscriptions/", place.subscription_id, "/resourceGroups/", place.resource_group
        )
        scopes: dict[Role, Output[str]] = {
            "gateway-manager": group,
            "network-contributor": args.subnet_id,
            "reader": place.node_resource_group_id,
        }
        rights: dict[Role, tuple[str, Output[str]]] = {
            role: (f"{name}-{role}", scope) for role, scope in scopes.items()
        }
        identity = create_identity(name, CHART, rights, place, parent=self)
        values = {
            "albController": {
                "namespace": CHART.namespace,
                "podIdentity": {"clientID": identity.client_id},
            }
        }
        release = install(name, CHART, identity, values, pull_secret=args.pull_secret, parent=self)
        self.ready = (release, *identity.ready)
        self.register_outputs({})
