"""Where Pulumi keeps the stacks' states, and the keys of the secrets in them. All outlive everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi_aws as aws
from pulumi import ComponentResource, Output, ResourceOptions

from components.aws.bucket import encrypt, keep_private, keep_versions

OLD_STATES_DAYS = 365
DELETION_WINDOW_DAYS = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class StateArgs:
    """How it is kept."""

    protect: bool
    """Refuse to delete it: every stack's state and secrets go with it."""
    stacks: Sequence[str]
    """Each has a key of its own: who opens one stack's secrets opens no other's."""
    bucket: bool = True
    """Whether the states are kept here, and not in Pulumi Cloud."""


class State(ComponentResource):
    """A private, versioned bucket with its key, and a key for the secrets of each stack."""

    bucket: Output[str] | None = None
    bucket_arn: Output[str] | None = None
    bucket_key_arn: Output[str] | None = None
    key_arns: Mapping[str, Output[str]]
    """By stack."""

    def __init__(self, name: str, args: StateArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:bootstrap:State", name, {}, opts)
        kept = ResourceOptions(parent=self, protect=args.protect)
        self.key_arns = {stack: _key(f"{name}-{stack}", f"secrets of {stack}", kept) for stack in args.stacks}
        if args.bucket:
            self._keep_states(name, _key(name, "states", kept), kept)
        self.register_outputs({"bucket": self.bucket})

    def _keep_states(self, name: str, key_arn: Output[str], kept: ResourceOptions) -> None:
        bucket = aws.s3.Bucket(name, force_destroy=False, opts=kept)
        keep_private(name, bucket, parent=self)
        encrypt(name, bucket, key_arn, parent=self)
        keep_versions(name, bucket, OLD_STATES_DAYS, parent=self)
        self.bucket, self.bucket_arn, self.bucket_key_arn = bucket.bucket, bucket.arn, key_arn


def _key(name: str, what: str, kept: ResourceOptions) -> Output[str]:
    # No policy of its own: KMS then leaves the key to the account's IAM policies.
    key = aws.kms.Key(
        name,
        description=f"Rasa: Pulumi's {what}",
        enable_key_rotation=True,
        deletion_window_in_days=DELETION_WINDOW_DAYS,
        opts=kept,
    )
    return key.arn
