"""What the servers of RDS and of DocumentDB have in common: windows, authority, backups and log groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi_aws as aws
from pulumi import Output, Resource

from components.aws.log_group import create_log_group
from components.aws.placement import Placement
from components.contract.provider import TrackerStoreArgs
from components.contract.terms import Profile

AUTHORITY = "rds-ca-rsa2048-g1"
"""Signs the certificates of both; `certificates/rds/<region>.pem` holds it."""
BACKUP_DAYS: Mapping[Profile, int] = {"dev": 7, "production": 30}
"""To which point in the past the database can be restored; 35 is the most that either offers."""
BACKUP_WINDOW = "02:00-03:00"
MAINTENANCE_WINDOW = "sun:03:30-sun:04:30"


def create_log_groups(
    name: str,
    args: TrackerStoreArgs[Placement],
    logs: Sequence[str],
    *,
    folder: str,
    identifier: Output[str],
    parent: Resource,
) -> list[aws.cloudwatch.LogGroup]:
    """Create a group for each log, which the server must depend on.

    The groups carry the server's name and are not among its inputs: the cloud would make those that are
    missing when it starts, unencrypted and kept for ever. So `identifier` must be known before the server is:
    the engine names the subnet group, and the server takes over that name.
    """
    return [
        create_log_group(
            f"{name}-{log}",
            args,
            parent=parent,
            physical_name=Output.concat(f"{folder}/", identifier, f"/{log}"),
        )
        for log in logs
    ]


def final_snapshot(args: TrackerStoreArgs[Placement], identifier: Output[str]) -> Output[str] | None:
    """Name the snapshot that is made before the server is deleted; None where nobody would want it.

    The identifier has six random digits: a new stack of the same name would otherwise fail on the old
    snapshot's.
    """
    worth_keeping = args.profile == "production" or args.deletion_protection
    return Output.concat(identifier, "-final") if worth_keeping else None
