"""The ingress on an existing cluster: an Ingress of a class that the cluster has.

Kubernetes' Ingress has no fields for session affinity and time-outs of a WebSocket, so the config names the
controller's annotations. The DNS record is the task of the zone's owner.
"""

from __future__ import annotations

from pulumi import ComponentResource, Output, Resource, ResourceOptions
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_kubernetes.networking import v1

from components.contract.errors import NotSupported
from components.contract.ingress import (
    CertManagerCertificate,
    CloudCertificate,
    ExistingCertificate,
    IngressArgs,
    PemCertificate,
)
from components.contract.secrets import SecretRef
from components.kubernetes.cert_manager import issued_secret
from components.kubernetes.gateway import tls_secret

NOT_WAITED_FOR = {"pulumi.com/skipAwait": "true"}
"""Its status gets an address only from controllers behind a load balancer; behind a NodePort or on the host's
network it stays empty, and the provider would give up after ten minutes (pulumi-kubernetes, `ingress.go`).
Nothing here needs the address; the preview reports a class without a controller (`ingress_classes.py`)."""


class Ingress(ComponentResource):
    """The hosts, the paths of the channels, one Service."""

    url: Output[str]

    def __init__(self, name: str, args: IngressArgs[None], opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:in_cluster:Ingress", name, {}, opts)
        port = v1.ServiceBackendPortArgs(number=args.port)
        backend = v1.IngressBackendArgs(service=v1.IngressServiceBackendArgs(name=args.service, port=port))
        paths = [
            v1.HTTPIngressPathArgs(path=path, path_type="Exact" if path == "/" else "Prefix", backend=backend)
            for path in args.paths
        ]
        made = v1.Ingress(
            name,
            metadata=ObjectMetaArgs(
                namespace=args.namespace, annotations={**NOT_WAITED_FOR, **args.annotations}
            ),
            spec=v1.IngressSpecArgs(
                ingress_class_name=args.class_name,
                rules=[
                    v1.IngressRuleArgs(host=host, http=v1.HTTPIngressRuleValueArgs(paths=paths))
                    for host in args.hosts
                ],
                tls=[
                    v1.IngressTLSArgs(hosts=list(args.hosts), secret_name=secret_of(name, args, parent=self))
                ],
            ),
            opts=ResourceOptions(parent=self),
        )
        self.url = made.id.apply(lambda _: f"https://{args.host}")
        self.register_outputs({"url": self.url})


def secret_of(name: str, args: IngressArgs[None], *, parent: Resource) -> Output[str]:
    """The TLS Secret of the hosts."""
    match args.certificate:
        case ExistingCertificate(reference=secret):
            return Output.from_input(secret)
        case PemCertificate(certificate=text, key=key) if not isinstance(key, SecretRef):
            return tls_secret(name, args, text, key, parent=parent)
        case CertManagerCertificate(issuer=str(issuer)):
            return issued_secret(name, args, issuer, parent=parent)
        case CloudCertificate() | CertManagerCertificate() | PemCertificate():
            raise NotSupported(
                "this ingress.certificate", on="an existing cluster", because="no cloud issues it there",
                instead="from cert-manager with an issuer, existing, or pem",
            )  # fmt: skip
