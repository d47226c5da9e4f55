"""What makes an S3 bucket private, encrypted and versioned: of models, of Vault's snapshots, of states."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi_aws as aws
from pulumi import Output, Resource, ResourceOptions

from components.aws.policies import Statement, document

UNFINISHED_UPLOAD_DAYS = 7


def keep_private(
    name: str, bucket: aws.s3.Bucket, further: Sequence[Statement] = (), *, parent: Resource
) -> None:
    """No public access, no access lists, no plain HTTP; `further` goes into the bucket's policy, too."""
    opts = ResourceOptions(parent=parent)
    aws.s3.BucketPublicAccessBlock(
        name,
        bucket=bucket.bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=opts,
    )
    aws.s3.BucketOwnershipControls(
        name,
        bucket=bucket.bucket,
        rule=aws.s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
        opts=opts,
    )
    only_tls: Statement = {
        "Sid": "OnlyTls",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": ["s3:*"],
        "Resource": [bucket.arn, Output.concat(bucket.arn, "/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    aws.s3.BucketPolicy(name, bucket=bucket.bucket, policy=document(only_tls, *further), opts=opts)


def encrypt(name: str, bucket: aws.s3.Bucket, key_arn: Output[str], *, parent: Resource) -> Resource:
    """Encrypt uploads with the stack's key, also those whose request names another."""
    return aws.s3.BucketServerSideEncryptionConfiguration(
        name,
        bucket=bucket.bucket,
        rules=[
            aws.s3.BucketServerSideEncryptionConfigurationRuleArgs(
                apply_server_side_encryption_by_default=aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
                    sse_algorithm="aws:kms", kms_master_key_id=key_arn
                ),
                # S3 then calls KMS once for many objects.
                bucket_key_enabled=True,
            )
        ],
        opts=ResourceOptions(parent=parent),
    )


def keep_versions(
    name: str, bucket: aws.s3.Bucket, days: int, *, expire_after: int | None = None, parent: Resource
) -> None:
    """What was overwritten or deleted by mistake comes back, for some time; or all goes, some days old."""
    versioning = aws.s3.BucketVersioning(
        name,
        bucket=bucket.bucket,
        versioning_configuration=aws.s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
        opts=ResourceOptions(parent=parent),
    )
    aws.s3.BucketLifecycleConfiguration(
        name,
        # Not `bucket.bucket`: a rule on old versions needs versioning to be on first.
        bucket=versioning.bucket,
        rules=[
            aws.s3.BucketLifecycleConfigurationRuleArgs(
                id="old-versions",
                status="Enabled",
                filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
                noncurrent_version_expiration=aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
                    noncurrent_days=days
                ),
                # One or the other: S3 refuses both in one rule.
                expiration=aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(
                    days=expire_after,
                    expired_object_delete_marker=True if expire_after is None else None,
                ),
                abort_incomplete_multipart_upload=aws.s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
                    days_after_initiation=UNFINISHED_UPLOAD_DAYS
                ),
            )
        ],
        opts=ResourceOptions(parent=parent),
    )
