"""The stack's own KMS key: everything at rest is encrypted with it, and deleting it deletes everything.

Where data outlives the stack (a final snapshot, kept backups: `postgres.py`, `documentdb.py`), so does the
key: it stays in the account, for a dollar a month, until a person deletes it there.

A key that exists (`rasa:encryptionKey`) is looked at and takes its place: the stack changes nothing of it,
and its policy is its owner's (docs/own-rules.md).

What it deliberately does not do: unseal Vault. That key (`vault_unseal.py`) is Vault's alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pulumi_aws as aws
from pulumi import ComponentResource, InvokeOptions, Output, ResourceOptions

from components.aws.policies import Statement, account_administers_key, document
from components.contract.provider import ExistingKey
from components.contract.terms import Profile

DELETION_WINDOW_DAYS: Mapping[Profile, int] = {"dev": 7, "production": 30}
"""How long after `pulumi destroy` a key can still be brought back; 7 and 30 are AWS's limits."""


USED = "ENCRYPT_DECRYPT (SYMMETRIC_DEFAULT)"
"""What AWS' stores encrypt with (AWS KMS developer guide, "Key spec reference")."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyArgs:
    """Whose key it is."""

    profile: Profile
    keeps_data: bool
    region: str
    account_id: Output[str]
    existing: ExistingKey | None = None
    """None: one is made."""


class Key(ComponentResource):
    """A symmetric key: one that AWS rotates each year, or one that exists."""

    arn: Output[str]

    def __init__(self, name: str, args: KeyArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:aws:Key", name, {}, opts)
        self.arn = self._made(name, args) if args.existing is None else self._found(args.existing)
        self.register_outputs({"arn": self.arn})

    def _made(self, name: str, args: KeyArgs) -> Output[str]:
        key = aws.kms.Key(
            name,
            description="Rasa: data at rest of the stack",
            enable_key_rotation=True,
            deletion_window_in_days=DELETION_WINDOW_DAYS[args.profile],
            policy=document(account_administers_key(args.account_id), _logs_use_key(args)),
            # Snapshots and backups that outlive the stack are encrypted with it.
            opts=ResourceOptions(parent=self, retain_on_delete=args.keeps_data),
        )
        # A name for people. An alias must be unique in the account, and the engine cannot name it: it begins
        # with "alias/".
        aws.kms.Alias(
            name,
            name=Output.concat(f"alias/{name}-", key.key_id.apply(lambda key_id: key_id[:8])),
            target_key_id=key.key_id,
            opts=ResourceOptions(parent=self),
        )
        return key.arn

    def _found(self, wanted: ExistingKey) -> Output[str]:
        try:
            key = aws.kms.get_key(key_id=wanted.id, opts=InvokeOptions(parent=self))
        except Exception as error:  # the SDK raises nothing narrower, whatever the provider said
            raise wanted.refused([f"cannot be looked at: {error}"]) from error
        if reasons := [*reasons_against(key)]:
            raise wanted.refused(reasons)
        return Output.from_input(key.arn)


def reasons_against(key: aws.kms.GetKeyResult) -> Iterator[str]:
    """Why the stores could not encrypt with a key: what is said of it."""
    if key.key_state != "Enabled":
        yield f"is in the state {key.key_state}; accepted: Enabled"
    kind = f"{key.key_usage} ({key.key_spec})"
    if kind != USED:
        yield f"is for {kind}; accepted: {USED}"
    if key.key_manager != "CUSTOMER":
        yield "is AWS' own, whose policy nobody can change; accepted: one of a customer's"


def _logs_use_key(args: KeyArgs) -> Statement:
    """CloudWatch Logs uses the key as a service, not with the permissions of the caller.

    Source: CloudWatch Logs user guide, "Encrypt log data using AWS KMS".
    """
    return {
        "Sid": "CloudWatchLogs",
        "Effect": "Allow",
        "Principal": {"Service": f"logs.{args.region}.amazonaws.com"},
        "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        "Resource": "*",
        "Condition": {
            "ArnLike": {
                "kms:EncryptionContext:aws:logs:arn": Output.concat(
                    f"arn:aws:logs:{args.region}:", args.account_id, ":log-group:*"
                )
            }
        },
    }
