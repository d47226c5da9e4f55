"""Tracker store on Azure DocumentDB (once "Cosmos DB for MongoDB vCore"): the database `rasa`, over TLS.

Rasa logs in as the cluster's administrator: DocumentDB's other users come from Entra ID, which Rasa cannot
use (pymongo's way to it is a virtual machine's identity, not a pod's).

What it deliberately does not do: shards (one holds 32 TB) or replicas in another region. From `dev` to
`production` nothing is replaced: the cluster is resized and a standby joins. The engine refuses to replace or
delete a protected cluster. Backups are Azure's: 35 days, 7 on a burstable tier, without a setting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi_random as random
from pulumi import InvokeOutputOptions, Output, Resource, ResourceOptions, RunError
from pulumi_azure_native import mongocluster

from components.azure.alarms import Alarm, AlarmPlace, create_alarms
from components.azure.certificates import azure_roots
from components.azure.placement import Placement
from components.azure.private_endpoint import create_private_endpoint
from components.azure.protection import lock
from components.contract.connections import MongoDb
from components.contract.provider import TrackerStoreArgs
from components.contract.secrets import PasswordLogin
from components.contract.terms import Profile, Size

SERVER_VERSION = "8.0"
DATABASE = "rasa"
USER = "rasa"
PRIVATE_ZONE = "privatelink.mongocluster.cosmos.azure.com"
OPTIONS: Mapping[str, str] = {
    # What Azure's own connection string says.
    "authMechanism": "SCRAM-SHA-256",
    "retrywrites": "false",
    "maxIdleTimeMS": "120000",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """What each `size` gets."""

    tier: str


CLUSTERS: Mapping[tuple[Profile, Size], Cluster] = {
    ("dev", "small"): Cluster("M20"),
    ("dev", "medium"): Cluster("M25"),
    ("dev", "large"): Cluster("M30"),
    ("production", "small"): Cluster("M30"),
    ("production", "medium"): Cluster("M40"),
    ("production", "large"): Cluster("M50"),
}
"""No burstable tier (M10 to M25) in production: Azure has no standby for one."""

STORAGE_GIB: Mapping[Profile, int] = {"dev": 64, "production": 512}
"""The same in every size: storage can only be raised (Azure documentation, "Scale storage and compute"), so
that a smaller size would be refused."""

ALARMS = (
    Alarm(metric="CpuPercent", above=80, minutes=15),
    Alarm(metric="MemoryPercent", above=90, minutes=15),
    # DocumentDB does not grow its storage by itself.
    Alarm(metric="StoragePercent", above=80, statistic="Maximum"),
)


def create_documentdb(name: str, args: TrackerStoreArgs[Placement], *, parent: Resource) -> MongoDb:
    """Create the cluster, with Rasa as its administrator."""
    place = args.placement
    password = random.RandomPassword(
        # No special characters, which would need quoting in a URI.
        f"{name}-password",
        length=40,
        special=False,
        min_lower=1,
        min_upper=1,
        min_numeric=1,
        opts=ResourceOptions(parent=parent),
    )
    cluster = mongocluster.MongoCluster(
        name,
        resource_group_name=place.resource_group,
        properties=_properties(args, password.result),
        tags=place.tags,
        opts=ResourceOptions(parent=parent, protect=args.deletion_protection),
    )
    ready = create_private_endpoint(
        name,
        place,
        resource_id=cluster.id,
        group="MongoCluster",
        zone=PRIVATE_ZONE,
        after=[],  # nothing else is written to the cluster
        parent=parent,
    )
    lock(name, resource_id=cluster.id, wanted=args.deletion_protection, below=[], parent=parent)
    create_alarms(
        name,
        ALARMS,
        namespace="Microsoft.DocumentDB/mongoClusters",
        resource_id=cluster.id,
        place=AlarmPlace.of(place),
        parent=parent,
    )
    answer = mongocluster.list_mongo_cluster_connection_strings_output(
        resource_group_name=place.resource_group,
        mongo_cluster_name=cluster.name,
        opts=InvokeOutputOptions(parent=parent),
    )
    return MongoDb(
        # Not secret: the string has placeholders in angle brackets for user and password.
        hosts=Output.unsecret(answer.apply(_host)),
        srv=True,
        database=DATABASE,
        login=PasswordLogin(username=USER, password=Output.secret(password.result)),
        ca=Output.from_input(azure_roots()),
        options=OPTIONS,
        ready=ready,
    )


def _properties(
    args: TrackerStoreArgs[Placement], password: Output[str]
) -> mongocluster.MongoClusterPropertiesArgs:
    wanted = CLUSTERS[args.profile, args.size]
    return mongocluster.MongoClusterPropertiesArgs(
        administrator=mongocluster.AdministratorPropertiesArgs(user_name=USER, password=password),
        server_version=SERVER_VERSION,
        compute=mongocluster.ComputePropertiesArgs(tier=wanted.tier),
        storage=mongocluster.StoragePropertiesArgs(size_gb=STORAGE_GIB[args.profile]),
        sharding=mongocluster.ShardingPropertiesArgs(shard_count=1),
        # "Preferred": where a region has no second zone left, Azure takes the same one.
        high_availability=mongocluster.HighAvailabilityPropertiesArgs(
            target_mode="ZoneRedundantPreferred" if args.profile == "production" else "Disabled"
        ),
        public_network_access="Disabled",
    )


def _host(answer: Any) -> str:  # noqa: ANN401 - an output type of the SDK
    return host_of(str(answer.connection_strings[0].connection_string))


def host_of(connection_string: str) -> str:
    """The host name in a connection string: the text between the user and the options."""
    scheme, _, rest = connection_string.partition("://")
    host = rest.rpartition("@")[2].partition("/")[0]
    if scheme != "mongodb+srv" or not host:
        raise RunError(
            "Azure answered listConnectionStrings with something other than a mongodb+srv address: "
            f"{scheme or 'nothing'}."
        )
    return host
