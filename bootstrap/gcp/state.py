"""Where Pulumi keeps the stacks' states on Google Cloud, and the keys of the secrets in them.

Each stack has a key of its own, and the bucket another one: who may decrypt one stack's secrets decrypts no
other's. All outlive everything: a key of Cloud KMS cannot be deleted at all, only its material can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulumi import ComponentResource, Output, Resource, ResourceOptions
from pulumi_gcp import kms, storage

from components.gcp.apis import enable_api
from components.gcp.bucket import bucket_args, delete_old_versions, service_agent
from components.gcp.key import create_key_in, grant_key

OLD_STATES_DAYS = 365
DELETED_STATES_DAYS = 90


@dataclass(frozen=True, kw_only=True, slots=True)
class StateArgs:
    """Whose it is."""

    project: str
    region: str
    readers: Mapping[str, Output[str]]
    """Stack → member that reads the states and decrypts this stack's secrets."""
    writers: Mapping[str, Output[str]]
    """Stack → member that encrypts them too; objects are granted with the whole project."""
    people: Sequence[str]
    """Those who make the stacks' states, such as user:me@example.com: not even an owner encrypts."""
    protect: bool
    """Refuse to delete it: every stack's state and secrets go with it."""
    bucket: bool = True
    """Whether the states are kept here, and not in Pulumi Cloud."""


class State(ComponentResource):
    """A private, versioned bucket, and a key for the secrets of each stack."""

    bucket: Output[str] | None = None
    key_ids: Mapping[str, Output[str]]
    """By stack."""

    def __init__(self, name: str, args: StateArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:bootstrap:State", name, {}, opts)
        kms_project = enable_api(name, "cloudkms", args.project, parent=self)
        ring = kms.KeyRing(name, project=kms_project, location=args.region, opts=ResourceOptions(parent=self))
        kept = ResourceOptions(parent=self, protect=args.protect)
        self.key_ids = {
            stack: _key_of(f"{name}-{stack}", stack, args, ring, kept, parent=self) for stack in args.readers
        }
        if args.bucket:
            self._keep_states(name, args, ring, kept)
        self.register_outputs({"bucket": self.bucket})

    def _keep_states(self, name: str, args: StateArgs, ring: kms.KeyRing, kept: ResourceOptions) -> None:
        project = enable_api(name, "storage", args.project, parent=self)
        own = create_key_in(ring, f"{name}-bucket", kept=args.protect, opts=kept)
        agent = service_agent(project, parent=self)
        bucket = storage.Bucket(
            name,
            bucket_args(
                project=project,
                region=args.region,
                key_id=grant_key(f"{name}-bucket", own.id, agent, parent=self),
                deleted_days=DELETED_STATES_DAYS,
                rules=[delete_old_versions(OLD_STATES_DAYS)],
                protect=args.protect,
                force_destroy=False,
            ),
            kept,
        )
        for stack, member in args.readers.items():
            storage.BucketIAMMember(
                f"{name}-{stack}",
                bucket=bucket.name,
                role="roles/storage.objectViewer",
                member=member,
                opts=ResourceOptions(parent=self),
            )
        self.bucket = bucket.name


def _key_of(
    name: str, stack: str, args: StateArgs, ring: kms.KeyRing, kept: ResourceOptions, *, parent: Resource
) -> Output[str]:
    key = create_key_in(ring, name, kept=args.protect, opts=kept)
    _lend(f"{name}-preview", key, "cryptoKeyDecrypter", args.readers[stack], parent=parent)
    people = {person.rpartition(":")[2]: Output.from_input(person) for person in args.people}
    for who, member in {"deploy": args.writers[stack], **people}.items():
        _lend(f"{name}-{who}", key, "cryptoKeyEncrypterDecrypter", member, parent=parent)
    return key.id


def _lend(name: str, key: kms.CryptoKey, role: str, member: Output[str], *, parent: Resource) -> None:
    kms.CryptoKeyIAMMember(
        name,
        crypto_key_id=key.id,
        role=f"roles/cloudkms.{role}",
        member=member,
        opts=ResourceOptions(parent=parent),
    )
