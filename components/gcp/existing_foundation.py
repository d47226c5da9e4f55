"""What the Google Cloud dependencies stand on beside a GKE cluster that exists: APIs, a key, and identities.

The cluster and its network are looked up and never changed. What it deliberately does not do: alarms of the
cluster, the nodes' right to pull images, and all else that is its owner's task.
"""

from __future__ import annotations

from dataclasses import replace

from pulumi import ComponentResource, Output, ResourceOptions

from components.contract.cluster import Kubernetes
from components.contract.foundation_facts import FoundationFacts
from components.contract.provider import ExistingFoundationArgs
from components.gcp.apis import enable_apis
from components.gcp.cluster_network import cluster_network
from components.gcp.existing_cluster import find_cluster
from components.gcp.identity import Identity, IdentityArgs
from components.gcp.key import Key, KeyArgs
from components.gcp.placement import Placement
from components.gcp.private_services import with_api


class ExistingFoundation(ComponentResource):
    """APIs, key and identities, and the place of a cluster that exists."""

    cluster: Kubernetes
    placement: Placement
    facts: FoundationFacts

    def __init__(self, name: str, args: ExistingFoundationArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:gcp:ExistingFoundation", name, {}, opts)
        # Before the first API is enabled.
        found = find_cluster(args, parent=self)
        apis = enable_apis(name, args.account, parent=self)
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
        pool, subnet = Output.from_input(found.workload_pool), Output.from_input(found.subnet)
        network = Output.from_input(args.network_id)
        identity = Identity(
            f"{name}-pods",
            IdentityArgs(apis=apis, namespace=args.cluster.namespace, workload_pool=pool),
            ResourceOptions(parent=self),
        )
        marks = args.cluster.rasa
        self.cluster = replace(
            args.cluster,
            rasa=replace(
                identity.rasa,
                annotations={**marks.annotations, **identity.rasa.annotations},
                pod_labels=marks.pod_labels,
            ),
            setup=identity.setup,
            cluster_network=cluster_network(found.stores_cidrs),
        )
        self.placement = Placement(
            project=args.account,
            region=args.region,
            zones=tuple(args.zones),
            apis=apis,
            subnet_id=subnet,
            private_network=with_api(network, apis),
            private_range=found.private_range,
            key_id=key.id,
            rasa_member=identity.rasa_member,
            workload_pool=pool,
            alarm_channel=args.alarm_target,
        )
        self.facts = FoundationFacts(
            network_id=network,
            subnet_ids={"cluster": (subnet,)},
            cluster_name=Output.from_input(found.name),
            oidc_issuer=None,
            rasa={"serviceAccount": identity.rasa_email},
        )
        self.register_outputs({"keyId": key.id})
