"""Rules for a network that exists: what the cloud must be told of it.

What it is like is asked in the cloud (`components/aws/existing_network.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from components.config import support
from components.config.clouds import CLOUDS
from components.config.clouds.facts import Gap
from components.config.cluster import ManagedCluster
from components.config.messages import rm_command, set_with
from components.config.network import ExistingNetwork
from components.config.rules.runner import Rule
from components.config.settings import Settings

KEY = "rasa:network"
ALB_ZONES = 2
"""An Application Load Balancer has subnets in two zones at least ("Subnets for your load balancer")."""


def _named(settings: Settings) -> Iterator[str]:
    network, cloud = settings.network, settings.cloud
    if not isinstance(network, ExistingNetwork) or not isinstance(settings.cluster, ManagedCluster):
        return  # beside a cluster that exists it would change nothing, which is said
    if gap := support.existing_network_gap(cloud):
        yield str(gap)
        return
    ids = CLOUDS[cloud].existing_network
    assert not isinstance(ids, Gap), "a gap is said above"
    if settings.account is None:
        how = set_with("rasa:account", "<id>")
        yield f"rasa:account is missing: a network that exists may be shared by another one; {how}"
    if not ids.id.pattern.match(network.id):
        how = set_with(f"{KEY}.id", "<id>")
        yield f"{KEY}.id {network.id!r} is none of {cloud}; accepted: {ids.id.accepted}; {how}"
    for use, subnets in _uses(network):
        for index, subnet in enumerate(subnets):
            if not ids.subnet.pattern.match(subnet):
                path = f"{KEY}.subnets.{use}[{index}]"
                how = set_with(path, "<id>")
                yield f"{path} {subnet!r} is none of {cloud}; accepted: {ids.subnet.accepted}; {how}"


def _enough(settings: Settings) -> Iterator[str]:
    """One subnet in each zone."""
    network = settings.network
    if not isinstance(network, ExistingNetwork) or support.existing_network_gap(settings.cloud):
        return
    for use, subnets in _uses(network):
        wanted = ALB_ZONES if use == "balancers" else settings.zones_wanted
        if subnets and len(set(subnets)) < wanted:
            path = f"{KEY}.subnets.{use}"
            yield (
                f"{path} names {len(set(subnets))} and {wanted} are needed, each in a zone of its own; "
                + set_with(f"{path}[{len(subnets)}]", "<id>")
            )


def _balancers(settings: Settings) -> Iterator[str]:
    network, path = settings.network, f"{KEY}.subnets.balancers"
    if not isinstance(network, ExistingNetwork) or support.existing_network_gap(settings.cloud):
        return
    if settings.ingress.host is None and network.subnets.balancers:
        yield f"{path} would change nothing: there is no ingress.host; remove it with: {rm_command(path)}"
    elif settings.ingress.host and not settings.ingress.internal and not network.subnets.balancers:
        yield (
            f"{path} is missing: the ingress is public, and its load balancer needs public subnets; "
            f"{set_with(f'{path}[0]', '<id>')}, or {set_with('rasa:ingress.internal', 'true')}"
        )


def _no_internet(settings: Settings) -> Iterator[str]:
    network, mirror = settings.network, "rasa:registry.mirror"
    if isinstance(network, ExistingNetwork) and not network.internet and settings.registry.mirror is None:
        yield (
            f"{mirror} is missing: with {KEY}.internet false no pod reaches the registries of the vendors; "
            "accepted: a registry that the nodes reach, such as one of ECR (docs/registry.md); "
            + set_with(mirror, "<registry>")
        )


def _uses(network: ExistingNetwork) -> Sequence[tuple[str, Sequence[str]]]:
    subnets = network.subnets
    return (("nodes", subnets.nodes), ("stores", subnets.stores), ("balancers", subnets.balancers))


RULES: Sequence[Rule] = (_named, _enough, _balancers, _no_internet)
