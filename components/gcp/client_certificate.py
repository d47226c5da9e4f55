"""The certificate that Rasa shows to Kafka, the authority that signs it, and its renewal.

The key is made by Pulumi and goes, as a secret, into the state and a Kubernetes Secret; Google sees only a
signing request. The authority signs certificates for clients of this stack's Kafka and for nothing else, so a
certificate of it proves such a client. One root and no subordinate authority, which would cost as much again
($200 a month, in the one tier that Pulumi's provider can issue from: pulumi/pulumi-gcp #1880).

Renewal: a certificate lives for `LIFETIME_DAYS`, and a new value of `rasa:renewal` makes a new key, request
and certificate, rolls Rasa's pods onto them and only then revokes the old one. A scheduled job that runs
`pulumi config set rasa:renewal $(date +%Y-%m) && pulumi up` once a month keeps five months in reserve; should
it stop, the alarm comes `WARNING_DAYS` before the end. Not with `tls.SelfSignedCert.early_renewal_hours`:
Pulumi does not ask the provider whether it is time (pulumi/pulumi-tls #39).
"""

from __future__ import annotations

import re
from calendar import timegm
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi_tls as tls
from pulumi import Output, Resource, ResourceOptions
from pulumi_gcp import certificateauthority

from components.contract.provider import EventBrokerArgs
from components.gcp.alarms import create_deadline_alarm
from components.gcp.apis import enable_api
from components.gcp.key import DAY
from components.gcp.placement import Placement

TIER = "ENTERPRISE"
LIFETIME_DAYS = 180
WARNING_DAYS = 45
AUTHORITY_DAYS = 3650
READER_ROLE = "roles/privateca.poolReader"


@dataclass(frozen=True, kw_only=True, slots=True)
class Authority:
    """The authority that signs clients' certificates, and its pool."""

    pool: certificateauthority.CaPool
    ca: certificateauthority.Authority
    """Until the pool has this authority, Kafka trusts no client by it."""
    trusted_pool: Output[str]
    """The pool, once the given reader may read it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientCertificate:
    """A client's certificate and key."""

    certificate: Output[str]
    key: Output[str]


def create_authority(
    name: str, args: EventBrokerArgs[Placement], reader: Output[str], *, parent: Resource
) -> Authority:
    """Create a pool with one authority in it, which `reader` may read in order to trust it."""
    place = args.placement
    project = enable_api(name, "privateca", place.project, parent=parent)
    pool = certificateauthority.CaPool(
        name,
        project=project,
        location=place.region,
        tier=TIER,
        issuance_policy=_clients_only(),
        # The brokers read neither the certificate nor the revocation list there, and publishing them needs a
        # bucket.
        publishing_options=certificateauthority.CaPoolPublishingOptionsArgs(
            publish_ca_cert=False, publish_crl=False
        ),
        opts=ResourceOptions(parent=parent),
    )
    ca = certificateauthority.Authority(
        name,
        project=project,
        location=place.region,
        pool=pool.name,
        # The engine does not name it, and its name stays taken for a month after its deletion; the pool's
        # name, which is part of its id, has a random suffix.
        certificate_authority_id=pool.name,
        type="SELF_SIGNED",
        lifetime=f"{AUTHORITY_DAYS * DAY}s",
        key_spec=certificateauthority.AuthorityKeySpecArgs(algorithm="EC_P256_SHA256"),
        config=_root(),
        deletion_protection=args.deletion_protection,
        # Without this the deleted authority could be restored for 30 days, and until then neither the pool
        # nor the stack could be deleted.
        skip_grace_period=not args.deletion_protection,
        ignore_active_certificates_on_deletion=not args.deletion_protection,
        opts=ResourceOptions(parent=parent),
    )
    grant = certificateauthority.CaPoolIamMember(
        name, ca_pool=pool.id, role=READER_ROLE, member=reader, opts=ResourceOptions(parent=parent)
    )
    return Authority(pool=pool, ca=ca, trusted_pool=grant.ca_pool)


def create_client_certificate(
    name: str, principal: str, authority: Authority, args: EventBrokerArgs[Placement], *, parent: Resource
) -> ClientCertificate:
    """Create a key and have it certified as `CN=<principal>`; again for each value of `args.renewal`."""
    # A provider for this component alone: it makes keys in its own process, and the other clouds need none.
    local = tls.Provider(name, opts=ResourceOptions(parent=parent))
    key = tls.PrivateKey(
        name,
        algorithm="ECDSA",
        ecdsa_curve="P256",
        opts=ResourceOptions(parent=parent, provider=local, replacement_trigger=args.renewal),
    )
    request = tls.CertRequest(
        name,
        private_key_pem=key.private_key_pem,
        subject=tls.CertRequestSubjectArgs(common_name=principal),
        opts=ResourceOptions(parent=parent, provider=local),
    )
    certificate = certificateauthority.Certificate(
        name,
        project=authority.pool.project,
        location=args.placement.region,
        pool=authority.pool.name,
        certificate_authority=authority.ca.certificate_authority_id,
        lifetime=f"{LIFETIME_DAYS * DAY}s",
        pem_csr=request.cert_request_pem,
        # The id is known in a preview, so the order has to be stated.
        opts=ResourceOptions(parent=parent, depends_on=[authority.ca]),
    )
    create_deadline_alarm(
        f"{name}-expiry",
        f"the certificate {name} ends within {WARNING_DAYS} days; renew it with rasa:renewal",
        certificate.certificate_descriptions.apply(_warn_from),
        args.placement,
        parent=parent,
    )
    return ClientCertificate(
        certificate=certificate.pem_certificate, key=Output.secret(key.private_key_pem_pkcs8)
    )


def seconds_since_epoch(timestamp: str) -> int:
    """Read `2027-05-21T12:00:00.123Z`, as Google writes moments."""
    year, month, day, hour, minute, second = map(int, re.findall(r"\d+", timestamp)[:6])
    return timegm((year, month, day, hour, minute, second))


def _warn_from(descriptions: Sequence[certificateauthority.outputs.CertificateCertificateDescription]) -> int:
    subjects = descriptions[0].subject_descriptions or []
    return seconds_since_epoch(subjects[0].not_after_time or "") - WARNING_DAYS * DAY


def _clients_only() -> certificateauthority.CaPoolIssuancePolicyArgs:
    """Allow certificates of clients, with the name in the request, and none of authorities.

    Extensions that are not named here are taken over from a request: the API could drop them (REST reference,
    `IssuancePolicy.passthroughExtensions`), and the SDK has no argument for that. They give no rights: Kafka
    reads the name alone.
    """
    return certificateauthority.CaPoolIssuancePolicyArgs(
        maximum_lifetime=f"{LIFETIME_DAYS * DAY}s",
        allowed_issuance_modes=certificateauthority.CaPoolIssuancePolicyAllowedIssuanceModesArgs(
            allow_csr_based_issuance=True, allow_config_based_issuance=False
        ),
        identity_constraints=certificateauthority.CaPoolIssuancePolicyIdentityConstraintsArgs(
            allow_subject_passthrough=True, allow_subject_alt_names_passthrough=False
        ),
        baseline_values=certificateauthority.CaPoolIssuancePolicyBaselineValuesArgs(
            # The provider does not send `is_ca=False` alone (SDK, `non_ca`).
            ca_options=certificateauthority.CaPoolIssuancePolicyBaselineValuesCaOptionsArgs(
                is_ca=False, non_ca=True
            ),
            key_usage=certificateauthority.CaPoolIssuancePolicyBaselineValuesKeyUsageArgs(
                base_key_usage=certificateauthority.CaPoolIssuancePolicyBaselineValuesKeyUsageBaseKeyUsageArgs(
                    digital_signature=True
                ),
                extended_key_usage=certificateauthority.CaPoolIssuancePolicyBaselineValuesKeyUsageExtendedKeyUsageArgs(
                    client_auth=True
                ),
            ),
        ),
    )


def _root() -> certificateauthority.AuthorityConfigArgs:
    return certificateauthority.AuthorityConfigArgs(
        subject_config=certificateauthority.AuthorityConfigSubjectConfigArgs(
            subject=certificateauthority.AuthorityConfigSubjectConfigSubjectArgs(
                organization="Rasa", common_name="Clients of Rasa's event broker"
            )
        ),
        x509_config=certificateauthority.AuthorityConfigX509ConfigArgs(
            ca_options=certificateauthority.AuthorityConfigX509ConfigCaOptionsArgs(
                is_ca=True, zero_max_issuer_path_length=True
            ),
            key_usage=certificateauthority.AuthorityConfigX509ConfigKeyUsageArgs(
                base_key_usage=certificateauthority.AuthorityConfigX509ConfigKeyUsageBaseKeyUsageArgs(
                    cert_sign=True, crl_sign=True
                ),
                extended_key_usage=certificateauthority.AuthorityConfigX509ConfigKeyUsageExtendedKeyUsageArgs(
                    client_auth=True
                ),
            ),
        ),
    )
