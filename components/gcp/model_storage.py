"""Model storage on Google Cloud: a private, versioned bucket that Rasa reads with the identity of its pod.

What it deliberately does not do: hand out keys, or let Rasa write. The first model comes with the stack
(`rasa:assistant.upload`); after it the assistant's pipeline uploads, with an identity of its own. The bucket
stays in the stack's region. From `dev` to `production` nothing is replaced.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pulumi import ComponentResource, FileAsset, InvokeOutputOptions, Output, Resource, ResourceOptions
from pulumi_gcp import storage

from components.contract.connections import Gcs
from components.contract.provider import FirstModel, ModelStorageArgs
from components.contract.terms import Profile
from components.gcp.alarms import Alarm, Watched, create_alarms
from components.gcp.key import DAY, grant_key
from components.gcp.placement import Placement

NONCURRENT_DAYS: Mapping[Profile, int] = {"dev": 30, "production": 365}
"""How long an overwritten or deleted model can be brought back, in days."""
SOFT_DELETE_DAYS = 7
"""How long even a deleted version, or the whole bucket, can be brought back; 7 is the least above "off"."""
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


def service_agent(project: Output[str], *, parent: Resource) -> Output[str]:
    """The service agent of Cloud Storage, which encrypts with the key.

    The one look-up of this stack, and one that acts: a project's agent is created by the call that asks for
    its name, and by no other (Cloud Storage documentation, "Service agents"; `projects.ServiceIdentity`, as
    for all other services, does not know it: hashicorp/terraform-provider-google #9730).
    """
    agent = storage.get_project_service_account_output(
        project=project, opts=InvokeOutputOptions(parent=parent)
    )
    return agent.member


def bucket_args(  # noqa: PLR0913 (a bucket's inputs, each said by name)
    *,
    project: Output[str],
    region: str,
    key_id: Output[str],
    deleted_days: int,
    rules: Sequence[storage.BucketLifecycleRuleArgs],
    protect: bool,
    force_destroy: bool,
) -> storage.BucketArgs:
    """A private bucket that encrypts, and keeps what was overwritten or deleted for some time."""
    return storage.BucketArgs(
        project=project,
        location=region,
        storage_class="STANDARD",
        uniform_bucket_level_access=True,
        public_access_prevention="enforced",
        encryption=storage.BucketEncryptionArgs(default_kms_key_name=key_id),
        versioning=storage.BucketVersioningArgs(enabled=True),
        soft_delete_policy=storage.BucketSoftDeletePolicyArgs(retention_duration_seconds=deleted_days * DAY),
        lifecycle_rules=list(rules),
        force_destroy=force_destroy,
        deletion_policy="PREVENT" if protect else "DELETE",
    )


def delete_when(condition: storage.BucketLifecycleRuleConditionArgs) -> storage.BucketLifecycleRuleArgs:
    """A rule that deletes what meets a condition."""
    return storage.BucketLifecycleRuleArgs(
        action=storage.BucketLifecycleRuleActionArgs(type="Delete"), condition=condition
    )


def delete_old_versions(days: int) -> storage.BucketLifecycleRuleArgs:
    """A rule that deletes what was overwritten or deleted, some days later."""
    return delete_when(
        storage.BucketLifecycleRuleConditionArgs(days_since_noncurrent_time=days, with_state="ARCHIVED")
    )


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
