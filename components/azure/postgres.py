"""Tracker store on Azure Database for PostgreSQL (flexible server): TLS verified, in a subnet of its own.

Rasa can log in with a password only (docs/rasa-pro.md, Cloud identities). Both passwords are made here and
are secret in the state: the administrator's goes to the setup Job alone, which creates the role that Rasa
logs in as (`jobs/database_init`). To rotate the latter: with Vault, another `rasa:secretsManager.rotation`;
else, and the administrator's, `pulumi up --replace` its RandomPassword.

What it deliberately does not do: read replicas, tables (Rasa creates them itself), or backups in another
region, which Azure offers only when a server is made, so that `production` would replace `dev`'s server. From
`dev` to `production` nothing is replaced: the class changes with a restart, then the standby joins. Storage
grows by itself from then on and never shrinks. The engine refuses to replace or delete a protected server.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pulumi_random as random
from pulumi import Output, Resource, ResourceOptions
from pulumi_azure_native import dbforpostgresql

from components.azure.alarms import Alarm, AlarmPlace, create_alarms
from components.azure.certificates import azure_roots
from components.azure.logs import send_logs
from components.azure.placement import Placement
from components.azure.private_endpoint import create_private_zone, zone_of
from components.azure.protection import lock
from components.contract.connections import Postgres
from components.contract.provider import TrackerStoreArgs
from components.contract.secrets import PasswordLogin
from components.contract.terms import Profile, Size

# Its end of support: docs/support.yaml. Minor versions come by themselves.
MAJOR_VERSION = "18"
PORT = 5432
DATABASE = "rasa"
ROLE = "rasa"
ADMINISTRATOR = "rasaadmin"
ZONES = ".postgres.database.azure.com"
PRIVATE_ZONE = f"private{ZONES}"
"""What the zone's name must end with."""
BACKUP_DAYS: Mapping[Profile, int] = {"dev": 7, "production": 30}
"""To which point in the past the server can be restored; 35 is the most that Azure offers."""
LOGS = ("PostgreSQLLogs",)
RESERVED_CONNECTIONS = 15
"""Of the server's connections, what Azure keeps for itself."""

PARAMETERS: Mapping[str, str] = {
    # Azure's default. Set, so that a refresh shows when it is turned off.
    "require_secure_transport": "on",
    # Ends the session of a pod that has lost its connection; its locks would otherwise stay.
    "idle_in_transaction_session_timeout": "60000",
    "log_min_duration_statement": "1000",
    "log_lock_waits": "on",
}


@dataclass(frozen=True, slots=True)
class Server:
    """What each `size` gets."""

    sku: str
    tier: Literal["Burstable", "GeneralPurpose", "MemoryOptimized"]
    storage_gib: int
    """When the server is made; it grows by itself."""
    max_connections: int
    """Azure's default for the class (Azure documentation, "Limits in Azure Database for PostgreSQL"), which
    could only be changed with a restart. Rasa's pools are computed from it."""


SERVERS: Mapping[tuple[Profile, Size], Server] = {
    ("dev", "small"): Server("Standard_B1ms", "Burstable", 32, 50),
    ("dev", "medium"): Server("Standard_B2s", "Burstable", 32, 429),
    ("dev", "large"): Server("Standard_B2ms", "Burstable", 64, 859),
    ("production", "small"): Server("Standard_D2ds_v5", "GeneralPurpose", 128, 859),
    ("production", "medium"): Server("Standard_D4ds_v5", "GeneralPurpose", 256, 1718),
    ("production", "large"): Server("Standard_E4ds_v5", "MemoryOptimized", 512, 3437),
}
"""No burstable server in production: Azure has no standby for one."""


def create_postgres(name: str, args: TrackerStoreArgs[Placement], *, parent: Resource) -> Postgres:
    """Create the server, with an administrator for the setup Job."""
    place, server = args.placement, SERVERS[args.profile, args.size]
    admin_password = _password(f"{name}-admin", parent=parent)
    zone_id, ready = _zone(name, place, parent=parent)
    made = dbforpostgresql.Server(
        name,
        _server_args(args, zone_id, admin_password),
        ResourceOptions(
            parent=parent,
            protect=args.deletion_protection,
            # A failover exchanges the zones, and the storage grows by itself; without this, an update would
            # undo both.
            ignore_changes=[
                "availabilityZone",
                "highAvailability.standbyAvailabilityZone",
                "storage.storageSizeGB",
                "storage.tier",
                "storage.iops",  # of the size, and among the inputs once Azure has changed it
            ],
        ),
    )
    configured = _configure(name, made, place, parent=parent)
    logs = send_logs(name, LOGS, resource_id=made.id, workspace_id=place.log_workspace_id, parent=parent)
    below = [*configured, logs]
    lock(name, resource_id=made.id, wanted=args.deletion_protection, below=below, parent=parent)
    create_alarms(
        name,
        _alarms(server),
        namespace="Microsoft.DBforPostgreSQL/flexibleServers",
        resource_id=made.id,
        place=AlarmPlace.of(place),
        parent=parent,
    )
    return Postgres(
        host=made.fully_qualified_domain_name,
        port=PORT,
        database=DATABASE,
        login=PasswordLogin(
            username=ROLE, password=_password(f"{name}-rasa", rotation=args.rotation, parent=parent)
        ),
        tls="verify-full",
        ca=Output.from_input(azure_roots()),
        max_connections=server.max_connections - RESERVED_CONNECTIONS,
        admin=PasswordLogin(username=ADMINISTRATOR, password=admin_password),
        # The parameters are left out: none decides whether Rasa can log in.
        ready=ready,
    )


def _zone(name: str, place: Placement, *, parent: Resource) -> tuple[Output[str], tuple[Resource, ...]]:
    """The id of the private zone in which the server has its name, and what pods wait for."""
    existing = next((id_ for zone, id_ in place.network.private_zones.items() if zone.endswith(ZONES)), None)
    if existing is not None:
        return Output.from_input(existing), ()
    _, link = create_private_zone(name, place, zone=f"{name}.{PRIVATE_ZONE}", parent=parent)
    # Derived from the link, so that the server waits for it: Azure refuses a private zone that is not linked
    # to the network.
    return link.id.apply(zone_of), (link,)


def _password(name: str, *, rotation: str = "0", parent: Resource) -> Output[str]:
    """A password that Azure takes (three kinds of characters) and that needs no quoting anywhere."""
    made = random.RandomPassword(
        name,
        length=40,
        special=False,
        min_lower=1,
        min_upper=1,
        min_numeric=1,
        keepers={"rotation": rotation},
        opts=ResourceOptions(parent=parent),
    )
    return Output.secret(made.result)


def _server_args(
    args: TrackerStoreArgs[Placement], zone_id: Output[str], password: Output[str]
) -> dbforpostgresql.ServerArgs:
    place, server = args.placement, SERVERS[args.profile, args.size]
    return dbforpostgresql.ServerArgs(
        resource_group_name=place.resource_group,
        version=MAJOR_VERSION,
        sku=dbforpostgresql.SkuArgs(name=server.sku, tier=server.tier),
        administrator_login=ADMINISTRATOR,
        administrator_login_password=password,
        # Rasa cannot log in with Entra ID, so logins by Entra ID are off.
        auth_config=dbforpostgresql.AuthConfigArgs(password_auth="Enabled", active_directory_auth="Disabled"),  # noqa: S106 - a switch
        network=dbforpostgresql.NetworkArgs(
            delegated_subnet_resource_id=place.network.postgres_subnet_id,
            private_dns_zone_arm_resource_id=zone_id,
            public_network_access="Disabled",
        ),
        storage=dbforpostgresql.StorageArgs(storage_size_gb=server.storage_gib, auto_grow="Enabled"),
        backup=dbforpostgresql.BackupArgs(
            backup_retention_days=BACKUP_DAYS[args.profile], geo_redundant_backup="Disabled"
        ),
        high_availability=dbforpostgresql.HighAvailabilityArgs(
            mode="ZoneRedundant" if args.profile == "production" else "Disabled"
        ),
        # Sunday, half past three in the morning.
        maintenance_window=dbforpostgresql.MaintenanceWindowArgs(
            custom_window="Enabled", day_of_week=0, start_hour=3, start_minute=30
        ),
        tags=place.tags,
    )


def _configure(
    name: str, server: dbforpostgresql.Server, place: Placement, *, parent: Resource
) -> list[Resource]:
    """Set the parameters, one after another."""
    before: list[Resource] = []
    for parameter, value in PARAMETERS.items():
        configuration = dbforpostgresql.Configuration(
            f"{name}-{parameter.replace('_', '-')}",
            resource_group_name=place.resource_group,
            server_name=server.name,
            configuration_name=parameter,
            value=value,
            source="user-override",
            # A server takes one change at a time and calls itself busy for the next (ServerIsBusy). They are
            # deleted with the server; without `deleted_with` a destroy would reset each of them first.
            opts=ResourceOptions(parent=parent, depends_on=before, deleted_with=server),
        )
        before = [configuration]
    return before


def _alarms(server: Server) -> tuple[Alarm, ...]:
    """No alarm on the standby's lag: Azure's metrics know of read replicas only, and there is none."""
    return (
        Alarm(metric="cpu_percent", above=80, minutes=15),
        Alarm(metric="memory_percent", above=90, minutes=15),
        # Azure grows the storage at 80 to 90 %; more than that means that it could not.
        Alarm(metric="storage_percent", above=92, statistic="Maximum"),
        Alarm(metric="active_connections", above=0.8 * server.max_connections, statistic="Maximum"),
        Alarm(metric="connections_failed", above=10, statistic="Total"),
        Alarm(metric="disk_iops_consumed_percentage", above=95, minutes=30),
        Alarm(metric="is_db_alive", below=1, statistic="Maximum"),
    )
