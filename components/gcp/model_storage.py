"""Model storage on Google Cloud: a private, versioned bucket that Rasa reads with the identity of its pod.

What it deliberately does not do: hand out keys, or let Rasa write. The first model comes with the stack
(`rasa:assistant.upload`); after it the assistant's pipeline uploads, with an identity of its own. The bucket
stays in the stack's region. From `dev` to `production` nothing is replaced.
"""

from __future__ import annotations

from collections.abc import Mapping

from pulumi import ComponentResource, FileAsset, Output, Resource, ResourceOptions
from pulumi_gcp import storage

from components.contract.connections import Gcs
from components.contract.provider import FirstModel, ModelStorageArgs
from components.contract.terms import Profile
from components.gcp.alarms import Alarm, Watched, create_alarms
from components.gcp.bucket import SOFT_DELETE_DAYS, bucket_args, delete_old_versions, service_agent
from components.gcp.key import grant_key
from components.gcp.placement import Placement

NONCURRENT_DAYS: Mapping[Profile, int] = {"dev": 30, "production": 365}
"""How long an overwritten or deleted model can be brought back, in days."""
UNFINISHED_UPLOAD_DAYS = 7
ROLES: Mapping[str, str] = {
    # storage.objects.get: the model.
    "objects": "roles/storage.objectViewer",
    # storage.buckets.get, which objectViewer lacks: Rasa asks for the bucket first, and loads no model where
    # that is refused (docs/rasa-pro.md, Buckets). Granted on this bucket alone.
    "bucket": "roles/storage.legacyBucketReader",
}

ALARMS = (
    # Rasa starts without a model that it may not read (docs/rasa-pro.md, Unreadable models).
    Alarm(
        metric="storage.googleapis.com/api/request_count",
        above=10,
        statistic="DELTA",
        total=True,
        where='metric.labels.response_code != "OK"',
    ),
)


class ModelStorage(ComponentResource):
    """The bucket for trained models."""

    connection: Gcs

    def __init__(
        self, name: str, args: ModelStorageArgs[Placement], opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("rasa:gcp:ModelStorage", name, {}, opts)
        place = args.placement
        project = place.apis.storage
        key_id = grant_key(name, place.key_id, service_agent(project, parent=self), parent=self)
        bucket = storage.Bucket(name, _bucket_args(args, project, key_id), ResourceOptions(parent=self))
        grants = tuple(
            storage.BucketIAMMember(
                f"{name}-{purpose}",
                bucket=bucket.name,
                role=role,
                member=place.rasa_member,
                opts=ResourceOptions(parent=self),
            )
            for purpose, role in ROLES.items()
        )
        watched = Watched(type="gcs_bucket", label="bucket_name", value=bucket.name)
        create_alarms(name, ALARMS, watched, place, parent=self)
        uploaded = _upload(name, args.first_model, bucket, parent=self)
        self.connection = Gcs(bucket=bucket.name, ready=(*grants, *uploaded))
        self.register_outputs({"bucket": bucket.name})


def _upload(
    name: str, model: FirstModel | None, bucket: storage.Bucket, *, parent: Resource
) -> tuple[Resource, ...]:
    if model is None:
        return ()
    uploaded = storage.BucketObject(
        f"{name}-upload-{model.name}",
        bucket=bucket.name,
        name=model.key,
        source=FileAsset(model.file),
        content_type="application/gzip",
        opts=ResourceOptions(
            parent=parent,
            # Kept when the stack no longer uploads it: Rasa may still serve it. It goes with the bucket.
            retain_on_delete=True,
            # One name has one model: other content under it is not uploaded, and the preflight stops `up`.
            ignore_changes=["source"],
        ),
    )
    return (uploaded,)


def _bucket_args(
    args: ModelStorageArgs[Placement], project: Output[str], key_id: Output[str]
) -> storage.BucketArgs:
    unfinished = storage.BucketLifecycleRuleArgs(
        action=storage.BucketLifecycleRuleActionArgs(type="AbortIncompleteMultipartUpload"),
        condition=storage.BucketLifecycleRuleConditionArgs(age=UNFINISHED_UPLOAD_DAYS),
    )
    return bucket_args(
        project=project,
        region=args.placement.region,
        key_id=key_id,
        deleted_days=SOFT_DELETE_DAYS,
        rules=[delete_old_versions(NONCURRENT_DAYS[args.profile]), unfinished],
        protect=args.deletion_protection,
        # Without protection the bucket is deleted with its objects; Google refuses to delete one that holds
        # any.
        force_destroy=not args.deletion_protection,
    )
