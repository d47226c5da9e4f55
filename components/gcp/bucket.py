"""A private, encrypted, versioned bucket: for models, Vault's snapshots and Pulumi's states."""

from __future__ import annotations

from collections.abc import Sequence

from pulumi import InvokeOutputOptions, Output, Resource
from pulumi_gcp import storage

from components.gcp.key import DAY

SOFT_DELETE_DAYS = 7
"""How long even a deleted version, or the whole bucket, can be brought back; 7 is the least above "off"."""


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
