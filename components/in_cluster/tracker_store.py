"""Tracker store inside Kubernetes: PostgreSQL, run by CloudNativePG.

The operator makes Rasa's role, database and password, and a certificate authority for this PostgreSQL. Rasa's
pods take both from the operator's own Secrets (docs/adr/0003-secrets-that-exist.md), so neither is in the
engine's state, and no Job makes the role. The operator renews certificates every 90 days under an authority
that it renews as well, a week before the end (documentation, "Certificates"): Rasa's pods read it when they
start, so they must be restarted at least once a quarter; every change of the assistant restarts them.

In production three instances on three nodes, one of which may be lost without losing a conversation
(synchronous replication to one of two); a snapshot of a standby's volume every night, taken with the standby
stopped, which needs no archive of the log to be restored from. Snapshots outlive the database, and old ones
stay until a person deletes them: CloudNativePG has no retention for them (documentation, "Backup", "Retention
policies"). Barman Cloud, which has retention and restores to any moment, needs cert-manager and a bucket,
which a cluster without a cloud often lacks.

What it deliberately does not do: make a superuser that can log in, or other kinds than postgres. No operator
of a MongoDB is part of this release, and DynamoDB is AWS's alone (the settings refuse both: `support.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi import ComponentResource, CustomTimeouts, Resource, ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.contract.connections import Pods, Postgres
from components.contract.images import POSTGRESQL_IMAGE
from components.contract.provider import TrackerStoreArgs
from components.contract.secrets import PasswordLogin, SecretRef
from components.contract.terms import Profile, Size
from components.in_cluster.operators import READY, cloudnative_pg, once_ready
from components.in_cluster.placement import Placement
from components.kubernetes.scheduling import NODE, spread

API = "postgresql.cnpg.io/v1"
DATABASE = ROLE = "rasa"
PORT = 5432
READY_MINUTES = 20
SCHEDULE = "0 0 2 * * *"
"""Every night at two; CloudNativePG's cron has six fields, the first of which is seconds."""


@dataclass(frozen=True, slots=True)
class Servers:
    """What each `size` gets."""

    instances: int
    cpu: str
    memory: str
    storage: str
    max_connections: int
    shared_buffers: str


SERVERS: Mapping[tuple[Profile, Size], Servers] = {
    ("dev", "small"): Servers(1, "100m", "512Mi", "2Gi", 50, "128MB"),
    ("dev", "medium"): Servers(1, "250m", "1Gi", "10Gi", 100, "256MB"),
    ("dev", "large"): Servers(1, "500m", "2Gi", "20Gi", 100, "512MB"),
    # A quarter of the memory is PostgreSQL's own cache, as its documentation advises.
    ("production", "small"): Servers(3, "1", "4Gi", "50Gi", 150, "1GB"),
    ("production", "medium"): Servers(3, "2", "8Gi", "100Gi", 200, "2GB"),
    ("production", "large"): Servers(3, "4", "16Gi", "250Gi", 400, "4GB"),
}


class TrackerStore(ComponentResource):
    """The operator, one cluster of PostgreSQL, and its nightly backup."""

    connection: Postgres

    def __init__(
        self, name: str, args: TrackerStoreArgs[Placement], opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("rasa:in_cluster:TrackerStore", name, {}, opts)
        place = args.placement
        cluster = _cluster(name, args, cloudnative_pg(place, parent=self), parent=self)
        if args.profile == "production":
            _nightly_backup(name, place, cluster, parent=self)
        if args.profile == "production" and not args.deletion_protection:
            # Every `up` warns, because `pulumi destroy` does not run the program and so cannot.
            pulumi.log.warn(
                "rasa:deletionProtection is false: a `pulumi destroy` takes the volumes of PostgreSQL along, "
                "which CloudNativePG deletes with its Cluster. The snapshots stay: take a last one before.",
                resource=self,
            )
        app, ca = once_ready(cluster, f"{name}-app"), once_ready(cluster, f"{name}-ca")
        self.connection = Postgres(
            host=once_ready(cluster, f"{name}-rw.{place.domain}"),
            port=PORT,
            database=DATABASE,
            login=PasswordLogin(username=ROLE, password=SecretRef(name=app, key="password")),
            tls="verify-full",
            ca=SecretRef(name=ca, key="ca.crt"),
            max_connections=SERVERS[args.profile, args.size].max_connections,
            ready=(cluster,),
            pods=Pods(
                namespace=place.access.cluster.namespace, labels={"cnpg.io/cluster": name}, ports=(PORT,)
            ),
        )
        self.register_outputs({"host": self.connection.host})


def _cluster(
    name: str, args: TrackerStoreArgs[Placement], operator: list[Resource], *, parent: Resource
) -> CustomResource:
    servers = SERVERS[args.profile, args.size]
    parameters = {"max_connections": str(servers.max_connections), "shared_buffers": servers.shared_buffers}
    postgresql: dict[str, object] = {
        "parameters": parameters,
        # CloudNativePG puts these lines before its last one, which accepts clients without TLS.
        "pg_hba": ["hostnossl all all all reject"],
    }
    if servers.instances > 1:
        postgresql["synchronous"] = {"method": "any", "number": 1}
    storage: dict[str, object] = {"size": servers.storage, "resizeInUseVolumes": True}
    if args.placement.storage_class is not None:
        storage["storageClass"] = args.placement.storage_class
    return CustomResource(
        name,
        api_version=API,
        kind="Cluster",
        metadata=ObjectMetaArgs(name=name, namespace=args.placement.access.namespace, annotations=READY),
        spec={
            "instances": servers.instances,
            "imageName": POSTGRESQL_IMAGE,
            "bootstrap": {"initdb": {"database": DATABASE, "owner": ROLE, "dataChecksums": True}},
            "postgresql": postgresql,
            "storage": storage,
            "resources": {
                "requests": {"cpu": servers.cpu, "memory": servers.memory},
                "limits": {"memory": servers.memory},
            },
            # A disruption budget: with one instance it would forbid draining the node; with three it protects
            # the primary.
            "enablePDB": servers.instances > 1,
            **_survival(name, args),
        },
        opts=ResourceOptions(
            parent=parent,
            # The operator's chart brings the definition of this type, and the operator must still run when
            # its objects are deleted.
            depends_on=operator,
            custom_timeouts=CustomTimeouts(create=f"{READY_MINUTES}m", update=f"{READY_MINUTES}m"),
            protect=args.deletion_protection,
        ),
    )


def _survival(name: str, args: TrackerStoreArgs[Placement]) -> dict[str, object]:
    """In production: three nodes, and snapshots."""
    if args.profile == "dev":
        return {}
    place = args.placement
    snapshot: dict[str, object] = {"online": False, "snapshotOwnerReference": "none"}
    if place.snapshot_class is not None:
        snapshot["className"] = place.snapshot_class
    return {
        # CloudNativePG has its own fields for anti-affinity, and Kubernetes' for the spread.
        "affinity": {"podAntiAffinityType": "required", "topologyKey": NODE},
        "topologySpreadConstraints": spread({"cnpg.io/cluster": name}),
        "backup": {"target": "prefer-standby", "volumeSnapshot": snapshot},
    }


def _nightly_backup(name: str, place: Placement, cluster: CustomResource, *, parent: Resource) -> None:
    CustomResource(
        f"{name}-backup",
        api_version=API,
        kind="ScheduledBackup",
        metadata=ObjectMetaArgs(name=name, namespace=place.access.namespace),
        spec={
            "schedule": SCHEDULE,
            "method": "volumeSnapshot",
            "backupOwnerReference": "self",
            "cluster": {"name": name},
        },
        # The name is known in a preview, so the order has to be stated.
        opts=ResourceOptions(parent=parent, depends_on=[cluster]),
    )
