"""Where Vault's snapshots go on AWS: an encrypted bucket that deletes them after some days.

Vault's role may put objects there, and neither read nor delete any. Not the models' bucket, every object of
which Rasa may read.
"""

from __future__ import annotations

from collections.abc import Mapping

import pulumi_aws as aws
from pulumi import Output, Resource, ResourceOptions

from components.aws.bucket import encrypt, keep_private, keep_versions
from components.aws.placement import Placement
from components.aws.policies import Statement
from components.contract.provider import VaultUnsealArgs
from components.contract.terms import Profile

SNAPSHOT_DAYS: Mapping[Profile, int] = {"dev": 7, "production": 35}
"""How long a snapshot is kept."""


def create_snapshot_bucket(name: str, args: VaultUnsealArgs[Placement], *, parent: Resource) -> aws.s3.Bucket:
    """Create the bucket."""
    bucket = aws.s3.Bucket(
        name, force_destroy=not args.deletion_protection, opts=ResourceOptions(parent=parent)
    )
    days = SNAPSHOT_DAYS[args.profile]
    keep_private(name, bucket, parent=parent)
    encrypt(name, bucket, args.placement.key_arn, parent=parent)
    keep_versions(name, bucket, days, expire_after=days, parent=parent)
    return bucket


def put_statements(bucket: aws.s3.Bucket, place: Placement) -> tuple[Statement, Statement]:
    """Put, and encrypt on the way; S3 alone may use the key for it."""
    return (
        {
            "Sid": "PutSnapshots",
            "Effect": "Allow",
            "Action": ["s3:PutObject"],
            "Resource": Output.concat(bucket.arn, "/*"),
        },
        {
            "Sid": "EncryptSnapshots",
            "Effect": "Allow",
            # kms:Decrypt, for uploads in several parts.
            "Action": ["kms:GenerateDataKey", "kms:Decrypt"],
            "Resource": place.key_arn,
            "Condition": {"StringEquals": {"kms:ViaService": f"s3.{place.region}.amazonaws.com"}},
        },
    )
