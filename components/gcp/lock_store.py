"""Lock store and timer store on Google Cloud: Memorystore for Redis, with AUTH and TLS.

Memorystore for Redis and not its successor for Valkey, which has no passwords: it takes tokens of IAM, which
Rasa Pro cannot make, or lets in every client (docs/cloud-services.md, Memorystore). Rasa talks to the server
through a side-car (`tls_side_car.py`), since the server's certificate does not carry its address.

What it deliberately does not do: promise durability. Locks live for seconds, timers for as long as a session;
snapshots are for the operator's comfort. Going from `dev` to `production` replaces the instance (another
tier): the locks and timers of that moment are lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pulumi import ComponentResource, Output, ResourceOptions
from pulumi_gcp import redis

from components.contract.connections import Redis
from components.contract.provider import LockStoreArgs
from components.contract.secrets import PasswordLogin
from components.contract.terms import Profile, Size
from components.gcp.alarms import Alarm, Watched, create_alarms
from components.gcp.apis import enable_api
from components.gcp.key import key_for
from components.gcp.placement import Placement
from components.gcp.tls_side_car import tls_side_car

VERSION = "REDIS_7_2"
PORT = 6378
"""Memorystore's port for TLS, which replaces 6379."""
USER = "default"
"""The one user that AUTH knows."""
TIER: Mapping[Profile, str] = {"dev": "BASIC", "production": "STANDARD_HA"}
MEMORY_GIB: Mapping[tuple[Profile, Size], int] = {
    ("dev", "small"): 1,
    ("dev", "medium"): 1,
    ("dev", "large"): 2,
    ("production", "small"): 1,
    ("production", "medium"): 5,
    ("production", "large"): 16,
}
"""Locks and timers are small; more memory buys more network and, from 5 GiB on, a faster machine."""

ALARMS = (
    # With `noeviction` a full store refuses writes, and Rasa then takes no lock.
    Alarm(metric="redis.googleapis.com/stats/memory/usage_ratio", above=0.8, statistic="MAX"),
    # What Redis needs besides the data; at 1 Memorystore refuses writes, too.
    Alarm(metric="redis.googleapis.com/stats/memory/system_memory_usage_ratio", above=0.8, statistic="MAX"),
    # TLS lowers the limit, to 1,000 on the smallest instances (Memorystore documentation, "In-transit
    # encryption", connection limits); Rasa needs some dozens.
    Alarm(metric="redis.googleapis.com/clients/connected", above=500, statistic="MAX"),
)
# Seconds.
REPLICA_ALARM = Alarm(metric="redis.googleapis.com/replication/master/slaves/lag", above=10, statistic="MAX")
"""Where there is a replica: not in the tier BASIC."""


class LockStore(ComponentResource):
    """The instance, and the side-car through which Rasa reaches it."""

    connection: Redis

    def __init__(
        self, name: str, args: LockStoreArgs[Placement], opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("rasa:gcp:LockStore", name, {}, opts)
        place = args.placement
        project = enable_api(name, "redis", place.project, parent=self)
        key_id = key_for(name, "redis", project, place, parent=self)
        instance = redis.Instance(name, _instance_args(args, project, key_id), ResourceOptions(parent=self))
        watched = Watched(type="redis_instance", label="instance_id", value=instance.id)
        replicated = TIER[args.profile] != "BASIC"
        alarms = (*ALARMS, REPLICA_ALARM) if replicated else ALARMS
        create_alarms(name, alarms, watched, place, parent=self)
        # While Google rotates the authority there are two, and clients must trust both.
        authority = instance.server_ca_certs.apply(_bundle)
        self.connection = Redis(
            host=instance.host,
            port=PORT,
            tls=True,
            ca=authority,
            login=PasswordLogin(username=USER, password=Output.secret(instance.auth_string)),
            side_car=tls_side_car(host=instance.host, port=PORT, authority=authority),
            # No further wait: the VPC peering exists before the instance.
            ready=(instance,),
        )
        self.register_outputs({"host": instance.host})


def _instance_args(
    args: LockStoreArgs[Placement], project: Output[str], key_id: Output[str]
) -> redis.InstanceArgs:
    place, production = args.placement, args.profile == "production"
    return redis.InstanceArgs(
        project=project,
        region=place.region,
        location_id=place.zones[0],
        alternative_location_id=place.zones[1] if production else None,
        tier=TIER[args.profile],
        memory_size_gb=MEMORY_GIB[args.profile, args.size],
        redis_version=VERSION,
        # Eviction would drop a lock that a pod still holds; `noeviction` refuses the next lock instead.
        redis_configs={"maxmemory-policy": "noeviction"},
        connect_mode="PRIVATE_SERVICE_ACCESS",
        authorized_network=place.private_network,
        reserved_ip_range=place.private_range,
        auth_enabled=True,
        transit_encryption_mode="SERVER_AUTHENTICATION",
        customer_managed_key=key_id,
        persistence_config=redis.InstancePersistenceConfigArgs(
            persistence_mode="RDB", rdb_snapshot_period="TWENTY_FOUR_HOURS"
        )
        if production
        else None,
        maintenance_policy=redis.InstanceMaintenancePolicyArgs(
            weekly_maintenance_windows=[
                redis.InstanceMaintenancePolicyWeeklyMaintenanceWindowArgs(
                    day="SUNDAY",
                    start_time=redis.InstanceMaintenancePolicyWeeklyMaintenanceWindowStartTimeArgs(
                        hours=3, minutes=0, seconds=0, nanos=0
                    ),
                )
            ]
        ),
        deletion_protection=args.deletion_protection,
    )


def _bundle(certificates: Sequence[redis.outputs.InstanceServerCaCert]) -> str:
    return "".join(f"{certificate.cert}\n" for certificate in certificates)
