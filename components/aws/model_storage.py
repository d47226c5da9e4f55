"""Model storage on AWS: a private, versioned S3 bucket that Rasa reads with the identity of its pod.

What it deliberately does not do: hand out keys, or let Rasa write. The first model comes with the stack
(`rasa:assistant.upload`); after it the assistant's pipeline uploads, with an identity of its own. From `dev`
to `production` nothing is replaced.
"""

from __future__ import annotations

from collections.abc import Mapping

import pulumi_aws as aws
from pulumi import ComponentResource, FileAsset, Output, Resource, ResourceOptions

from components.aws.alarms import Alarm, create_alarms
from components.aws.bucket import encrypt, keep_private, keep_versions
from components.aws.placement import Placement
from components.aws.policies import Statement, document
from components.contract.connections import S3
from components.contract.provider import FirstModel, ModelStorageArgs
from components.contract.terms import Profile

NONCURRENT_DAYS: Mapping[Profile, int] = {"dev": 30, "production": 365}
"""How long an overwritten or deleted model can be brought back, in days."""
RELEASED = f"{'?' * 40}.tar.gz"
"""Key of a released model, as a pattern of IAM: its commit."""
METRICS = "EntireBucket"
"""S3 publishes request metrics only where a configuration asks for them; the console uses this name, too."""

ALARMS = (
    Alarm(metric="5xxErrors", above=0, statistic="Sum", missing="notBreaching"),
    # Rasa starts without a model that it may not read (docs/rasa-pro.md, Unreadable models). Some refusals
    # are normal: `pulumi refresh` asks for settings that the bucket does not have.
    Alarm(metric="4xxErrors", above=10, statistic="Sum", missing="notBreaching"),
)


class ModelStorage(ComponentResource):
    """The bucket for trained models."""

    connection: S3

    def __init__(
        self, name: str, args: ModelStorageArgs[Placement], opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("rasa:aws:ModelStorage", name, {}, opts)
        place = args.placement
        # Without protection the bucket is deleted with its objects; S3 refuses to delete one that holds any.
        bucket = aws.s3.Bucket(
            name, force_destroy=not args.deletion_protection, opts=ResourceOptions(parent=self)
        )
        keep_private(name, bucket, _keep_releases(bucket, forever=args.deletion_protection), parent=self)
        encrypted = encrypt(name, bucket, place.key_arn, parent=self)
        keep_versions(name, bucket, NONCURRENT_DAYS[args.profile], parent=self)
        grant = aws.iam.RolePolicy(
            name,
            role=place.rasa_role_name,
            policy=document(*_read_statements(bucket, place)),
            opts=ResourceOptions(parent=self),
        )
        metrics = aws.s3.BucketMetric(
            name, bucket=bucket.bucket, name=METRICS, opts=ResourceOptions(parent=self)
        )
        create_alarms(
            name,
            ALARMS,
            namespace="AWS/S3",
            dimensions={"BucketName": bucket.bucket, "FilterId": metrics.name},
            topic_arn=place.alarm_topic_arn,
            parent=self,
        )
        uploaded = _upload(name, args.first_model, bucket, encrypted, parent=self)
        self.connection = S3(bucket=bucket.bucket, region=place.region, ready=(grant, *uploaded))
        self.register_outputs({"bucket": bucket.bucket})


def _keep_releases(bucket: aws.s3.Bucket, *, forever: bool) -> list[Statement]:
    """Nobody overwrites a released model, an administrator included; `forever`: nor deletes it.

    S3 user guide, "Enforce conditional writes on Amazon S3 buckets": a write that does not say
    `If-None-Match` is denied, but for the parts of a large upload, whose last call says it. A release is
    named like its commit; other models are written by people, whose tools do not say it.
    """
    released = Output.concat(bucket.arn, "/", RELEASED)
    written: Statement = {
        "Sid": "OneNameOneModel",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": ["s3:PutObject"],
        "Resource": released,
        "Condition": {"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}},
    }
    deleted: Statement = {
        "Sid": "ReleasesStay",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": ["s3:DeleteObject", "s3:DeleteObjectVersion"],
        "Resource": released,
    }
    return [written, deleted] if forever else [written]


def _upload(
    name: str, model: FirstModel | None, bucket: aws.s3.Bucket, encrypted: Resource, *, parent: Resource
) -> tuple[Resource, ...]:
    if model is None:
        return ()
    uploaded = aws.s3.BucketObjectv2(
        f"{name}-upload-{model.name}",
        bucket=bucket.bucket,
        key=model.key,
        source=FileAsset(model.file),
        content_type="application/gzip",
        # An object takes 10 tags at most, and the stack may have more (S3 user guide, "Categorizing your
        # storage using tags"); the bucket has them.
        override_provider=aws.s3.BucketObjectv2OverrideProviderArgs(
            default_tags=aws.s3.BucketObjectv2OverrideProviderDefaultTagsArgs(tags={})
        ),
        opts=ResourceOptions(
            parent=parent,
            # An object that is uploaded before the bucket's encryption is set stays encrypted with a key of
            # Amazon's.
            depends_on=[encrypted],
            # Kept when the stack no longer uploads it: Rasa may still serve it. It is deleted with the
            # bucket.
            retain_on_delete=True,
            # One name has one model: other content under it is not uploaded, and the preflight stops `up`.
            ignore_changes=["source"],
        ),
    )
    return (uploaded,)


def _read_statements(bucket: aws.s3.Bucket, place: Placement) -> tuple[Statement, Statement, Statement]:
    """HeadBucket, HeadObject and GetObject, which is all that Rasa does (`core/persistor.py`)."""
    return (
        {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": bucket.arn},
        {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": Output.concat(bucket.arn, "/*")},
        {
            "Effect": "Allow",
            "Action": ["kms:Decrypt"],
            "Resource": place.key_arn,
            "Condition": {"StringEquals": {"kms:ViaService": f"s3.{place.region}.amazonaws.com"}},
        },
    )
