"""The stack's own KMS key: everything at rest is encrypted with it, and deleting it deletes everything.

Where data outlives the stack (a final snapshot, kept backups: `postgres.py`, `documentdb.py`), so does the
key: it stays in the account, for a dollar a month, until a person deletes it there.

What it deliberately does not do: unseal Vault. That key (`vault_unseal.py`) is Vault's alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi_aws as aws
from pulumi import ComponentResource, Output, ResourceOptions

from components.aws.policies import Statement, account_administers_key, document
from components.contract.terms import Profile

DELETION_WINDOW_DAYS: Mapping[Profile, int] = {"dev": 7, "production": 30}
"""How long after `pulumi destroy` a key can still be brought back; 7 and 30 are AWS's limits."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyArgs:
    """Whose key it is."""

    profile: Profile
    keeps_data: bool
    region: str
    account_id: Output[str]


class Key(ComponentResource):
    """A symmetric key that AWS rotates each year."""

    arn: Output[str]

    def __init__(self, name: str, args: KeyArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:aws:Key", name, {}, opts)
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
        self.arn = key.arn
        self.register_outputs({"arn": self.arn})


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
