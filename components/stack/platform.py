"""The platform of a stack: the only `match` on its cloud. Each dependency's source: `dependencies.py`.

The companions (`companions.py`) come from no cloud. Generic over the cloud's private Placement, which is
handed from the foundation to the cloud's own components and read by them alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import assert_never

import pulumi_random as random
from pulumi import ResourceOptions
from typing_extensions import TypeVar

from components.config.ca_bundle import joined, object_of
from components.config.cluster import ExistingCluster, ManagedCluster, connect_cluster
from components.config.network import ManagedNetwork
from components.config.pod_login import node_endpoints
from components.config.rules.beside_cluster import stores_subnets
from components.config.secrets_manager import InClusterVault
from components.config.settings import Settings
from components.config.tracker_store import ManagedTrackerStore
from components.contract import connections as c
from components.contract import provider as p
from components.contract.cluster import Kubernetes, VaultSeal
from components.contract.companions import Companions, NlgServer
from components.contract.foundation_facts import FoundationFacts
from components.contract.ingress import HasUrl, IngressArgs
from components.contract.terms import Profile
from components.in_cluster.http_route import HttpRoute
from components.in_cluster.ingress import Ingress
from components.in_cluster.route import Route
from components.kubernetes.access import ClusterAccess
from components.stack.companions import CompanionServers
from components.stack.dependencies import (
    event_broker,
    lock_store,
    model_storage,
    secrets_manager,
    tracker_store,
)
from components.stack.registry import pull_secret
from components.stack.suppliers import PackageSupplier, Supplier, Suppliers
from components.vault import args as v
from components.vault.vault import with_vault_login

Placement = TypeVar("Placement")


@dataclass(frozen=True, kw_only=True, slots=True)
class Platform:
    """Everything that Rasa Pro stands on."""

    access: ClusterAccess
    model_storage: c.ModelStorage
    lock_store: c.LockStore
    tracker_store: c.TrackerStore
    event_broker: c.EventBroker
    secrets_manager: c.Vault | None
    nlg_server: NlgServer | None
    open_ingress: OpenIngress
    """Makes the ingress to a Service of the cluster."""
    companions: Companions
    facts: FoundationFacts | None = None
    """The network and cluster that the stack's cloud made or stands beside; None without a cloud."""


OpenIngress = Callable[[str, IngressArgs[None]], HasUrl]
CloudIngress = Callable[[str, IngressArgs[None], ClusterAccess], HasUrl]


@dataclass(frozen=True, kw_only=True, slots=True)
class CloudServices:
    """Cloud services that in-cluster components use: the ingress controller and Vault's seal key."""

    ingress: CloudIngress
    vault_seal: Callable[[Profile], VaultSeal]


def build_platform(settings: Settings, tags: Mapping[str, str], *, stack: str) -> Platform:
    """Bring up what the settings choose; `tags` go onto every resource. Imports the chosen cloud only."""
    match settings.cloud:
        case "aws":
            # One cloud's SDK costs seconds to import, three cost a quarter of a minute.
            from components import aws  # noqa: PLC0415

            return _build(aws, settings, tags, stack)
        case "azure":
            from components import azure  # noqa: PLC0415

            return _build(azure, settings, tags, stack)
        case "gcp":
            from components import gcp  # noqa: PLC0415

            return _build(gcp, settings, tags, stack)
        case "none":
            return _without_cloud(settings)
        case _:
            assert_never(settings.cloud)


def _build(cloud: p.Cloud[Placement], settings: Settings, tags: Mapping[str, str], stack: str) -> Platform:
    cluster = settings.cluster
    if isinstance(cluster, ExistingCluster) and cluster.network is None:
        return _without_cloud(settings)
    where = p.ProviderArgs(region=settings.region, account=settings.account, tags=tags)
    providers = (cloud.Provider("cloud", where), random.Provider("random"))
    opts = ResourceOptions(providers=[*providers])
    if isinstance(cluster, ManagedCluster):
        foundation = cloud.Foundation("foundation", _foundation_args(settings, cluster, tags, stack), opts)
    else:
        args = _existing_foundation_args(settings, cluster, tags, stack)
        foundation = cloud.ExistingFoundation("foundation", args, opts)
    place = foundation.placement

    def ingress(name: str, args: IngressArgs[None], access: ClusterAccess) -> HasUrl:
        both = ResourceOptions(providers=[*providers, access.provider])
        return cloud.Ingress(name, args.at(place), both)

    def vault_seal(profile: Profile) -> VaultSeal:
        return cloud.VaultUnseal(
            "vault-unseal", _vault_unseal_args(settings, place, profile), opts
        ).connection

    # Beside a cluster that exists, the cloud knows neither its pods nor its ingress.
    own = isinstance(cluster, ManagedCluster)
    return _platform(
        settings,
        foundation.cluster,
        supplier=PackageSupplier(package=cloud, placement=place, options=opts),
        services=CloudServices(ingress=ingress, vault_seal=vault_seal) if own else None,
        facts=foundation.facts,
    )


def _without_cloud(settings: Settings) -> Platform:
    assert isinstance(settings.cluster, ExistingCluster), "without a cloud the settings ask for a cluster"
    return _platform(settings, _connected(settings, settings.cluster))


def _connected(settings: Settings, cluster: ExistingCluster) -> Kubernetes:
    return connect_cluster(cluster, namespace=settings.namespace, identity=node_endpoints(settings, cluster))


def _platform(
    settings: Settings,
    cluster: Kubernetes,
    *,
    supplier: Supplier | None = None,
    services: CloudServices | None = None,
    facts: FoundationFacts | None = None,
) -> Platform:
    bundle = settings.assistant.ca_bundle
    told = replace(
        cluster,
        deletion_protection=settings.protected,
        closed=settings.network_policies.enabled,
        pull_secret=pull_secret(settings.registry),
        authorities=joined(bundle) if isinstance(bundle, str) else None,
        trust=object_of(bundle),
    )
    access = ClusterAccess("cluster", told)
    suppliers = Suppliers(supplier, access, settings.cluster)
    store, broker = tracker_store(settings, suppliers), event_broker(settings, suppliers)
    in_vault = isinstance(settings.secrets_manager, InClusterVault)
    beside = CompanionServers(settings, access)
    return Platform(
        access=access,
        nlg_server=beside.nlg_server(),
        companions=beside.companions(store, broker),
        open_ingress=_opener(access, services and services.ingress),
        model_storage=model_storage(settings, suppliers),
        lock_store=lock_store(settings, suppliers),
        tracker_store=with_vault_login(store) if in_vault else store,
        event_broker=broker,
        secrets_manager=secrets_manager(settings, access, store, services and services.vault_seal),
        facts=facts,
    )


def _opener(access: ClusterAccess, ingress: CloudIngress | None) -> OpenIngress:
    """The cloud's ingress where it made the cluster; in a cluster that exists, the cluster's own."""

    def open_ingress(name: str, args: IngressArgs[None]) -> HasUrl:
        if ingress is not None:
            return ingress(name, args, access)
        options = ResourceOptions(provider=access.provider)
        if access.cluster.flavor == "openshift":
            return Route(name, args, options)
        return (Ingress if args.gateway is None else HttpRoute)(name, args, options)

    return open_ingress


def _vault_unseal_args(
    settings: Settings, place: Placement, profile: Profile
) -> p.VaultUnsealArgs[Placement]:
    return p.VaultUnsealArgs(
        placement=place,
        profile=profile,
        size=settings.size_of(settings.cluster) if isinstance(settings.cluster, ManagedCluster) else "small",
        deletion_protection=settings.protected,
        namespace=settings.namespace,
        service_account=v.SERVER_ACCOUNT,
        helpers=v.HELPERS,
    )


def _foundation_args(
    settings: Settings, cluster: ManagedCluster, tags: Mapping[str, str], stack: str
) -> p.FoundationArgs:
    return p.FoundationArgs(
        profile=settings.profile_of(cluster),
        size=settings.size_of(cluster),
        deletion_protection=settings.protected,
        account=settings.account,
        region=settings.region,
        zones=settings.zones,
        keeps_data=_keeps_data(settings),
        network=_network(settings, stack),
        services_cidr=settings.network.services_cidr,
        pods_cidr=settings.network.pods_cidr,
        allowed_cidrs=cluster.allowed_cidrs,
        admins=cluster.admins,
        namespace=settings.namespace,
        alarm_target=settings.alarms.target,
        registry=settings.registry.id,
        key=_key(settings, stack),
        tags=tags,
    )


def _key(settings: Settings, stack: str) -> p.ExistingKey | None:
    given = settings.encryption_key
    return None if given is None else p.ExistingKey(stack=stack, id=given)


def _network(settings: Settings, stack: str) -> p.OwnNetwork | p.ExistingNetwork:
    network, ingress = settings.network, settings.ingress
    if isinstance(network, ManagedNetwork):
        return p.OwnNetwork(cidr=network.cidr)
    assert settings.account is not None, "the settings ask for it in a network that exists"
    return p.ExistingNetwork(
        stack=stack,
        account=settings.account,
        id=network.id,
        subnets=network.subnets.by_use,
        balancers="internal" if ingress.internal else "public",
        internet=network.internet,
        zones=settings.zones_wanted,
        private_zones=network.private_dns_zones,
        snapshots=isinstance(settings.secrets_manager, InClusterVault),
    )


def _keeps_data(settings: Settings) -> bool:
    """Conversations alone are kept when a stack is destroyed, as a final snapshot or backup of production."""
    store = settings.tracker_store
    if not isinstance(store, ManagedTrackerStore):
        return False
    return settings.protected or settings.profile_of(store) == "production"


def _existing_foundation_args(
    settings: Settings, cluster: ExistingCluster, tags: Mapping[str, str], stack: str
) -> p.ExistingFoundationArgs:
    network = cluster.network
    assert network is not None, "without it there is no cloud beside the cluster"
    assert settings.account is not None, "the settings ask for it beside a cluster that exists"
    return p.ExistingFoundationArgs(
        stack=stack,
        profile=settings.profile,
        deletion_protection=settings.protected,
        keeps_data=_keeps_data(settings),
        region=settings.region,
        zones=settings.zones,
        account=settings.account,
        cluster=_connected(settings, cluster),
        cluster_name=network.cluster_name,
        network_id=network.id,
        subnet_ids=network.subnets,
        subnet_uses=tuple(use for use, _ in stores_subnets(settings)),
        private_zones=network.private_dns_zones,
        clients_id=network.clients,
        alarm_target=settings.alarms.target,
        tags=tags,
        key=_key(settings, stack),
    )
