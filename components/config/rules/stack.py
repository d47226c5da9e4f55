"""Rules for where a stack is: cloud, region, account, network, cluster, tags."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network
from itertools import combinations

from components.config import support
from components.config.clouds import CLOUDS
from components.config.cluster import ExistingCluster, ManagedCluster
from components.config.messages import did_you_mean, parsed_cidr, rm_command, set_command, set_with
from components.config.network import ManagedNetwork
from components.config.rules.addresses import PRIVATE
from components.config.rules.runner import Rule
from components.config.settings import Settings
from components.config.zones import ZONES, zone_names

WIDEST_ACCESS = 8
"""Prefix length: the largest range that one organisation holds; 0.0.0.0/0 in two halves is wider."""
SMALLEST_NETWORK, LARGEST_NETWORK = 20, 16
"""Prefix lengths. AWS takes no larger VPC (VPC user guide, "VPC CIDR blocks"). A /20 leaves each of three
zones of AWS 1019 addresses for nodes and pods, the nodes of Azure 2043, and Google's services a /22, of which
Cloud SQL takes a /24 in each region ("Configure private services access", range size)."""
ANY_ZONE = r"[a-z]|[1-3]"
"""How a zone's name ends, whatever the cloud."""
OUR_TAGS = ("managed-by", "project", "stack", "profile")
"""What every resource carries already (`components/stack/tags.py`); a stack file may give another value."""


def _region(settings: Settings) -> Iterator[str]:
    cloud, region = settings.cloud, settings.region
    if cloud not in CLOUDS:
        return
    known = CLOUDS[cloud].regions
    if not region:
        yield f"rasa:region is missing; {set_with('rasa:region', '<region>')}"
    elif region in known:
        return
    elif closed := next((one for one in CLOUDS[cloud].closed if one.pattern.fullmatch(region)), None):
        yield (
            f"rasa:region {region!r} is a region of {CLOUDS[cloud].title} in which this project makes "
            f"nothing: {closed.because}; choose another with: {set_command('rasa:region', '<region>')}"
        )
    else:
        yield (
            f"rasa:region {region!r} is not a region of {cloud} that this project knows; "
            f"{did_you_mean(region, list(known))} " + set_with("rasa:region", "<region>")
        )


def _account(settings: Settings) -> Iterator[str]:
    cloud, account = settings.cloud, settings.account
    if cloud not in CLOUDS:
        return
    facts = CLOUDS[cloud]
    if account is None and facts.account_required:
        yield f"rasa:account is missing: {facts.account_required}; {set_with('rasa:account', '<id>')}"
    elif account is not None and not facts.account.pattern.match(account):
        yield f"rasa:account {account!r} is not {facts.account.accepted}; {set_with('rasa:account', '<id>')}"


def _zones(settings: Settings) -> Iterator[str]:
    cloud, region, cluster = settings.cloud, settings.region, settings.cluster
    network = settings.network
    if isinstance(cluster, ExistingCluster) or cloud not in CLOUDS or region not in CLOUDS[cloud].regions:
        return  # its subnets are where they are, or the region is said to be wrong
    facts, given = CLOUDS[cloud], network.zones if isinstance(network, ManagedNetwork) else ()
    wanted = settings.zones_wanted
    known = zone_names(cloud, region)
    zones = given or known
    # A region that has no zones at all serves for dev.
    if len(set(zones)) < wanted and (zones or wanted != ZONES["dev"]):
        yield (
            f"rasa:region {region!r} has {len(set(zones))} zones in this configuration and its profile "
            f"needs {wanted}: choose another region, or name {wanted} different ones; "
            + set_with(f"rasa:network.zones[{len(given)}]", "<zone>")
        )
    prefix = facts.zone_prefix.format(region=region)
    for index, zone in enumerate(given):
        strange = not facts.zones_vary and zone not in known
        # No account has a zone of another form.
        if strange or not re.fullmatch(f"{re.escape(prefix)}({ANY_ZONE})", zone):
            path = f"rasa:network.zones[{index}]"
            such = f"such as {prefix}a" if facts.zones_vary else ", ".join(known)
            yield f"{path} {zone!r} is not a zone of {region}; accepted: {such}; {set_with(path, '<zone>')}"


def _network(settings: Settings) -> Iterator[str]:
    ranges: list[tuple[str, IPv4Network]] = []
    network = settings.network
    avoid = network.avoid if isinstance(network, ManagedNetwork) else ()
    for key, text in (
        *((f"network.{key}", text) for key, text in network.ranges),
        *((f"network.avoid[{i}]", text) for i, text in enumerate(avoid)),
    ):
        parsed = parsed_cidr(text)
        if isinstance(parsed, str):
            yield f"rasa:{key} {parsed}; {set_with(f'rasa:{key}', '<range>')}"
        else:
            ranges.append((key, parsed))
    for (first, a), (second, b) in combinations(ranges, 2):
        if not first.startswith("network.avoid") and a.overlaps(b):
            yield (
                f"rasa:{second} {b} overlaps rasa:{first} {a}; accepted: ranges that share no address; "
                + set_with(f"rasa:{second}", "<range>")
            )
    for key, cidr in ranges[:1]:
        if key == "network.cidr" and not LARGEST_NETWORK <= cidr.prefixlen <= SMALLEST_NETWORK:
            too = "small" if cidr.prefixlen > SMALLEST_NETWORK else "large"
            yield (
                f"rasa:network.cidr {cidr} is too {too} for the subnets; accepted: /{LARGEST_NETWORK} to "
                f"/{SMALLEST_NETWORK}; " + set_with("rasa:network.cidr", "10.20.0.0/16")
            )


def _kubernetes_ranges(settings: Settings) -> Iterator[str]:
    """What the cloud's Kubernetes asks of the ranges."""
    if settings.cloud not in CLOUDS:
        return
    facts = CLOUDS[settings.cloud].ranges
    for key, text in settings.network.ranges:
        parsed = parsed_cidr(text)
        if isinstance(parsed, str):
            continue
        smallest = facts.smallest.get(key, parsed.max_prefixlen)
        path = f"rasa:network.{key}"
        example = set_with(path, f"<range of /{smallest} or larger>")
        if parsed.prefixlen > smallest:
            yield f"{path} {parsed} is too small for {settings.cloud}'s Kubernetes; {example}"
        for reserved in facts.reserved if key in facts.checked else ():
            if parsed.overlaps(reserved):
                yield f"{path} {parsed} overlaps {reserved}, which {facts.reserved_by}; {example}"


THIS_MACHINE = '"$(curl -s https://checkip.amazonaws.com)/32"'


def _cluster_access(settings: Settings) -> Iterator[str]:
    cluster = settings.cluster
    if isinstance(cluster, ExistingCluster):
        return
    for index, text in enumerate(cluster.allowed_cidrs):
        path = f"rasa:cluster.allowedCidrs[{index}]"
        parsed = parsed_cidr(text)
        if isinstance(parsed, str):
            yield f"{path} {parsed}; {set_with(path, '<range>')}"
        elif parsed.prefixlen < WIDEST_ACCESS and settings.profile_of(cluster) == "production":
            yield (
                f"{path} opens the Kubernetes API to the internet ({parsed}), which profile production "
                f"refuses; {set_with(path, THIS_MACHINE)}"
            )
        elif settings.cloud != "gcp" and any(parsed.subnet_of(range_) for range_ in PRIVATE):
            # EKS takes no reserved range ("Cluster API server endpoint"), and AKS none that is not public
            # (Azure CLI, --api-server-authorized-ip-ranges); Google's list holds for private addresses, too.
            yield (
                f"{path} {parsed} is private, and whom this list lets in comes from the internet; accepted: "
                f"public addresses; {set_with(path, THIS_MACHINE)}"
            )


def _administrators(settings: Settings) -> Iterator[str]:
    cluster = settings.cluster
    if not isinstance(cluster, ManagedCluster) or settings.cloud not in CLOUDS:
        return
    facts = CLOUDS[settings.cloud]
    if facts.no_admin and not cluster.admins:
        example = set_with("rasa:cluster.admins[0]", facts.example_admin)
        yield f"rasa:cluster.admins is empty: {facts.no_admin}; {example}"
    for index, admin in enumerate(cluster.admins):
        if facts.admin is not None and not facts.admin.pattern.match(admin):
            path = f"rasa:cluster.admins[{index}]"
            example = set_with(path, facts.example_admin)
            yield f"{path} is {admin!r}; accepted: {facts.admin.accepted}; {example}"


def _alarm_target(settings: Settings) -> Iterator[str]:
    form = CLOUDS[settings.cloud].alarm_target if settings.cloud in CLOUDS else None
    target = settings.alarms.target
    if form is not None and target is not None and not form.pattern.match(target):
        yield (
            f"rasa:alarms.target {target!r} is not a notification channel of {settings.cloud}; "
            + set_with("rasa:alarms.target", form.accepted)
        )


def _tags(settings: Settings) -> Iterator[str]:
    """Tags (labels, on Google Cloud) that the cloud would refuse half-way through `pulumi up`."""
    cloud, tags = settings.cloud, settings.tags
    if cloud not in CLOUDS:
        return
    facts = CLOUDS[cloud].tags
    for key, value in tags.items():
        # IAM and Azure take two spellings of a key for one (IAM User Guide, "Tags for IAM resources").
        others = [other for other in (*OUR_TAGS, *tags) if other != key and other.lower() == key.lower()]
        if others:
            yield (
                f"rasa:tags has {key!r}, which {cloud} takes for {others[0]!r}, and each resource has that; "
                f"accepted: one spelling; remove it with: {_untag(key)}"
            )
        elif facts.taken is not None and facts.taken.fullmatch(key):
            yield (
                f"rasa:tags has {key!r}, by which resources are named or claimed one by one; accepted: a key "
                f"of your own; remove it with: {_untag(key)}"
            )
        if not facts.key.fullmatch(key) or not facts.value.fullmatch(value):
            yield (
                f"rasa:tags has {key!r}: {value!r}, which {cloud} refuses; accepted: {facts.accepted}; remove"
                f" it with: {_untag(key)}"
            )
    room = facts.most - len(OUR_TAGS)
    if len(tags) > room:
        yield (
            f"rasa:tags has {len(tags)} entries; {cloud} takes {room} besides the {len(OUR_TAGS)}"
            f" that every resource carries; remove some with: {rm_command('rasa:tags.<key>')}"
        )


def _untag(key: str) -> str:
    return rm_command(f'rasa:tags["{key}"]')


def _no_cluster(settings: Settings) -> Iterator[str]:
    if isinstance(settings.cluster, ManagedCluster) and (
        gap := support.managed_gap(settings.cloud, "cluster")
    ):
        yield str(gap)


RULES: Sequence[Rule] = (
    _region,
    _account,
    _zones,
    _network,
    _kubernetes_ranges,
    _no_cluster,
    _cluster_access,
    _administrators,
    _alarm_target,
    _tags,
)
