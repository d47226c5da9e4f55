"""Certificates for a server that has no operator to make them: an authority of its own, and what it signs.

The keys are made by the engine and are, as secrets, in its state; the authority signs for this one server and
nothing else, so a client that trusts it trusts the server alone. Both live for ten years, since nothing
renews them: with `early_renewal_hours` the engine does not ask the provider whether it is time
(pulumi/pulumi-tls #39). To renew, `pulumi up --target-replace` the key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi_tls as tls
from pulumi import Output, ProviderResource, Resource, ResourceOptions

LIFETIME_HOURS = 10 * 365 * 24


@dataclass(frozen=True, kw_only=True, slots=True)
class ServerCertificate:
    """A server's certificate and key, and the authority that its clients trust."""

    certificate: Output[str]
    key: Output[str]
    authority: Output[str]

    @property
    def files(self) -> dict[str, Output[str]]:
        """As Kubernetes names them in a Secret for TLS."""
        return {"tls.crt": self.certificate, "tls.key": self.key, "ca.crt": self.authority}


def create_server_certificate(  # noqa: PLR0913 (what a certificate says, each said by name)
    name: str,
    names: Sequence[str],
    *,
    parent: Resource,
    provider: ProviderResource | None = None,
    addresses: Sequence[str] = (),
    hours: int = LIFETIME_HOURS,
    renewal: str | None = None,
) -> ServerCertificate:
    """Make a key for these DNS names, and have it certified by an authority made for the purpose.

    `hours` is the life of the server's certificate; another `renewal` makes key and certificate anew.
    """
    opts = ResourceOptions(parent=parent, provider=provider)
    root = _key(f"{name}-authority", opts)
    authority = tls.SelfSignedCert(
        f"{name}-authority",
        private_key_pem=root.private_key_pem,
        subject=tls.SelfSignedCertSubjectArgs(common_name=f"Authority of {name}"),
        is_ca_certificate=True,
        # Python, from 3.13 on, refuses a chain without these identifiers (ssl.VERIFY_X509_STRICT).
        set_subject_key_id=True,
        set_authority_key_id=True,
        allowed_uses=["cert_signing", "crl_signing"],
        validity_period_hours=LIFETIME_HOURS,
        opts=opts,
    )
    key = _key(name, ResourceOptions(parent=parent, provider=provider, replacement_trigger=renewal))
    request = tls.CertRequest(
        name,
        private_key_pem=key.private_key_pem,
        subject=tls.CertRequestSubjectArgs(common_name=name),
        dns_names=list(names),
        ip_addresses=list(addresses) or None,
        opts=opts,
    )
    certificate = tls.LocallySignedCert(
        name,
        cert_request_pem=request.cert_request_pem,
        ca_private_key_pem=root.private_key_pem,
        ca_cert_pem=authority.cert_pem,
        set_subject_key_id=True,
        allowed_uses=["digital_signature", "server_auth", "client_auth"],
        validity_period_hours=hours,
        opts=opts,
    )
    return ServerCertificate(
        certificate=certificate.cert_pem,
        key=Output.secret(key.private_key_pem_pkcs8),
        authority=authority.cert_pem,
    )


def _key(name: str, opts: ResourceOptions) -> tls.PrivateKey:
    return tls.PrivateKey(f"{name}-key", algorithm="ECDSA", ecdsa_curve="P256", opts=opts)
