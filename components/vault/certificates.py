"""Vault's certificates: an authority for this Vault alone, and one certificate that all its servers show.

Both are made by Pulumi. The keys are secret in the state, and the authority's key is never mounted into a
pod. The certificate lives for `SERVER_HOURS`; another `rasa:renewal` issues it anew, and the servers are
replaced one by one onto it. Not with `early_renewal_hours`: Pulumi does not ask the provider whether it is
time (pulumi/pulumi-tls #39). Vault exports no metric for this certificate's end; monitor it from outside.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi_tls as tls
from pulumi import Output, Resource, ResourceOptions
from pulumi_kubernetes.core import v1
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.kubernetes.server_certificate import create_server_certificate
from components.vault.args import NAME, VaultArgs

SERVER_HOURS = 2 * 365 * 24
"""Two years, so that a yearly renewal is early enough."""
CERTIFICATE, KEY, AUTHORITY = "tls.crt", "tls.key", "ca.crt"


@dataclass(frozen=True, kw_only=True, slots=True)
class Certificates:
    """The servers' certificate, and the authority that clients trust."""

    secret: Output[str]
    """Name of the Secret with certificate, key and authority."""
    authority: Output[str]
    """PEM; public."""
    certificate: Output[str]
    """PEM; public."""


def create_certificates(name: str, args: VaultArgs, *, parent: Resource) -> Certificates:
    """Create an authority and have it sign the servers' certificate."""
    # A provider for this component alone: it makes keys in its own process.
    local = tls.Provider(name, opts=ResourceOptions(parent=parent))
    signed = create_server_certificate(
        name,
        server_names(args.access.cluster.namespace),
        addresses=["127.0.0.1"],
        hours=SERVER_HOURS,
        renewal=args.renewal,
        parent=parent,
        provider=local,
    )
    secret = v1.Secret(
        name,
        metadata=ObjectMetaArgs(namespace=args.access.namespace),
        type="kubernetes.io/tls",
        string_data=signed.files,
        opts=ResourceOptions(parent=parent, provider=args.access.provider),
    )
    return Certificates(
        secret=secret.metadata.name,
        authority=Output.unsecret(signed.authority),
        certificate=Output.unsecret(signed.certificate),
    )


def server_names(namespace: str) -> list[str]:
    """Every name by which a client dials a server: Rasa, the Jobs, the other servers, its own pod."""
    services = (NAME, f"{NAME}-active", f"*.{NAME}-internal")
    ends = ("", f".{namespace}", f".{namespace}.svc", f".{namespace}.svc.cluster.local")
    return [*(f"{service}{end}" for service in services for end in ends), "localhost"]
