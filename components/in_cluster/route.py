"""The ingress on OpenShift: Routes, which its own router serves, with cookies and time-outs by annotation.

A Route is one host and one path, so there is one for each. The certificate is the router's own (the wildcard
of the cluster's domain) unless one is given. An annotation names the addresses that may reach the rest of the
API, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi import ComponentResource, Output, ResourceOptions

from components.contract.errors import NotSupported
from components.contract.ingress import (
    CertManagerCertificate,
    ExistingCertificate,
    IngressArgs,
    PemCertificate,
)
from components.contract.secrets import SecretRef
from components.kubernetes.gateway import custom

ROUTE_API = "route.openshift.io/v1"
PREFIX = "haproxy.router.openshift.io"
"""OpenShift documentation, "Route configuration", route-specific annotations."""


class Route(ComponentResource):
    """One Route for each host and open path, and one for the rest where addresses are named."""

    url: Output[str]

    def __init__(self, name: str, args: IngressArgs[None], opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:in_cluster:Route", name, {}, opts)
        timeouts = {
            f"{PREFIX}/timeout": f"{args.idle_seconds}s",
            f"{PREFIX}/timeout-tunnel": f"{args.idle_seconds}s",
            # The router sets a cookie unless told otherwise; where no channel needs it, it makes the pods'
            # load uneven.
            f"{PREFIX}/disable_cookies": str(not args.affinity).lower(),
            **args.annotations,
        }
        routes = {path: timeouts for path in args.paths if path != "/"}
        if args.api_cidrs:
            routes["/"] = {**timeouts, f"{PREFIX}/ip_whitelist": " ".join(args.api_cidrs)}
        elif "/" in args.paths:
            # A Route's path is always a prefix; an exact path does not exist.
            raise NotSupported(
                "an A2A server's path / without ingress.api", on="OpenShift",
                because="a Route opens all paths below it", instead="ingress.api.allowedCidrs",
            )  # fmt: skip
        made = [
            custom(
                f"{child}{path.replace('/', '-').rstrip('-').replace('.', '')}",
                "Route",
                ROUTE_API,
                {
                    "host": host,
                    "path": path,
                    "to": {"kind": "Service", "name": args.service},
                    "port": {"targetPort": args.port},
                    "tls": _tls(args),
                },
                namespace=args.namespace,
                annotations=annotations,
                opts=ResourceOptions(parent=self),
            )
            for child, host in args.per_host(name).items()
            for path, annotations in routes.items()
        ]
        self.url = Output.all(*(one.id for one in made)).apply(lambda _: f"https://{args.host}")
        self.register_outputs({"url": self.url})


def _tls(args: IngressArgs[None]) -> Mapping[str, Any]:
    edge: dict[str, Any] = {"termination": "edge", "insecureEdgeTerminationPolicy": "Redirect"}
    match args.certificate:
        case PemCertificate(certificate=text, key=key) if not isinstance(key, SecretRef):
            return {**edge, "certificate": text, "key": Output.secret(key)}
        case ExistingCertificate(reference=secret):
            # The router must be allowed to read it (OpenShift documentation, "Creating a route with
            # externally managed certificate").
            return {**edge, "externalCertificate": {"name": secret}}
        case CertManagerCertificate() | PemCertificate():
            raise NotSupported(
                "this ingress.certificate", on="OpenShift", because="its router does not ask cert-manager",
                instead="from cloud (the router's own), existing or pem",
            )  # fmt: skip
        case _:
            return edge
