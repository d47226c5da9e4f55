"""Kubernetes on Azure: AKS with node auto-provisioning, in which Azure makes the nodes that the pods ask for.

A small pool of fixed size carries what AKS itself runs; everything else gets nodes by its requests, so `size`
says nothing here. The API takes logins of Entra ID alone; local accounts are off. It has an address in the
stack's network (API server VNet integration), and a public one only where the config names addresses that may
connect. What this file deliberately does not do: anything inside the cluster.

The principal that runs `pulumi up` must be among `admins`: unlike EKS, AKS gives no rights to the principal
that creates the cluster. From `dev` to `production` nothing is replaced; the system pool grows from two nodes
to three and stays in the zones that it was made with, which AKS cannot change.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any, Literal

import yaml
from pulumi import ComponentResource, InvokeOutputOptions, Output, Resource, ResourceOptions
from pulumi_azure_native import containerservice as aks
from pulumi_azure_native import managedidentity

from components.azure.alarms import Alarm, AlarmPlace, create_alarms
from components.azure.cluster_maintenance import create_windows
from components.azure.logs import send_logs
from components.azure.network_place import NetworkPlace
from components.azure.previews import told
from components.azure.registry import let_nodes_pull
from components.azure.roles import PRINCIPALS, assign, built_in
from components.contract.provider import FoundationArgs
from components.contract.terms import Profile

# AKS upgrades one minor version at a time and never goes back; patches come by themselves. Its end of
# support: docs/support.yaml.
KUBERNETES_VERSION = "1.36"
TIER: Mapping[Profile, Literal["Free", "Standard"]] = {"dev": "Free", "production": "Standard"}
"""Free has no promise of availability and a smaller API server."""
SYSTEM_NODE = "Standard_D4s_v5"
"""AKS asks for 4 vCPU and takes no burstable B series (AKS documentation, "Manage system node pools"); the
same in every profile, since AKS cannot change the size of a pool's machines."""
SYSTEM_NODES: Mapping[Profile, int] = {"dev": 2, "production": 3}
ENTRA_SERVER = "6dae42f8-4368-4678-94ff-3960e28e3630"
"""The id of AKS's application, the same in every Entra tenant (kubelogin, `--server-id`)."""
LOGS = ("kube-audit-admin", "guard", "kube-apiserver", "kube-controller-manager")
"""Changes, logins, and errors of the control plane; not every read (`kube-audit`)."""

ALARMS = (
    Alarm(metric="etcd_database_usage_percentage", above=75, statistic="Maximum"),
    Alarm(metric="apiserver_memory_usage_percentage", above=90, statistic="Maximum", minutes=15),
    Alarm(metric="node_memory_working_set_percentage", above=90, minutes=15),
)
"""Published by AKS itself, without an agent (Azure Monitor, "Supported metrics for managedClusters")."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterArgs:
    """The foundation's arguments, and the network that the cluster is created in."""

    foundation: FoundationArgs
    resource_group: Output[str]
    resource_group_id: Output[str]
    subscription_id: Output[str]
    network: NetworkPlace
    log_workspace_id: Output[str]


class Cluster(ComponentResource):
    """Control plane, system nodes, and who may administer them."""

    name: Output[str]
    oidc_issuer: Output[str]
    node_resource_group_id: Output[str]
    kubeconfig: Output[str]
    access: tuple[Resource, ...]
    """The role assignments of the administrators, and of the nodes where they pull images."""

    def __init__(self, name: str, args: ClusterArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:azure:Cluster", name, {}, opts)
        foundation = args.foundation
        # On the resource group, which exists before the cluster: an assignment takes up to ten minutes until
        # it holds everywhere, and they pass while the cluster is created.
        self.access = tuple(_admin(name, admin, args, parent=self) for admin in foundation.admins)
        identity = managedidentity.UserAssignedIdentity(
            name,
            resource_group_name=args.resource_group,
            tags=foundation.tags,
            opts=ResourceOptions(parent=self),
        )
        joins = [
            assign(
                f"{name}{end}",
                role_id=built_in("network-contributor", args.subscription_id),
                principal_id=identity.principal_id,
                scope=scope,
                parent=self,
            )
            for end, scope in args.network.joined.items()
        ]
        cluster = aks.ManagedCluster(
            name,
            _cluster_args(args, identity.id),
            ResourceOptions(
                parent=self,
                # AKS joins the subnets with this right; it is not among the cluster's inputs.
                depends_on=joins,
                protect=foundation.deletion_protection,
                # A pool keeps its zones for life.
                ignore_changes=["agentPoolProfiles[0].availabilityZones"],
            ),
        )
        if foundation.profile == "production":
            create_windows(name, resource_group=args.resource_group, cluster=cluster, parent=self)
        if foundation.registry is not None:
            pull = let_nodes_pull(name, foundation.registry, cluster, parent=self)
            self.access = (*self.access, pull)
        self._watch(name, args, cluster)
        self.name = cluster.name
        # An output of the cluster, because AKS creates the group.
        self.node_resource_group_id = Output.all(args.resource_group_id, cluster.id).apply(
            lambda ids: f"{ids[0]}-nodes"
        )
        self.oidc_issuer = cluster.oidc_issuer_profile.apply(lambda profile: told(_issuer(profile)))
        self.kubeconfig = _kubeconfig(args.resource_group, cluster, parent=self)
        self.register_outputs({"name": self.name})

    def _watch(self, name: str, args: ClusterArgs, cluster: aks.ManagedCluster) -> None:
        foundation = args.foundation
        send_logs(name, LOGS, resource_id=cluster.id, workspace_id=args.log_workspace_id, parent=self)
        create_alarms(
            name,
            (*ALARMS, _waiting_pods(foundation.namespace)),
            namespace="Microsoft.ContainerService/managedClusters",
            resource_id=cluster.id,
            place=AlarmPlace(
                resource_group=args.resource_group,
                action_group_id=foundation.alarm_target,
                tags=foundation.tags,
            ),
            parent=self,
        )


def _admin(name: str, admin: str, args: ClusterArgs, *, parent: Resource) -> Resource:
    kind, _, object_id = admin.partition(":")
    return assign(
        f"{name}-{kind}-{object_id}",
        role_id=built_in("kubernetes-administrator", args.subscription_id),
        principal_id=object_id,
        principal_type=PRINCIPALS[kind],
        scope=args.resource_group_id,
        parent=parent,
    )


def _waiting_pods(namespace: str) -> Alarm:
    """Fires when one of Rasa's pods has been pending longer than a new node takes.

    AKS counts each pod once a minute. Several pods that each wait for a minute are normal: so the alert looks
    at each pod by itself, and almost every minute must have found it pending.
    """
    only = {"phase": ["Pending", "Failed", "Unknown"], "namespace": [namespace], "pod": ["*"]}
    return Alarm(metric="kube_pod_status_phase", above=25, statistic="Total", minutes=30, only=only)


def _cluster_args(args: ClusterArgs, identity_id: Output[str]) -> aks.ManagedClusterArgs:
    foundation = args.foundation
    return aks.ManagedClusterArgs(
        resource_group_name=args.resource_group,
        # Else AKS puts three names together, which are cut where they are too long.
        node_resource_group=Output.concat(args.resource_group, "-nodes"),
        dns_prefix="rasa",  # Azure appends what makes it unique
        kubernetes_version=KUBERNETES_VERSION,
        sku=aks.ManagedClusterSKUArgs(name="Base", tier=TIER[foundation.profile]),
        identity=aks.ManagedClusterIdentityArgs(
            type=aks.ResourceIdentityType.USER_ASSIGNED, user_assigned_identities=[identity_id]
        ),
        disable_local_accounts=True,
        enable_rbac=True,
        aad_profile=aks.ManagedClusterAADProfileArgs(managed=True, enable_azure_rbac=True),
        api_server_access_profile=_api_access(args),
        network_profile=_network_profile(foundation, args.network.outbound),
        agent_pool_profiles=[_system_pool(args)],
        node_provisioning_profile=aks.ManagedClusterNodeProvisioningProfileArgs(
            mode="Auto", default_node_pools="Auto"
        ),
        oidc_issuer_profile=aks.ManagedClusterOIDCIssuerProfileArgs(enabled=True),
        security_profile=aks.ManagedClusterSecurityProfileArgs(
            workload_identity=aks.ManagedClusterSecurityProfileWorkloadIdentityArgs(enabled=True),
            image_cleaner=aks.ManagedClusterSecurityProfileImageCleanerArgs(
                enabled=True, interval_hours=24 * 7
            ),
        ),
        # AKS upgrades patches of this minor version and node images. Another minor version is a change of
        # this file, tried in dev first.
        auto_upgrade_profile=aks.ManagedClusterAutoUpgradeProfileArgs(
            upgrade_channel="patch", node_os_upgrade_channel="NodeImage"
        ),
        tags=foundation.tags,
    )


def _api_access(args: ClusterArgs) -> aks.ManagedClusterAPIServerAccessProfileArgs:
    """With an address in our subnet the API can be opened and closed later without a new cluster."""
    ranges = list(args.foundation.allowed_cidrs)
    return aks.ManagedClusterAPIServerAccessProfileArgs(
        enable_vnet_integration=True,
        subnet_id=args.network.api_subnet_id,
        enable_private_cluster=not ranges,
        authorized_ip_ranges=ranges or None,
        # `az aks command invoke` opens a shell in the cluster to every principal that may write to the
        # resource, past Kubernetes' own rules.
        disable_run_command=True,
    )


def _network_profile(foundation: FoundationArgs, outbound: str) -> aks.ContainerServiceNetworkProfileArgs:
    """Azure CNI overlay with Cilium, which is what node auto-provisioning asks for."""
    return aks.ContainerServiceNetworkProfileArgs(
        network_plugin="azure",
        network_plugin_mode="overlay",
        network_dataplane="cilium",
        network_policy="cilium",
        load_balancer_sku="standard",
        outbound_type=outbound,
        pod_cidr=foundation.pods_cidr,
        service_cidr=foundation.services_cidr,
        dns_service_ip=dns_address(foundation.services_cidr),
    )


def dns_address(services_cidr: str) -> str:
    """The address of the cluster's DNS: the tenth of the services' range, as AKS does by default."""
    return str(IPv4Network(services_cidr)[10])


def _system_pool(args: ClusterArgs) -> aks.ManagedClusterAgentPoolProfileArgs:
    """Nodes for what AKS itself runs; the taint keeps Rasa off them."""
    return aks.ManagedClusterAgentPoolProfileArgs(
        name="system",
        mode="System",
        count=SYSTEM_NODES[args.foundation.profile],
        vm_size=SYSTEM_NODE,
        os_type="Linux",
        # Not AzureLinux3, which ends with Kubernetes 1.36 (AKS documentation, "Use Azure Linux on AKS").
        os_sku="AzureLinux",
        os_disk_type="Managed",
        os_disk_size_gb=64,
        availability_zones=list(args.foundation.zones) or None,
        vnet_subnet_id=args.network.nodes_subnet_id,
        node_taints=["CriticalAddonsOnly=true:NoSchedule"],
        upgrade_settings=aks.AgentPoolUpgradeSettingsArgs(max_surge="33%"),
    )


def _issuer(profile: Any) -> str | None:  # noqa: ANN401 - an output type that the SDK calls optional
    return profile.issuer_url


def _kubeconfig(resource_group: Output[str], cluster: aks.ManagedCluster, *, parent: Resource) -> Output[str]:
    """Log in with a short-lived Entra token of kubelogin, so that no credential is stored anywhere.

    Address and certificate authority are read from AKS's own kubeconfig, the only place that has the latter.
    Its login, which asks a person to type in a code, is replaced. kubelogin takes the session of `az login`;
    elsewhere AAD_LOGIN_METHOD in the environment wins over the argument (workloadidentity in CI, for
    example).
    """
    answer = aks.list_managed_cluster_user_credentials_output(
        resource_group_name=resource_group,
        resource_name=cluster.name,
        opts=InvokeOutputOptions(parent=parent),
    )
    return Output.secret(answer.apply(lambda known: with_own_login(known.kubeconfigs[0].value)))


def with_own_login(kubeconfig: str) -> str:
    """AKS's kubeconfig (base64), with kubelogin for its login."""
    given: dict[str, Any] = yaml.safe_load(base64.b64decode(kubeconfig))
    server = given["clusters"][0]["cluster"]
    arguments = ["get-token", "--login", "azurecli", "--server-id", ENTRA_SERVER]
    user = {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1beta1",
            "command": "kubelogin",
            "args": arguments,
            "interactiveMode": "Never",
        }
    }
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "aks", "cluster": server}],
            "users": [{"name": "entra", "user": user}],
            "contexts": [{"name": "aks", "context": {"cluster": "aks", "user": "entra"}}],
            "current-context": "aks",
        }
    )
