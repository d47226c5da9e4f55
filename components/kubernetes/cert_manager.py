"""A certificate that cert-manager issues into a TLS Secret of Rasa's namespace, and renews there."""

from __future__ import annotations

from typing import Any

from pulumi import Output, Resource, ResourceOptions

from components.contract.ingress import CertManagerCertificate, IngressArgs
from components.kubernetes.gateway import custom

API = "cert-manager.io/v1"


def issued_secret(
    name: str, args: IngressArgs[Any], issuer: str | Output[str], *, parent: Resource
) -> Output[str]:
    """The name of the Secret, once the Certificate is asked for."""
    wanted = args.certificate
    local = isinstance(wanted, CertManagerCertificate) and not wanted.cluster_wide
    secret = f"{name}-tls"
    made = custom(
        name,
        "Certificate",
        API,
        {
            "secretName": secret,
            "dnsNames": list(args.hosts),
            "issuerRef": {"name": issuer, "kind": "Issuer" if local else "ClusterIssuer"},
            "privateKey": {"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always"},
        },
        namespace=args.namespace,
        opts=ResourceOptions(parent=parent),
    )
    return made.id.apply(lambda _: secret)
