"""The ingress objects that more than one cloud has: those of the Gateway API, and Rasa's second Service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from pulumi import Input, Output, Resource, ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core import v1
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.contract.ingress import REDIRECT_STATUS, IngressArgs

GATEWAY_API = "gateway.networking.k8s.io/v1"
HTTP, HTTPS = "http", "https"
"""Names of the Gateway's listeners."""


def custom(  # noqa: PLR0913 (a resource's inputs, each said by name)
    name: str,
    kind: str,
    api: str,
    spec: Mapping[str, Any],
    *,
    namespace: Input[str] | None,
    annotations: Mapping[str, Input[str]] | None = None,
    physical_name: Input[str] | None = None,
    opts: ResourceOptions,
) -> CustomResource:
    """Make a custom resource."""
    return CustomResource(
        name,
        api_version=api,
        kind=kind,
        metadata=ObjectMetaArgs(name=physical_name, namespace=namespace, annotations=annotations),
        spec=spec,
        opts=opts,
    )


def name_of(made: CustomResource) -> Output[str]:
    """The object's name."""
    # The SDK has no typed outputs for a custom resource.
    metadata: Output[Mapping[str, str]] = cast("Any", made).metadata
    return metadata["name"]


def listeners(hosts: Sequence[str], tls: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """HTTPS, and HTTP for the redirect alone; only routes of Rasa's own namespace."""
    own: dict[str, Any] = {"allowedRoutes": {"namespaces": {"from": "Same"}}}
    # A listener has one name, or takes any; its routes name the hosts in both cases.
    if len(hosts) == 1:
        own["hostname"] = hosts[0]
    secure = {"name": HTTPS, "protocol": "HTTPS", "port": 443, **own}
    return [
        secure if tls is None else {**secure, "tls": tls},
        {"name": HTTP, "protocol": "HTTP", "port": 80, **own},
    ]


def routes(
    name: str, args: IngressArgs[Any], gateway: Input[str], *, parent: Resource, api: Input[str] | None = None
) -> CustomResource:
    """The route to Rasa, and the redirect from HTTP; `api` is the Service for everything but the channels."""

    def route(child: str, listener: str, rules: Sequence[Mapping[str, Any]]) -> CustomResource:
        return custom(
            child,
            "HTTPRoute",
            GATEWAY_API,
            {
                "parentRefs": [{"name": gateway, "sectionName": listener}],
                "hostnames": list(args.hosts),
                "rules": rules,
            },
            namespace=args.namespace,
            opts=ResourceOptions(parent=parent),
        )

    redirect = {"scheme": "https", "statusCode": REDIRECT_STATUS}
    route(
        f"{name}-redirect",
        HTTP,
        [{"filters": [{"type": "RequestRedirect", "requestRedirect": redirect}]}],
    )
    return route(name, HTTPS, list(route_rules(args, api)))


def route_rules(args: IngressArgs[Any], api: Input[str] | None = None) -> Iterator[Mapping[str, Any]]:
    """What leads to Rasa: the channels' paths, and everything else to the Service `api`."""
    matches = [
        {"path": {"type": "Exact" if path == "/" else "PathPrefix", "value": path}} for path in args.paths
    ]
    yield {"matches": matches, "backendRefs": [{"name": args.service, "port": args.port}]}
    if api is not None:
        everything = [{"path": {"type": "PathPrefix", "value": "/"}}]
        yield {"matches": everything, "backendRefs": [{"name": api, "port": args.port}]}


def second_service(name: str, args: IngressArgs[Any], *, parent: Resource) -> Output[str]:
    """A second Service for Rasa's pods: addresses are restricted by Service, and the chart makes one."""
    made = v1.Service(
        name,
        metadata=ObjectMetaArgs(namespace=args.namespace),
        spec=v1.ServiceSpecArgs(
            type="ClusterIP",
            selector=dict(args.pod_labels),
            ports=[v1.ServicePortArgs(name="http", port=args.port, target_port=args.port)],
        ),
        opts=ResourceOptions(parent=parent),
    )
    return made.metadata.name


def tls_secret(
    name: str, args: IngressArgs[Any], certificate: str, key: Input[str], *, parent: Resource
) -> Output[str]:
    """A TLS Secret with the certificate that the config gives."""
    made = v1.Secret(
        name,
        type="kubernetes.io/tls",
        metadata=ObjectMetaArgs(namespace=args.namespace),
        string_data={"tls.crt": certificate, "tls.key": key},
        opts=ResourceOptions(parent=parent),
    )
    return made.metadata.name
