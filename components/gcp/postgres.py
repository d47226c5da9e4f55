"""Tracker store on Cloud SQL for PostgreSQL: Rasa logs in with a password and verifies the server.

Cloud SQL knows logins by IAM, but Rasa Pro can only make AWS's tokens (docs/rasa-pro.md, Cloud identities).
So there are two passwords, both made here and secret in the state: the administrator's, which only the setup
Job sees, and that of the role which the Job creates for Rasa, with rights on its own database and nothing
else. A user made by the Cloud SQL API would be as powerful as the administrator, and could not be deleted as
long as it owns Rasa's tables.

TLS is `verify-ca`: the authority is the instance's own and signs for no other server; the certificate does
not carry the private address. What it deliberately does not do: read replicas, a connection pooler, or
tables, which Rasa creates itself.

From `dev` to `production` nothing is replaced: tier and standby change with a restart. A change that would
replace the instance meets `deletion_protection`, as a `pulumi destroy` does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi_random as random
from pulumi import Output, Resource, ResourceOptions
from pulumi_gcp import sql

from components.contract.connections import Postgres
from components.contract.provider import TrackerStoreArgs
from components.contract.secrets import PasswordLogin
from components.contract.terms import Profile, Size
from components.gcp.alarms import Alarm, Watched, create_alarms
from components.gcp.apis import enable_api
from components.gcp.key import key_for
from components.gcp.placement import Placement

# Google applies minor versions in the maintenance window.
VERSION = "POSTGRES_18"
PORT = 5432
DATABASE = "rasa"
ROLE = "rasa"
ADMINISTRATOR = "postgres"
PASSWORD_LENGTH = 40
BACKUPS: Mapping[Profile, int] = {"dev": 7, "production": 30}
"""Daily backups that are kept."""
LOG_DAYS = 7
"""To any moment of how many days the database can be restored; the edition offers no more."""
FINAL_BACKUP_DAYS = 30
SLOW_STATEMENT_MS = 1000


@dataclass(frozen=True, slots=True)
class Server:
    """What each `size` gets."""

    tier: str
    storage_gib: int
    """At first; Cloud SQL grows it by itself, never shrinks it."""
    max_storage_gib: int
    max_connections: int
    """Set, rather than left to Google's table, because Rasa's pools are computed from it."""


SERVERS: Mapping[tuple[Profile, Size], Server] = {
    # The first two share a core, without Google's promise of availability.
    ("dev", "small"): Server("db-f1-micro", 10, 100, 40),
    ("dev", "medium"): Server("db-g1-small", 10, 100, 80),
    ("dev", "large"): Server("db-custom-1-3840", 20, 200, 150),
    ("production", "small"): Server("db-custom-2-8192", 100, 1000, 400),
    ("production", "medium"): Server("db-custom-4-16384", 200, 2000, 800),
    ("production", "large"): Server("db-custom-8-32768", 400, 4000, 1600),
}


def create_postgres(name: str, args: TrackerStoreArgs[Placement], *, parent: Resource) -> Postgres:
    """Create the server and the passwords that `jobs/database_init` works with."""
    place, server = args.placement, SERVERS[args.profile, args.size]
    project = enable_api(name, "sqladmin", place.project, parent=parent)
    key_id = key_for(name, "sqladmin", project, place, parent=parent)
    administrator = _password(f"{name}-administrator", parent=parent)
    role = _password(f"{name}-role", rotation=args.rotation, parent=parent)
    instance = sql.DatabaseInstance(
        name,
        project=project,
        region=place.region,
        database_version=VERSION,
        root_password=administrator,
        encryption_key_name=key_id,
        settings=_settings(args),
        # Refuses a deletion by Pulumi; `settings.deletion_protection_enabled` refuses one in the console and
        # the API.
        deletion_protection=args.deletion_protection,
        # The disk grows by itself, and a smaller one here would replace the server (SDK, `disk_size`).
        opts=ResourceOptions(parent=parent, ignore_changes=["settings.diskSize"]),
    )
    watched = Watched(
        type="cloudsql_database",
        label="database_id",
        value=Output.concat(place.project, ":", instance.name),
    )
    create_alarms(name, _alarms(server), watched, place, parent=parent)
    return Postgres(
        host=instance.private_ip_address,
        port=PORT,
        database=DATABASE,
        login=PasswordLogin(username=ROLE, password=role),
        tls="verify-ca",
        ca=instance.server_ca_certs.apply(_bundle),
        max_connections=server.max_connections,
        admin=PasswordLogin(username=ADMINISTRATOR, password=administrator),
        ready=(instance,),
    )


def _password(name: str, *, rotation: str = "0", parent: Resource) -> Output[str]:
    made = random.RandomPassword(
        name,
        length=PASSWORD_LENGTH,
        special=False,
        keepers={"rotation": rotation},
        opts=ResourceOptions(parent=parent),
    )
    return Output.secret(made.result)


def _settings(args: TrackerStoreArgs[Placement]) -> sql.DatabaseInstanceSettingsArgs:
    place, server = args.placement, SERVERS[args.profile, args.size]
    production = args.profile == "production"
    return sql.DatabaseInstanceSettingsArgs(
        tier=server.tier,
        # Set, since the default is ENTERPRISE_PLUS, which takes none of these tiers.
        edition="ENTERPRISE",
        availability_type="REGIONAL" if production else "ZONAL",
        location_preference=sql.DatabaseInstanceSettingsLocationPreferenceArgs(
            zone=place.zones[0], secondary_zone=place.zones[1] if production else None
        ),
        disk_type="PD_SSD",
        disk_size=server.storage_gib,
        disk_autoresize=True,
        disk_autoresize_limit=server.max_storage_gib,
        ip_configuration=sql.DatabaseInstanceSettingsIpConfigurationArgs(
            ipv4_enabled=False,
            private_network=place.private_network,
            allocated_ip_range=place.private_range,
            ssl_mode="ENCRYPTED_ONLY",
            server_ca_mode="GOOGLE_MANAGED_INTERNAL_CA",
        ),
        backup_configuration=_backups(args.profile),
        final_backup_config=sql.DatabaseInstanceSettingsFinalBackupConfigArgs(
            enabled=production, retention_days=FINAL_BACKUP_DAYS if production else None
        ),
        maintenance_window=sql.DatabaseInstanceSettingsMaintenanceWindowArgs(
            day=7, hour=3, update_track="stable"
        ),
        insights_config=sql.DatabaseInstanceSettingsInsightsConfigArgs(query_insights_enabled=True),
        database_flags=[
            sql.DatabaseInstanceSettingsDatabaseFlagArgs(name=name, value=value)
            for name, value in _flags(server).items()
        ],
        deletion_protection_enabled=args.deletion_protection,
    )


def _backups(profile: Profile) -> sql.DatabaseInstanceSettingsBackupConfigurationArgs:
    return sql.DatabaseInstanceSettingsBackupConfigurationArgs(
        enabled=True,
        start_time="02:00",
        point_in_time_recovery_enabled=True,
        transaction_log_retention_days=LOG_DAYS,
        backup_retention_settings=sql.DatabaseInstanceSettingsBackupConfigurationBackupRetentionSettingsArgs(
            retained_backups=BACKUPS[profile], retention_unit="COUNT"
        ),
    )


def _flags(server: Server) -> Mapping[str, str]:
    return {
        "max_connections": str(server.max_connections),
        "log_min_duration_statement": str(SLOW_STATEMENT_MS),
        "log_lock_waits": "on",
        # Ends the session of a pod that has lost its connection; its locks would otherwise stay.
        "idle_in_transaction_session_timeout": "60000",
    }


def _bundle(certificates: Sequence[sql.outputs.DatabaseInstanceServerCaCert]) -> str:
    """The instance's authority; two of them while Google changes it, and both are trusted then."""
    return "".join(f"{certificate.cert}\n" for certificate in certificates)


def _alarms(server: Server) -> tuple[Alarm, ...]:
    database = "cloudsql.googleapis.com/database"
    return (
        Alarm(metric=f"{database}/up", below=1, statistic="MAX"),
        Alarm(metric=f"{database}/cpu/utilization", above=0.8, minutes=15),
        Alarm(metric=f"{database}/memory/utilization", above=0.9, minutes=15),
        # Cloud SQL grows the disk before it is this full; the alarm means that it could not.
        Alarm(metric=f"{database}/disk/utilization", above=0.95, statistic="MAX"),
        Alarm(
            metric=f"{database}/postgresql/num_backends",
            above=0.8 * server.max_connections,
            statistic="MAX",
            total=True,
        ),
    )
