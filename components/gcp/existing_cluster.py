"""A GKE cluster that exists: looked at before anything is made, refused where its pods would reach no store.

Nothing of it is ever changed. What is deliberately not looked at: whether each node pool of a Standard
cluster hands out identities (`workloadMetadataConfig`), since reading node pools takes rights on Compute
Engine; the preflight shows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import pulumi
from pulumi import InvokeOptions, Output, Resource
from pulumi_gcp import compute, container

from components.contract.errors import ConfigurationError
from components.contract.provider import ExistingFoundationArgs
from components.gcp import private_services
from components.gcp.private_services import NamedNetwork, parts, seen

KEY = "rasa:cluster.network"
if TYPE_CHECKING:  # to name a class of a service is to load the service
    Cluster: TypeAlias = container.GetClusterResult


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterPlace:
    """The cluster, and where stores are that its pods reach."""

    name: str
    workload_pool: str
    subnet: str
    """Path of the nodes' subnet; Kafka puts the addresses of its brokers there, too."""
    private_range: Output[str] | None
    """Name of the range that Google's services take their addresses from; None: no store is one of them."""
    stores_cidrs: tuple[str, ...]


def find_cluster(args: ExistingFoundationArgs, *, parent: Resource) -> ClusterPlace:
    """Look the cluster up; `ConfigurationError` with all that it lacks."""
    options = InvokeOptions(parent=parent)
    project, location, name = parts(args.cluster_name)
    cluster = seen(
        lambda: container.get_cluster(
            name=name, location=location, project=project, skip_node_pool_refresh=True, opts=options
        )
    )
    network = NamedNetwork(key=f"{KEY}.id", path=args.network_id)
    services = private_services.ask(f"{KEY}.subnets[0]", args.subnet_ids, network, options)
    problems = [*_of_cluster(args, cluster, network)]
    if services is not None:
        problems += private_services.problems_of(services, network)
    if problems:
        raise ConfigurationError(args.stack, problems)
    assert cluster is not None, "that there is none is a problem"
    if args.profile == "production" and len(zones := _zones(args, cluster)) == 1:
        pulumi.log.warn(
            f"{KEY}.clusterName {args.cluster_name!r} has nodes in {zones.pop()} alone: Rasa is down while "
            "that zone is, whatever the profile of the stores"
        )
    host, region, subnet = parts(cluster.subnetwork)
    found = compute.get_subnetwork(name=subnet, region=region, project=host, opts=options)
    return ClusterPlace(
        name=name,
        workload_pool=_workload_pool(cluster),
        subnet=cluster.subnetwork,
        private_range=private_services.range_name(services),
        stores_cidrs=private_services.cidrs(found.ip_cidr_range, services),
    )


def _of_cluster(
    args: ExistingFoundationArgs, cluster: Cluster | None, network: NamedNetwork
) -> Iterator[str]:
    project, location, name = parts(args.cluster_name)
    where = f"{KEY}.clusterName {args.cluster_name!r}"
    if cluster is None:
        yield (
            f"{where} is no cluster that you see; list them with: gcloud container clusters list --project "
            f"{project} --format 'value(selfLink)'"
        )
        return
    if not f"{location}-".startswith(f"{args.region}-"):
        yield (
            f"{where} is in {location}, and rasa:region is {args.region!r}, where its stores would be; "
            "accepted: a cluster of that region, or of one of its zones"
        )
    if cluster.networking_mode != "VPC_NATIVE":
        # Cloud SQL documentation, "Connect from Google Kubernetes Engine"; Memorystore for Redis, "Connect to
        # a Redis instance from a Google Kubernetes Engine cluster": peerings do not carry routes of pods.
        yield (
            f"{where} is not VPC-native, so its pods reach neither Cloud SQL nor Memorystore, and no cluster "
            "is changed into such a one; accepted: a cluster made with --enable-ip-alias"
        )
    yield from network.others(where, cluster.network)
    if not _workload_pool(cluster):
        pool = f"{project}.svc.id.goog"
        yield (
            f"{where} has no Workload Identity, by which Rasa reads its models; accepted: the pool {pool}, "
            f"with: gcloud container clusters update {name} --project {project} --location {location} "
            f"--workload-pool {pool}; then each pool of nodes: gcloud container node-pools update <pool> "
            f"--cluster {name} --project {project} --location {location} "
            "--workload-metadata GKE_METADATA"
        )


def _workload_pool(cluster: Cluster) -> str:
    return next((one.workload_pool for one in cluster.workload_identity_configs), "")


def _zones(args: ExistingFoundationArgs, cluster: Cluster) -> set[str]:
    """Where nodes are; a cluster of one zone lists the others alone (SDK, `node_locations`)."""
    _, location, _ = parts(args.cluster_name)
    return {*cluster.node_locations, *(() if location == args.region else (location,))}
