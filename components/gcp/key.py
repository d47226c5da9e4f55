"""The stack's own KMS key: everything at rest is encrypted with it, and destroying it destroys everything.

A key ring can never be deleted, and neither can a key, only its material: `pulumi destroy` leaves both
behind, empty and free of charge. So their names carry a suffix, or the next stack of the name could not be
made. Where data outlives the stack (Cloud SQL's final backup), so does the key's material: the backup lives
as long as the material could be brought back, and would end with it. To restore, grant Cloud SQL's service
agent the key again.

A key that exists (`rasa:encryptionKey`) is looked at and takes its place. The stack grants the services'
agents its use, and changes nothing else of it (docs/own-rules.md).

What it deliberately does not do: unseal Vault. That key (`vault_unseal.py`) is Vault's alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pulumi import ComponentResource, InvokeOptions, Output, Resource, ResourceOptions
from pulumi_gcp import kms, projects

from components.contract.provider import ExistingKey
from components.gcp.placement import Placement

DAY = 24 * 60 * 60
ROTATION_DAYS = 90
DESTRUCTION_DAYS = 30
"""How long destroyed key material can still be brought back. The same in either profile: it cannot be changed
later, and another key would replace everything that is encrypted with it."""
USER_ROLE = "roles/cloudkms.cryptoKeyEncrypterDecrypter"


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyArgs:
    """Whose key it is."""

    project: Output[str]
    region: str
    deletion_protection: bool
    keeps_data: bool = False
    """Whether something that is encrypted with it outlives the stack."""
    existing: ExistingKey | None = None
    """None: one is made."""


class Key(ComponentResource):
    """A symmetric key: one that Google rotates each quarter, or one that exists."""

    id: Output[str]

    def __init__(self, name: str, args: KeyArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:gcp:Key", name, {}, opts)
        if args.existing is None:
            self.id = create_key(name, args, parent=self).id
        else:
            found = _find_key(args.existing, parent=self)
            # By way of the project, so that Cloud KMS is on there.
            self.id = args.project.apply(lambda _: found)
        self.register_outputs({"id": self.id})


def _find_key(wanted: ExistingKey, *, parent: Resource) -> str:
    ring, _, name = wanted.id.partition("/cryptoKeys/")
    try:
        key = kms.get_kms_crypto_key(name=name, key_ring=ring, opts=InvokeOptions(parent=parent))
    except Exception as error:  # the SDK raises nothing narrower, whatever the provider said
        raise wanted.refused([f"cannot be looked at: {error}"]) from error
    if reasons := [*reasons_against(key)]:
        raise wanted.refused(reasons)
    return wanted.id


def reasons_against(key: kms.GetKMSCryptoKeyResult) -> Iterator[str]:
    """Why the stores could not encrypt with a key: what is said of it."""
    if key.purpose != "ENCRYPT_DECRYPT":
        yield f"is for {key.purpose}; accepted: ENCRYPT_DECRYPT"
    elif not any(version.state == "ENABLED" for version in key.primaries):
        yield "has no primary version that is ENABLED; enable one, or take another key"


def create_key(name: str, args: KeyArgs, *, parent: Resource) -> kms.CryptoKey:
    """Create a key in a key ring of its own."""
    opts = ResourceOptions(parent=parent, retain_on_delete=args.keeps_data)
    ring = kms.KeyRing(name, project=args.project, location=args.region, opts=opts)
    return create_key_in(ring, name, kept=args.deletion_protection, opts=opts)


def create_key_in(ring: kms.KeyRing, name: str, *, kept: bool, opts: ResourceOptions) -> kms.CryptoKey:
    """Create a symmetric key that Google rotates, in an existing key ring."""
    return kms.CryptoKey(
        name,
        key_ring=ring.id,
        purpose="ENCRYPT_DECRYPT",
        rotation_period=f"{ROTATION_DAYS * DAY}s",
        destroy_scheduled_duration=f"{DESTRUCTION_DAYS * DAY}s",
        deletion_policy="PREVENT" if kept else "DELETE",
        opts=opts,
    )


def service_agent(name: str, api: str, project: Output[str], *, parent: Resource) -> Output[str]:
    """The service agent of a Google service, as IAM spells it; created where the project lacks it."""
    agent = projects.ServiceIdentity(
        name, service=f"{api}.googleapis.com", project=project, opts=ResourceOptions(parent=parent)
    )
    return agent.member


def grant_key(name: str, key_id: Output[str], member: Output[str], *, parent: Resource) -> Output[str]:
    """Let a service encrypt with a key; return the key's id, which so is known only once the service may."""
    grant = kms.CryptoKeyIAMMember(
        name, crypto_key_id=key_id, role=USER_ROLE, member=member, opts=ResourceOptions(parent=parent)
    )
    return grant.crypto_key_id


def key_for(name: str, api: str, project: Output[str], place: Placement, *, parent: Resource) -> Output[str]:
    """The stack's key, for the service behind an API."""
    member = service_agent(name, api, project, parent=parent)
    return grant_key(name, place.key_id, member, parent=parent)
