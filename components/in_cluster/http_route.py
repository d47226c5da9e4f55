"""The ingress on an existing cluster with the Gateway API: a route to a Gateway that the cluster has.

The owner of the Gateway has its address, its certificates and the redirect from HTTP. The standard has no
field for session affinity (`sessionPersistence` is experimental,
https://gateway-api.sigs.k8s.io/geps/gep-1619/): where a channel needs it, a policy of the Gateway's
implementation gives it.
"""

from __future__ import annotations

from pulumi import ComponentResource, Output, ResourceOptions

from components.contract.ingress import IngressArgs
from components.kubernetes.gateway import GATEWAY_API, custom, route_rules


class HttpRoute(ComponentResource):
    """The hosts, the paths of the channels, one Service."""

    url: Output[str]

    def __init__(self, name: str, args: IngressArgs[None], opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:in_cluster:HttpRoute", name, {}, opts)
        gateway = args.gateway
        assert gateway is not None, "stack/platform.py makes a route for a Gateway only"
        parent = {"name": gateway.name, "namespace": gateway.namespace}
        if gateway.listener is not None:
            parent["sectionName"] = gateway.listener
        route = custom(
            name,
            "HTTPRoute",
            GATEWAY_API,
            {"parentRefs": [parent], "hostnames": list(args.hosts), "rules": list(route_rules(args))},
            namespace=args.namespace,
            annotations=args.annotations or None,
            opts=ResourceOptions(parent=self),
        )
        self.url = route.id.apply(lambda _: f"https://{args.host}")
        self.register_outputs({"url": self.url})
