"""What everything else on Google Cloud stands on: APIs, network, key, cluster and the identities of the pods.

The data stores take the network and the key from here while the cluster is still being made; only the
bindings that let its pods act as service accounts, and the pods, wait for it.
"""

from __future__ import annotations

from pulumi import ComponentResource, Output, Resource, ResourceOptions, RunError

from components.contract.cluster import Kubernetes
from components.contract.foundation_facts import FoundationFacts
from components.contract.provider import ExistingNetwork, FoundationArgs
from components.gcp.alarms import Alarm, Watched, create_alarms
from components.gcp.apis import Apis, enable_apis
from components.gcp.cluster import Cluster, ClusterArgs
from components.gcp.cluster_network import cluster_network
from components.gcp.existing_network import find_network
from components.gcp.identity import Identity, IdentityArgs
from components.gcp.key import Key, KeyArgs
from components.gcp.network import Network, NetworkArgs
from components.gcp.network_place import NetworkPlace
from components.gcp.placement import Placement
from components.gcp.private_services import with_api

NAT_ALARMS = (
    # The NAT has no more ports for a node: its new connections fail.
    Alarm(metric="router.googleapis.com/nat/nat_allocation_failed", above=0, statistic="COUNT_TRUE"),
    Alarm(
        metric="router.googleapis.com/nat/dropped_sent_packets_count",
        above=100,
        statistic="DELTA",
        total=True,
    ),
)


def container_alarms(namespace: str) -> tuple[Alarm, ...]:
    """Alarms on one namespace's containers; an operator can change nothing about Google's, in kube-system."""
    ours = f'resource.labels.namespace_name = "{namespace}"'
    return (
        # A pod in a crash loop restarts six times in the first quarter of an hour.
        Alarm(
            metric="kubernetes.io/container/restart_count",
            above=5,
            statistic="DELTA",
            total=True,
            minutes=15,
            where=ours,
        ),
        # Memory that the kernel cannot take back: at 1 the container is killed.
        Alarm(
            metric="kubernetes.io/container/memory/limit_utilization",
            above=0.95,
            statistic="MAX",
            where=f'{ours} AND metric.labels.memory_type = "non-evictable"',
        ),
    )


class Foundation(ComponentResource):
    """APIs, network, key, cluster and identities."""

    cluster: Kubernetes
    placement: Placement
    facts: FoundationFacts

    def __init__(self, name: str, args: FoundationArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:gcp:Foundation", name, {}, opts)
        project = _project(args)
        # Before the first API is enabled.
        existing = _existing_network(args, parent=self)
        apis = enable_apis(name, project, parent=self)
        network = existing or _network(f"{name}-network", args, apis, parent=self)
        key = Key(
            f"{name}-key",
            KeyArgs(
                project=apis.kms,
                region=args.region,
                deletion_protection=args.deletion_protection,
                keeps_data=args.keeps_data,
                existing=args.key,
            ),
            ResourceOptions(parent=self),
        )
        cluster = Cluster(
            f"{name}-cluster",
            ClusterArgs(foundation=args, project=project, apis=apis, network=network, key_id=key.id),
            ResourceOptions(parent=self),
        )
        identity = Identity(
            f"{name}-pods",
            IdentityArgs(apis=apis, namespace=args.namespace, workload_pool=cluster.workload_pool),
            ResourceOptions(parent=self),
        )
        self.cluster = Kubernetes(
            kubeconfig=cluster.kubeconfig,
            identifier=cluster.name,
            namespace=args.namespace,
            rasa=identity.rasa,
            setup=identity.setup,
            cluster_network=cluster_network(network.stores_cidrs),
            # The NAT: without it a pod pulls no image from outside Google. The access: if it went first, a
            # destroy by one of the admins would be refused by the cluster with objects still in it.
            ready=(*network.routes, *cluster.access),
        )
        self.placement = Placement(
            project=project,
            region=args.region,
            zones=tuple(args.zones),
            apis=apis,
            subnet_id=network.subnet_id,
            private_network=with_api(network.private_network, apis),
            private_range=network.private_range,
            key_id=key.id,
            rasa_member=identity.rasa_member,
            workload_pool=cluster.workload_pool,
            alarm_channel=args.alarm_target,
        )
        self.facts = _facts(project, args.region, network, cluster, identity)
        self._watch(name, network, cluster, args.namespace)
        self.register_outputs({"networkId": network.network_id, "clusterName": cluster.name, "keyId": key.id})

    def _watch(self, name: str, network: NetworkPlace, cluster: Cluster, namespace: str) -> None:
        if network.nat_name is not None:
            gateway = Watched(type="nat_gateway", label="gateway_name", value=network.nat_name)
            create_alarms(f"{name}-nat", NAT_ALARMS, gateway, self.placement, parent=self)
        containers = Watched(type="k8s_container", label="cluster_name", value=cluster.name)
        create_alarms(f"{name}-cluster", container_alarms(namespace), containers, self.placement, parent=self)


def _project(args: FoundationArgs) -> str:
    if args.account is None:
        raise RunError("Google Cloud resources belong to a project: set rasa:account to the project's id.")
    return args.account


def _existing_network(args: FoundationArgs, *, parent: Resource) -> NetworkPlace | None:
    if isinstance(args.network, ExistingNetwork):
        return find_network(args.network, args, parent=parent)
    return None


def _network(name: str, args: FoundationArgs, apis: Apis, *, parent: Resource) -> NetworkPlace:
    return Network(name, NetworkArgs(foundation=args, apis=apis), ResourceOptions(parent=parent)).place


def _facts(
    project: str, region: str, network: NetworkPlace, cluster: Cluster, identity: Identity
) -> FoundationFacts:
    return FoundationFacts(
        network_id=network.network_id,
        subnet_ids={"cluster": (network.subnet_id,)},
        cluster_name=cluster.name,
        # GKE documentation, "About Workload Identity Federation for GKE": the cluster's issuer.
        oidc_issuer=Output.concat(
            f"https://container.googleapis.com/v1/projects/{project}/locations/{region}/clusters/",
            cluster.name,
        ),
        rasa={"serviceAccount": identity.rasa_email},
    )
