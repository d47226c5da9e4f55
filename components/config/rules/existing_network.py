"""Rules for a network that exists: what the cloud must be told of it.

What it is like is asked in the cloud (`components/aws/existing_network.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from components.config.clouds import CLOUDS
from components.config.clouds.facts import NetworkIds
from components.config.cluster import ManagedCluster
from components.config.messages import rm_command, set_command, set_with
from components.config.network import ExistingNetwork
from components.config.rules.runner import Rule
from components.config.settings import Settings
from components.config.sources import Managed
from components.config.tracker_store import ManagedTrackerStore

KEY = "rasa:network"
ALB_ZONES = 2
"""An Application Load Balancer has subnets in two zones at least ("Subnets for your load balancer")."""


def _existing(settings: Settings) -> tuple[ExistingNetwork, NetworkIds] | None:
    """The network, where it is used; that it would change nothing is said."""
    network, cloud = settings.network, settings.cloud
    if not isinstance(network, ExistingNetwork) or not isinstance(settings.cluster, ManagedCluster):
        return None
    return (network, CLOUDS[cloud].existing_network) if cloud in CLOUDS else None


def _account(settings: Settings) -> Iterator[str]:
    if _existing(settings) is not None and settings.account is None:
        how = set_with("rasa:account", "<id>")
        yield f"rasa:account is missing: a network that exists may be shared by another one; {how}"


def _named(settings: Settings) -> Iterator[str]:
    """Ids as the cloud spells them, and none that the cloud has no use for."""
    if (known := _existing(settings)) is None:
        return
    network, ids = known
    zones = network.private_dns_zones
    values = [("id", network.id, ids.id), *(("privateDnsZones", one, ids.private_zone) for one in zones)]
    for use, subnets in network.subnets.by_use.items():
        form = (ids.stores if use == "stores" and ids.stores else ids.subnet) if use in ids.uses else None
        values += [(f"subnets.{use}[{index}]", subnet, form) for index, subnet in enumerate(subnets)]
    for key, value, form in values:
        path = f"{KEY}.{key}"
        if form is None:
            yield f"{path} {value!r} has no use on {settings.cloud}; remove it with: {rm_command(path)}"
        elif not form.pattern.match(value):
            how = set_with(path, "<id>")
            yield f"{path} {value!r} is none of {settings.cloud}; accepted: {form.accepted}; {how}"


def _subscription(settings: Settings) -> Iterator[str]:
    """A private endpoint is in the subscription of its network (Azure, "What is a private endpoint?")."""
    network, account = settings.network, settings.account
    if settings.cloud != "azure" or not isinstance(network, ExistingNetwork) or account is None:
        return
    if f"/subscriptions/{account}/".lower() not in network.id.lower():
        yield (
            f"{KEY}.id {network.id!r} is in another subscription than rasa:account {account!r}; accepted: a "
            f"network of that subscription, peered with others; {set_with(f'{KEY}.id', '<id>')}"
        )


def _enough(settings: Settings) -> Iterator[str]:
    """One subnet in each zone, or one that is in all."""
    if (known := _existing(settings)) is None:
        return
    network, ids = known
    for use, subnets in network.subnets.by_use.items():
        given, wanted = len(set(subnets)), ALB_ZONES if use == "balancers" else settings.zones_wanted
        path = f"{KEY}.subnets.{use}"
        if ids.zonal and 0 < given < wanted:
            yield (
                f"{path} names {given} and {wanted} are needed, each in a zone of its own; "
                + set_with(f"{path}[{len(subnets)}]", "<id>")
            )
        elif not ids.zonal and given > 1:
            yield (
                f"{path} names {given}; accepted: one, which is in all zones; remove the others with: "
                f"{rm_command(f'{path}[1]')}"
            )


def _needed(settings: Settings) -> Iterator[str]:
    if (known := _existing(settings)) is None:
        return
    network, ids = known
    wanted = dict(subnets_wanted(settings, ids))
    for use, why in wanted.items():
        path = f"{KEY}.subnets.{use}"
        if not network.subnets.by_use[use]:
            yield f"{path} is missing: {why}; {set_with(f'{path}[0]', '<id>')}"
    path = f"{KEY}.subnets.balancers"
    if settings.ingress.host is None and network.subnets.balancers:
        yield f"{path} would change nothing: there is no ingress.host; remove it with: {rm_command(path)}"


def subnets_wanted(settings: Settings, ids: NetworkIds) -> Iterator[tuple[str, str]]:
    """Use of a subnet, and why it is needed."""
    stores = settings.managed_stores
    # Beside a cluster that exists no key of the cloud unseals it (docs/vault.md, "Without a cloud").
    vault = settings.secrets_manager.source == "in-cluster" and isinstance(settings.cluster, ManagedCluster)
    postgres = [one for one in stores if isinstance(one, ManagedTrackerStore) and one.kind == "postgres"]
    if ids.stores is not None and (postgres or isinstance(settings.lock_store, Managed)):
        yield "stores", "Cloud SQL and Memorystore take addresses of a range for Google's services"
    if "api" in ids.uses:
        yield "api", "AKS gives the Kubernetes API an address in it"
    if "endpoints" in ids.uses and (len(stores) > len(postgres) or vault):
        yield "endpoints", "data stores are reached by private endpoints"
    if "endpoints" in ids.uses and postgres:
        yield "stores", "PostgreSQL servers are in a subnet of their own"
    if "balancers" in ids.uses and settings.ingress.host is not None and not settings.ingress.internal:
        inside = f" ({set_command('rasa:ingress.internal', 'true')} has it in those of the nodes)"
        yield "balancers", f"the ingress is public, in subnets of its own{inside if ids.zonal else ''}"


def _no_internet(settings: Settings) -> Iterator[str]:
    network, mirror = settings.network, "rasa:registry.mirror"
    if not isinstance(network, ExistingNetwork) or network.internet:
        return
    if settings.cloud == "azure":
        yield (
            f"{KEY}.internet false is not supported on {settings.cloud}; accepted: a NAT gateway, or a route "
            f"to a firewall; remove it with: {rm_command(f'{KEY}.internet')}"
        )
    elif settings.registry.mirror is None:
        yield (
            f"{mirror} is missing: with {KEY}.internet false no pod reaches the registries of the vendors; "
            "accepted: a registry that the nodes reach, such as one of the cloud (docs/registry.md); "
            + set_with(mirror, "<registry>")
        )


RULES: Sequence[Rule] = (_account, _named, _subscription, _enough, _needed, _no_internet)
