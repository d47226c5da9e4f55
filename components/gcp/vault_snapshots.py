"""Where Vault's snapshots go on Google Cloud: an encrypted bucket that deletes them after some days.

Vault's service account may create objects there, and neither read, overwrite nor delete any. Not the models'
bucket, every object of which Rasa may read.
"""

from __future__ import annotations

from collections.abc import Mapping

from pulumi import Output, Resource, ResourceOptions
from pulumi_gcp import storage

from components.contract.provider import VaultUnsealArgs
from components.contract.terms import Profile
from components.gcp.bucket import (
    SOFT_DELETE_DAYS,
    bucket_args,
    delete_old_versions,
    delete_when,
    service_agent,
)
from components.gcp.key import grant_key
from components.gcp.placement import Placement

SNAPSHOT_DAYS: Mapping[Profile, int] = {"dev": 7, "production": 35}
"""How long a snapshot is kept."""
PUT_ROLE = "roles/storage.objectCreator"


def create_snapshot_bucket(
    name: str,
    args: VaultUnsealArgs[Placement],
    *,
    seal_key_id: Output[str],
    member: Output[str],
    parent: Resource,
) -> tuple[Output[str], Resource]:
    """Create the bucket; return its name, and the grant that lets `member` write there."""
    place = args.placement
    project = place.apis.storage
    # Encrypted with the seal key, which restoring a snapshot needs in any case; the stack's own key is
    # granted to Cloud Storage by the model storage.
    key_id = grant_key(name, seal_key_id, service_agent(project, parent=parent), parent=parent)
    expire = delete_when(storage.BucketLifecycleRuleConditionArgs(age=SNAPSHOT_DAYS[args.profile]))
    bucket = storage.Bucket(
        name,
        bucket_args(
            project=project,
            region=place.region,
            key_id=key_id,
            deleted_days=SOFT_DELETE_DAYS,
            rules=[expire, delete_old_versions(1)],
            protect=args.deletion_protection,
            force_destroy=not args.deletion_protection,
        ),
        ResourceOptions(parent=parent),
    )
    grant = storage.BucketIAMMember(
        name, bucket=bucket.name, role=PUT_ROLE, member=member, opts=ResourceOptions(parent=parent)
    )
    return bucket.name, grant
