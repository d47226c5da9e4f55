"""Rules for data stores that a cloud manages beside a cluster which it did not make.

What the cluster is like is asked in the cloud (`components/gcp/existing_cluster.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from components.config import support
from components.config.clouds import CLOUDS
from components.config.clouds.facts import CloudFacts, Format, Gap, Ids
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
    if isinstance(ids, Gap):
        if managed or cluster.network is not None:
            yield str(support.existing_cluster_gap(cloud))
        return
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
    reasons = [why for use, why in subnets_wanted(settings, facts.existing_network) if use in OF_STORES]
    if given < len(reasons):
        yield f"{path} names {given}, and {len(reasons)} are needed: {'; '.join(reasons)}; {more}"
    elif given > len(reasons):
        yield (
            f"{path} names {given}, and the stores that {settings.cloud} manages use {len(reasons)}; remove "
            f"the others with: {rm_command(f'{path}[{len(reasons)}]')}"
        )


def _named(cloud: str, ids: Ids, network: PlaceOfCluster) -> Iterator[str]:
    """Ids as the cloud spells them, and none that the cloud has no use for."""
    values: Mapping[str, tuple[str | None, Format | None]] = {
        "clusterName": (network.cluster_name, ids.cluster_name),
        "id": (network.id, ids.id),
        **{f"subnets[{index}]": (subnet, ids.subnets) for index, subnet in enumerate(network.subnets)},
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


RULES: Sequence[Rule] = (_beside_a_cluster,)
