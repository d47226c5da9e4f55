"""Snapshots of Vault on a schedule (`jobs/vault/snapshot.py`), into the cloud's bucket.

The bucket encrypts and expires them; docs/vault.md says how one is restored. Each run also renews Rasa's
token, which Rasa itself does only in its last seconds.
"""

from __future__ import annotations

from typing import cast

import pulumi_kubernetes as kubernetes
from pulumi import Output, Resource, ResourceOptions
from pulumi_kubernetes.batch.v1 import CronJobSpecArgs, JobSpecArgs, JobTemplateSpecArgs
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.contract.cluster import VAULT_SNAPSHOT
from components.contract.secrets import SecretRef
from components.kubernetes.script_job import environment
from components.vault.args import SNAPSHOT_ACCOUNT, TOKEN_KEY, TOKEN_SECRET, VaultArgs
from components.vault.certificates import Certificates
from components.vault.pods import create_account, create_pod, job_of, place_of

SCRIPTS = ("vault/snapshot.py", "vault/api.py", "vault/buckets.py")
SCHEDULE = {"dev": "23 3 * * *", "production": "23 */6 * * *"}
"""At an odd minute, when few other schedules begin."""
DEADLINE_SECONDS = 900


def create_snapshots(
    name: str,
    args: VaultArgs,
    made: Certificates,
    where: Output[str],
    *,
    after: Resource,
    parent: Resource,
) -> None:
    """Create the CronJob."""
    account = create_account(f"{name}-account", SNAPSHOT_ACCOUNT, args, parent=parent)
    pod = create_pod(
        name,
        place_of(args, parent),
        args,
        made,
        SCRIPTS,
        account=account,
        variables={"SNAPSHOTS": where},
        secrets=tuple(environment({}, {"RASA_TOKEN": SecretRef(name=TOKEN_SECRET, key=TOKEN_KEY)})),
    )
    job = job_of(pod, args, known_as=VAULT_SNAPSHOT, attempts=3, deadline_seconds=DEADLINE_SECONDS)
    kubernetes.batch.v1.CronJob(
        name,
        metadata=ObjectMetaArgs(namespace=args.access.namespace),
        spec=CronJobSpecArgs(
            schedule=SCHEDULE[args.profile],
            concurrency_policy="Forbid",
            starting_deadline_seconds=3600,
            successful_jobs_history_limit=1,
            failed_jobs_history_limit=3,
            job_template=JobTemplateSpecArgs(spec=cast("JobSpecArgs", job.spec())),
        ),
        opts=ResourceOptions(
            parent=parent,
            provider=args.access.provider,
            # The bootstrap Job makes the role that the CronJob logs in as, and the Secret that it reads.
            depends_on=[after],
        ),
    )
