"""Lock store and timer store on Azure: Azure Managed Redis; Rasa logs in with an access key over TLS.

The clustering policy is `NoCluster`: one shard that behaves as Redis does. `OSSCluster`, Azure's default,
answers Rasa's client with MOVED; `EnterpriseCluster` hides the shards, and refuses Rasa's scripts where
their keys lie in two of them. `NoCluster` ends at 25 GB, of which Rasa needs a few megabytes. The key is
needed, too: Rasa cannot log in with Entra ID (docs/rasa-pro.md, Cloud identities), and new caches have keys
off (docs/cloud-services.md, Azure Managed Redis). To rotate it:
`az redisenterprise database regenerate-key --key-type Primary`, then `pulumi up`.

What it deliberately does not do: promise durability, or backups. Locks live for seconds, timers for as long
as a session. From `dev` to `production` nothing is replaced: the cache is resized, and a second node joins
in another zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pulumi import ComponentResource, InvokeOutputOptions, Output, Resource, ResourceOptions
from pulumi_azure_native import redisenterprise

from components.azure.alarms import Alarm, AlarmPlace, create_alarms
from components.azure.certificates import azure_roots
from components.azure.kept_answer import keep_answer
from components.azure.placement import Placement
from components.azure.private_endpoint import create_private_endpoint
from components.contract.connections import Redis
from components.contract.provider import LockStoreArgs
from components.contract.secrets import PasswordLogin
from components.contract.terms import Profile, Size

PORT = 10000
DATABASE = "default"
"""The one name that Azure takes."""
USER = "default"
"""The user of the access key; Rasa's store `redis` refuses a password alone (docs/rasa-pro.md, Redis
logins)."""
PRIVATE_ZONE = "privatelink.redis.azure.net"
"""Of Azure Managed Redis; the retired Azure Cache for Redis has another one."""


@dataclass(frozen=True, slots=True)
class Cache:
    """What each `size` gets."""

    sku: str
    high_availability: Literal["Enabled", "Disabled"]


CACHES: Mapping[tuple[Profile, Size], Cache] = {
    ("dev", "small"): Cache("Balanced_B0", "Disabled"),
    ("dev", "medium"): Cache("Balanced_B1", "Disabled"),
    ("dev", "large"): Cache("Balanced_B3", "Disabled"),
    ("production", "small"): Cache("Balanced_B1", "Enabled"),
    ("production", "medium"): Cache("Balanced_B3", "Enabled"),
    ("production", "large"): Cache("Balanced_B10", "Enabled"),
}
"""The number is the memory in GB, about; B0 has half a GB. All are below the 25 GB of `NoCluster`."""

ALARMS = (
    Alarm(metric="percentProcessorTime", above=80, statistic="Maximum", minutes=15),
    # With `NoEviction` a full store refuses writes, and Rasa then takes no lock.
    Alarm(metric="usedmemorypercentage", above=80, statistic="Maximum"),
    # Rasa needs some dozens.
    Alarm(metric="connectedclients", above=1000, statistic="Maximum"),
)


class LockStore(ComponentResource):
    """The cache, its one database, and its private endpoint."""

    connection: Redis

    def __init__(
        self, name: str, args: LockStoreArgs[Placement], opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("rasa:azure:LockStore", name, {}, opts)
        place, cache = args.placement, CACHES[args.profile, args.size]
        cluster = redisenterprise.RedisEnterprise(
            name,
            resource_group_name=place.resource_group,
            sku=redisenterprise.SkuArgs(name=cache.sku),
            high_availability=cache.high_availability,
            minimum_tls_version="1.2",
            public_network_access="Disabled",
            tags=place.tags,
            opts=ResourceOptions(parent=self),
        )
        database = redisenterprise.Database(
            name,
            resource_group_name=place.resource_group,
            cluster_name=cluster.name,
            database_name=DATABASE,
            port=PORT,
            client_protocol="Encrypted",
            clustering_policy="NoCluster",
            # Eviction would drop a lock that a pod still holds; `noeviction` refuses the next lock instead.
            eviction_policy="NoEviction",
            access_keys_authentication="Enabled",
            opts=ResourceOptions(parent=self),
        )
        ready = create_private_endpoint(
            name,
            place,
            resource_id=cluster.id,
            group="redisEnterprise",
            zone=PRIVATE_ZONE,
            after=[database],
            parent=self,
        )
        _watch(name, cluster, place, parent=self)

        def keys() -> Output[str]:
            known = redisenterprise.list_database_keys_output(
                resource_group_name=place.resource_group,
                cluster_name=cluster.name,
                database_name=database.name,
                opts=InvokeOutputOptions(parent=self),
            )
            return known.apply(lambda answer: str(answer.primary_key))

        self.connection = Redis(
            host=cluster.host_name,
            port=PORT,
            tls=True,
            ca=Output.from_input(azure_roots()),
            login=PasswordLogin(
                username=USER,
                password=keep_answer(f"{name}-keys", keys, of=database.id, parent=self),
            ),
            ready=(database, *ready),
        )
        self.register_outputs({"host": cluster.host_name})


def _watch(
    name: str, cluster: redisenterprise.RedisEnterprise, place: Placement, *, parent: Resource
) -> None:
    create_alarms(
        name,
        ALARMS,
        namespace="Microsoft.Cache/redisEnterprise",
        resource_id=cluster.id,
        place=AlarmPlace.of(place),
        parent=parent,
    )
