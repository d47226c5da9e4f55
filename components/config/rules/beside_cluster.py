"""Rules for data stores that a cloud manages beside a cluster which it did not make.

What the cluster is like is asked in the cloud (`components/gcp/existing_cluster.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from components.config.clouds import CLOUDS
from components.config.clouds.facts import CloudFacts, Format, Ids
from components.config.cluster import ExistingCluster, PlaceOfCluster
from components.config.messages import rm_command, set_with
from components.config.rules.existing_network import subnets_wanted
from components.config.rules.runner import Rule
from components.config.settings import Settings
from components.config.zones import zones_wanted

KEY = "rasa:cluster.network"
OF_STORES = ("stores", "endpoints")
"""The uses of subnets, by the keys of `rasa:network.subnets`, that data stores have."""


def _beside_a_cluster(settings: Settings) -> Iterator[str]:
    cloud, cluster = settings.cloud, settings.cluster
    if not isinstance(cluster, ExistingCluster) or cloud not in CLOUDS:
        return
    facts, managed = CLOUDS[cloud], settings.managed_stores
    ids = facts.beside_existing_cluster
    if cluster.network is None:
        if managed:
            others = ("clusterName", "subnets", *(() if ids.clients is None else ("clients",)))
            yield (
                f"{KEY} is missing: {cloud} manages {len(managed)} of the dependencies and must be told "
                f"where the cluster is; {set_with(f'{KEY}.id', '<id>')}, and so {', '.join(others)}"
            )
        return
    if settings.account is None:
        how = set_with("rasa:account", "<id>")
        yield f"rasa:account is missing: the grants beside an existing cluster name it; {how}"
    yield from _enough(settings, facts, cluster.network)
    yield from _named(cloud, ids, cluster.network)
    for mark in {*ids.marks} & {*cluster.service_account.annotations}:
        path = f'rasa:cluster.serviceAccount.annotations["{mark}"]'
        yield (
            f"{path} would change nothing: the stack makes the identity that its stores let in, and writes "
            f"it there itself; remove it with: {rm_command(path)}"
        )


def _enough(settings: Settings, facts: CloudFacts, network: PlaceOfCluster) -> Iterator[str]:
    """Subnets in as many zones as the stores want, or one for each use where a subnet is in all zones."""
    path, given, managed = f"{KEY}.subnets", len(set(network.subnets)), settings.managed_stores
    more = set_with(f"{path}[{given}]", "<subnet>")
    if facts.existing_network.zonal:
        wanted = zones_wanted(map(settings.profile_of, managed)) if managed else 0
        if given < wanted:
            yield (
                f"{path} names {given} and the profile of the managed dependencies needs {wanted}, each in a "
                f"zone of its own; {more}"
            )
        return
    reasons = [why for _, why in stores_subnets(settings)]
    if given < len(reasons):
        yield f"{path} names {given}, and {len(reasons)} are needed: {'; '.join(reasons)}; {more}"
    elif given > len(reasons):
        yield (
            f"{path} names {given}, and the stores that {settings.cloud} manages use {len(reasons)}; remove "
            f"the others with: {rm_command(f'{path}[{len(reasons)}]')}"
        )


def _named(cloud: str, ids: Ids, network: PlaceOfCluster) -> Iterator[str]:
    """Ids as the cloud spells them, and none that the cloud has no use for."""
    zones = network.private_dns_zones
    values: Mapping[str, tuple[str | None, Format | None]] = {
        "clusterName": (network.cluster_name, ids.cluster_name),
        "id": (network.id, ids.id),
        **{f"subnets[{index}]": (subnet, ids.subnets) for index, subnet in enumerate(network.subnets)},
        **{f"privateDnsZones[{index}]": (zone, ids.private_zone) for index, zone in enumerate(zones)},
        "clients": (network.clients, ids.clients),
    }
    for key, (value, form) in values.items():
        path = f"{KEY}.{key}"
        if form is None and value is not None:
            yield f"{path} {value!r} has no use on {cloud}; remove it with: {rm_command(path)}"
        elif form is not None and value is None:
            yield f"{path} is missing; accepted: {form.accepted}; {set_with(path, '<id>')}"
        elif form is not None and not form.pattern.match(str(value)):
            yield f"{path} {value!r} is none of {cloud}; accepted: {form.accepted}; {set_with(path, '<id>')}"


def stores_subnets(settings: Settings) -> Sequence[tuple[str, str]]:
    """Uses of subnets that the stores have, where one is in all zones, and why."""
    if settings.cloud not in CLOUDS:
        return ()
    wanted = subnets_wanted(settings, CLOUDS[settings.cloud].existing_network)
    return tuple(one for one in wanted if one[0] in OF_STORES)


def _subscription(settings: Settings) -> Iterator[str]:
    """What the provider asks is in one subscription, where a private endpoint must be, too.

    Azure, "What is a private endpoint?": that of its network.
    """
    cluster, account = settings.cluster, settings.account
    if settings.cloud != "azure" or not isinstance(cluster, ExistingCluster) or cluster.network is None:
        return
    for key, value in (("clusterName", cluster.network.cluster_name), ("id", cluster.network.id)):
        if account is not None and f"/subscriptions/{account}/".lower() not in value.lower():
            yield (
                f"{KEY}.{key} {value!r} is in another subscription than rasa:account {account!r}; accepted: "
                f"one of that subscription; {set_with(f'{KEY}.{key}', '<id>')}"
            )


RULES: Sequence[Rule] = (_beside_a_cluster, _subscription)
