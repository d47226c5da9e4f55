"""Where Pulumi keeps the stacks' states on Google Cloud, and the key of the secrets in them.

The bucket is encrypted with a key too, another one: who may decrypt secrets is not who may read the bucket.
Both outlive everything: a key of Cloud KMS cannot be deleted at all, only its material can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulumi import ComponentResource, InvokeOutputOptions, Output, Resource, ResourceOptions
from pulumi_gcp import kms, storage

from components.gcp.apis import enable_api
from components.gcp.key import DAY, DESTRUCTION_DAYS, ROTATION_DAYS, lend_key

OLD_STATES_DAYS = 365
DELETED_STATES_DAYS = 90


@dataclass(frozen=True, kw_only=True, slots=True)
class StateArgs:
    """Whose it is."""

    project: str
    region: str
    readers: Mapping[str, Output[str]]
    """Name → member that reads the states and decrypts."""
    writers: Mapping[str, Output[str]]
    """Name → member that writes and encrypts too; objects are granted with the whole project."""
    people: Sequence[str]
    """Those who make the stacks' states, such as user:me@example.com: not even an owner encrypts."""
    protect: bool
    """Refuse to delete it: every stack's state and secrets go with it."""


class State(ComponentResource):
    """A private, versioned bucket and the key of the secrets."""

    bucket: Output[str]
    key_id: Output[str]

    def __init__(self, name: str, args: StateArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:bootstrap:State", name, {}, opts)
        kms_project = enable_api(name, "cloudkms", args.project, parent=self)
        project = enable_api(name, "storage", args.project, parent=self)
        ring = kms.KeyRing(name, project=kms_project, location=args.region, opts=ResourceOptions(parent=self))
        secrets = _key(f"{name}-secrets", ring, args, parent=self)
        own = _key(f"{name}-bucket", ring, args, parent=self)
        # The agent comes into being when its name is asked for, by no other call (components/gcp, buckets).
        agent = storage.get_project_service_account_output(
            project=project, opts=InvokeOutputOptions(parent=self)
        )
        bucket = storage.Bucket(
            name,
            _bucket_args(args, project, lend_key(f"{name}-bucket", own.id, agent.member, parent=self)),
            ResourceOptions(parent=self, protect=args.protect),
        )
        for who, member in args.readers.items():
            storage.BucketIAMMember(
                f"{name}-{who}",
                bucket=bucket.name,
                role="roles/storage.objectViewer",
                member=member,
                opts=ResourceOptions(parent=self),
            )
            _lend(f"{name}-{who}", secrets, "cryptoKeyDecrypter", member, parent=self)
        people = {person.rpartition(":")[2]: Output.from_input(person) for person in args.people}
        for who, member in {**args.writers, **people}.items():
            _lend(f"{name}-{who}", secrets, "cryptoKeyEncrypterDecrypter", member, parent=self)
        self.bucket, self.key_id = bucket.name, secrets.id
        self.register_outputs({"bucket": self.bucket})


def _key(name: str, ring: kms.KeyRing, args: StateArgs, *, parent: Resource) -> kms.CryptoKey:
    return kms.CryptoKey(
        name,
        key_ring=ring.id,
        purpose="ENCRYPT_DECRYPT",
        rotation_period=f"{ROTATION_DAYS * DAY}s",
        destroy_scheduled_duration=f"{DESTRUCTION_DAYS * DAY}s",
        deletion_policy="PREVENT" if args.protect else "DELETE",
        opts=ResourceOptions(parent=parent, protect=args.protect),
    )


def _lend(name: str, key: kms.CryptoKey, role: str, member: Output[str], *, parent: Resource) -> None:
    kms.CryptoKeyIAMMember(
        name,
        crypto_key_id=key.id,
        role=f"roles/cloudkms.{role}",
        member=member,
        opts=ResourceOptions(parent=parent),
    )


def _bucket_args(args: StateArgs, project: Output[str], key_id: Output[str]) -> storage.BucketArgs:
    return storage.BucketArgs(
        project=project,
        location=args.region,
        storage_class="STANDARD",
        uniform_bucket_level_access=True,
        public_access_prevention="enforced",
        encryption=storage.BucketEncryptionArgs(default_kms_key_name=key_id),
        versioning=storage.BucketVersioningArgs(enabled=True),
        soft_delete_policy=storage.BucketSoftDeletePolicyArgs(
            retention_duration_seconds=DELETED_STATES_DAYS * DAY
        ),
        lifecycle_rules=[
            storage.BucketLifecycleRuleArgs(
                action=storage.BucketLifecycleRuleActionArgs(type="Delete"),
                condition=storage.BucketLifecycleRuleConditionArgs(
                    days_since_noncurrent_time=OLD_STATES_DAYS, with_state="ARCHIVED"
                ),
            )
        ],
        force_destroy=False,
        deletion_policy="PREVENT" if args.protect else "DELETE",
    )
