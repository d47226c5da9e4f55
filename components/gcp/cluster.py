"""Kubernetes on Google Cloud: GKE Autopilot, in which Google runs the nodes.

Autopilot and not Standard, for what it decides for us and Standard leaves open: Dataplane V2, workload
identity, shielded nodes, upgrades and repairs are always on, pods may not be privileged, and a node is bought
when a pod asks for it. So `size` says nothing here, and there is no number of nodes to get wrong (in a
regional Standard cluster a count is *per zone*: 3 means 9). It is always regional, in `dev` too, where
Google's free tier covers the management fee of one cluster per billing account; the pods are paid for either
way.

What this file deliberately does not do: anything inside the cluster (storage classes, namespaces).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi import ComponentResource, Output, Resource, ResourceOptions
from pulumi_gcp import container, projects, serviceaccount

from components.contract.provider import FoundationArgs
from components.contract.terms import Profile
from components.gcp.apis import Apis
from components.gcp.key import grant_key, service_agent
from components.gcp.network_place import NetworkPlace
from components.gcp.registry import let_nodes_pull

CHANNEL: Mapping[Profile, str] = {"dev": "REGULAR", "production": "STABLE"}
"""Google upgrades control plane and nodes along the channel; STABLE gets a version some months later."""
NODE_ROLE = "roles/container.defaultNodeServiceAccount"
"""Logs and metrics, nothing else (GKE documentation, "Harden your cluster's security", least privilege)."""
ADMIN_ROLE = "roles/container.admin"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
"""Scopes only limit what roles allow; the roles are the limit here (SDK, `oauth_scopes`)."""
MAINTENANCE_START, MAINTENANCE_END = "2026-01-03T02:00:00Z", "2026-01-03T08:00:00Z"
MAINTENANCE_RECURRENCE = "FREQ=WEEKLY;BYDAY=SA,SU"
"""GKE wants 48 hours in 32 days at the least, in windows of four hours or more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterArgs:
    """The foundation's arguments, and the network that the cluster is created in."""

    foundation: FoundationArgs
    project: str
    apis: Apis
    network: NetworkPlace
    key_id: Output[str]


class Cluster(ComponentResource):
    """Control plane, the nodes' service account, and who may administer."""

    name: Output[str]
    workload_pool: Output[str]
    """The workload identity pool; a resource that takes it as an input waits for the cluster."""
    kubeconfig: Output[str]
    access: tuple[Resource, ...]
    """The grants of the administrators, and of the nodes where they pull images."""

    def __init__(self, name: str, args: ClusterArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:gcp:Cluster", name, {}, opts)
        nodes = serviceaccount.Account(
            f"{name}-nodes",
            project=args.apis.iam,
            display_name="Rasa: nodes",
            opts=ResourceOptions(parent=self),
        )
        grant = projects.IAMMember(
            f"{name}-nodes",
            project=nodes.project,
            role=NODE_ROLE,
            member=nodes.member,
            opts=ResourceOptions(parent=self),
        )
        agent = service_agent(f"{name}-agent", "container", args.apis.container, parent=self)
        key_id = grant_key(f"{name}-agent", args.key_id, agent, parent=self)
        cluster = container.Cluster(
            name,
            _cluster_args(args, nodes, key_id),
            # The node account's role is no input of the cluster. Without it nodes cannot report, and
            # Autopilot takes them for broken; in a destroy it is deleted after the nodes.
            ResourceOptions(parent=self, depends_on=[grant]),
        )
        self.name = cluster.name
        # Autopilot always has a pool. A project's first cluster creates it, so its name comes from the
        # cluster.
        self.workload_pool = cluster.workload_identity_config.apply(
            lambda config: config.workload_pool or f"{args.project}.svc.id.goog"
        )
        self.kubeconfig = _kubeconfig(cluster, public=bool(args.foundation.allowed_cidrs))
        self.access = tuple(_admin(name, member, args, parent=self) for member in args.foundation.admins)
        if args.foundation.registry is not None:
            pull = let_nodes_pull(name, args.foundation.registry, nodes.member, parent=self)
            self.access = (*self.access, pull)
        self.register_outputs({"name": self.name})


def _cluster_args(
    args: ClusterArgs, nodes: serviceaccount.Account, key_id: Output[str]
) -> container.ClusterArgs:
    foundation = args.foundation
    return container.ClusterArgs(
        project=args.apis.container,
        location=foundation.region,
        enable_autopilot=True,
        network=args.network.network_id,
        subnetwork=args.network.subnet_id,
        ip_allocation_policy=container.ClusterIpAllocationPolicyArgs(
            cluster_secondary_range_name=args.network.pods_range,
            services_secondary_range_name=args.network.services_range,
        ),
        private_cluster_config=container.ClusterPrivateClusterConfigArgs(enable_private_nodes=True),
        control_plane_endpoints_config=_endpoints(public=bool(foundation.allowed_cidrs)),
        master_authorized_networks_config=_authorized_networks(foundation),
        # Autopilot's default; set, because the ingress needs it.
        gateway_api_config=container.ClusterGatewayApiConfigArgs(channel="CHANNEL_STANDARD"),
        release_channel=container.ClusterReleaseChannelArgs(channel=CHANNEL[foundation.profile]),
        maintenance_policy=container.ClusterMaintenancePolicyArgs(
            recurring_window=container.ClusterMaintenancePolicyRecurringWindowArgs(
                start_time=MAINTENANCE_START,
                end_time=MAINTENANCE_END,
                recurrence=MAINTENANCE_RECURRENCE,
            )
        ),
        # Autopilot takes the nodes' service account here (SDK, `service_account`); otherwise they would run
        # as the project's default one, which may be an editor of everything.
        cluster_autoscaling=container.ClusterClusterAutoscalingArgs(
            auto_provisioning_defaults=container.ClusterClusterAutoscalingAutoProvisioningDefaultsArgs(
                service_account=nodes.email, oauth_scopes=[SCOPE]
            )
        ),
        database_encryption=container.ClusterDatabaseEncryptionArgs(state="ENCRYPTED", key_name=key_id),
        deletion_protection=foundation.deletion_protection,
    )


def _endpoints(*, public: bool) -> container.ClusterControlPlaneEndpointsConfigArgs:
    """Open the API by DNS inside the network, and by IP address for the addresses that the config names.

    The DNS endpoint is closed to the outside: it has no list of addresses, so `allowedCidrs` would have no
    effect.
    """
    return container.ClusterControlPlaneEndpointsConfigArgs(
        dns_endpoint_config=container.ClusterControlPlaneEndpointsConfigDnsEndpointConfigArgs(
            allow_external_traffic=False
        ),
        ip_endpoints_config=container.ClusterControlPlaneEndpointsConfigIpEndpointsConfigArgs(enabled=public),
    )


def _authorized_networks(
    foundation: FoundationArgs,
) -> container.ClusterMasterAuthorizedNetworksConfigArgs | None:
    if not foundation.allowed_cidrs:
        return None
    return container.ClusterMasterAuthorizedNetworksConfigArgs(
        cidr_blocks=[
            container.ClusterMasterAuthorizedNetworksConfigCidrBlockArgs(cidr_block=cidr)
            for cidr in foundation.allowed_cidrs
        ],
        # Without it, virtual machines of every Google customer may connect.
        gcp_public_cidrs_access_enabled=False,
        private_endpoint_enforcement_enabled=True,
    )


def _admin(name: str, member: str, args: ClusterArgs, *, parent: Resource) -> Resource:
    """A grant on the project: an administrator of this cluster administers every cluster of the project."""
    # "group:ops@example.com" → "group-ops-example.com": stays when the list is reordered.
    return projects.IAMMember(
        f"{name}-{member.replace(':', '-').replace('@', '-').replace('/', '-')}",
        project=args.apis.iam,
        role=ADMIN_ROLE,
        member=member,
        opts=ResourceOptions(parent=parent),
    )


def _kubeconfig(cluster: container.Cluster, *, public: bool) -> Output[str]:
    """Log in with a short-lived token of Google's plugin, so that no credential is stored anywhere."""
    user = {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1beta1",
            "command": "gke-gcloud-auth-plugin",
            "installHint": "gcloud components install gke-gcloud-auth-plugin",
            "interactiveMode": "Never",
            "provideClusterInfo": True,
        }
    }
    return Output.secret(
        Output.json_dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": "gke", "cluster": _server(cluster, public=public)}],
                "users": [{"name": "google", "user": user}],
                "contexts": [{"name": "gke", "context": {"cluster": "gke", "user": "google"}}],
                "current-context": "gke",
            }
        )
    )


def _server(cluster: container.Cluster, *, public: bool) -> Mapping[str, Any]:
    if public:
        return {
            "server": Output.concat("https://", cluster.endpoint),
            "certificate-authority-data": cluster.master_auth.cluster_ca_certificate,
        }
    # A public authority signs the DNS endpoint's certificate, so the kubeconfig names none.
    dns = cluster.control_plane_endpoints_config.dns_endpoint_config.apply(
        lambda config: (config.endpoint or "") if config else ""
    )
    return {"server": Output.concat("https://", dns)}
