"""Vault's certificates: an authority for this Vault alone, and one certificate that all its servers show.

Both are made by Pulumi. The keys are secret in the state, and the authority's key is never mounted into a
pod. The certificate lives for `SERVER_DAYS`; another `rasa:renewal` issues it anew, and the servers are
replaced one by one onto it. Not with `early_renewal_hours`: Pulumi does not ask the provider whether it is
time (pulumi/pulumi-tls #39). Vault exports no metric for this certificate's end; monitor it from outside.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi_tls as tls
from pulumi import Output, Resource, ResourceOptions
from pulumi_kubernetes.core import v1
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.vault.args import NAME, VaultArgs

AUTHORITY_DAYS = 3650
SERVER_DAYS = 730
"""Two years, so that a yearly renewal is early enough."""
HOURS = 24
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
    opts = ResourceOptions(parent=parent, provider=local)
    authority_key = _key(f"{name}-authority", opts)
    authority = tls.SelfSignedCert(
        f"{name}-authority",
        private_key_pem=authority_key.private_key_pem,
        subject=tls.SelfSignedCertSubjectArgs(organization="Rasa", common_name="Vault of this stack"),
        is_ca_certificate=True,
        set_subject_key_id=True,
        allowed_uses=["cert_signing", "crl_signing"],
        validity_period_hours=AUTHORITY_DAYS * HOURS,
        opts=opts,
    )
    key = _key(name, ResourceOptions(parent=parent, provider=local, replacement_trigger=args.renewal))
    request = tls.CertRequest(
        name,
        private_key_pem=key.private_key_pem,
        subject=tls.CertRequestSubjectArgs(organization="Rasa", common_name=args.host),
        dns_names=server_names(args.access.cluster.namespace),
        ip_addresses=["127.0.0.1"],
        opts=opts,
    )
    signed = tls.LocallySignedCert(
        name,
        ca_cert_pem=authority.cert_pem,
        ca_private_key_pem=authority_key.private_key_pem,
        cert_request_pem=request.cert_request_pem,
        allowed_uses=["digital_signature", "key_encipherment", "server_auth", "client_auth"],
        validity_period_hours=SERVER_DAYS * HOURS,
        opts=opts,
    )
    secret = v1.Secret(
        name,
        metadata=ObjectMetaArgs(namespace=args.access.namespace),
        type="kubernetes.io/tls",
        string_data={
            CERTIFICATE: signed.cert_pem,
            KEY: Output.secret(key.private_key_pem),
            AUTHORITY: authority.cert_pem,
        },
        opts=ResourceOptions(parent=parent, provider=args.access.provider),
    )
    return Certificates(
        secret=secret.metadata.name,
        authority=Output.unsecret(authority.cert_pem),
        certificate=Output.unsecret(signed.cert_pem),
    )


def server_names(namespace: str) -> list[str]:
    """Every name by which a client dials a server: Rasa, the Jobs, the other servers, its own pod."""
    services = (NAME, f"{NAME}-active", f"*.{NAME}-internal")
    ends = ("", f".{namespace}", f".{namespace}.svc", f".{namespace}.svc.cluster.local")
    return [*(f"{service}{end}" for service in services for end in ends), "localhost"]


def _key(name: str, opts: ResourceOptions) -> tls.PrivateKey:
    return tls.PrivateKey(name, algorithm="ECDSA", ecdsa_curve="P256", opts=opts)
