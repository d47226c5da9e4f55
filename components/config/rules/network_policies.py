"""Rules for whom Rasa's pods call and who calls them: `rasa:networkPolicies` and `rasa:ingress.callers`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import cast

from components.config import ingress as o
from components.config.cluster import ExistingCluster
from components.config.messages import rm_command, set_command, set_with
from components.config.pod_login import language_models
from components.config.rules.runner import Rule
from components.config.settings import Settings
from components.contract.cluster import AZURE_IDENTITY_LABEL, LINK_LOCAL

EGRESS, CALLERS = "rasa:networkPolicies.egress", "rasa:ingress.callers"
MAPPED = 96
"""Bits before the IPv4 address in ::ffff:a.b.c.d (RFC 4291, 2.5.5.2)."""
METADATA: Sequence[IPv4Network | IPv6Network] = (
    IPv4Network("169.254.169.0/24"),
    IPv4Network("169.254.170.2/32"),
    IPv4Network("168.63.129.16/32"),
    IPv4Network("100.100.100.200/32"),
    IPv6Network("fd00:ec2::254/128"),
)
"""Where clouds hand out the credentials of a node (168.63.129.16: Azure's WireServer; 100.100.100.200:
Alibaba Cloud). One address of the link-local ranges besides these is an agent of the node, such as a cache of
names."""


def _callers(settings: Settings) -> Iterator[str]:
    if settings.network_policies.enabled:
        yield from _peers(CALLERS, settings.ingress.callers)


def _egress(settings: Settings) -> Iterator[str]:
    if settings.network_policies.enabled:
        yield from _peers(EGRESS, settings.network_policies.egress)


def _peers(key: str, entries: Sequence[o.Caller | o.Egress]) -> Iterator[str]:
    """Pods or addresses, one of both, and no range that holds the metadata services alone."""
    for number, one in enumerate(entries):
        path = f"{key}[{number}]"
        if one in entries[:number]:
            yield f"{path} is in the list already; remove it with: {rm_command(path)}"
        elif one.namespace is not None and one.cidr is not None:
            yield (
                f"{path} names a namespace and a range of addresses (cidr), of which a network policy takes "
                f"one; remove one of them, such as with: {rm_command(f'{path}.cidr')}"
            )
        elif one.namespace is None and one.labels:
            named = set_with(f"{path}.namespace", "<namespace>")
            yield f"{path}.labels select pods, and no namespace says where they are; {named}"
        elif one.namespace is None:
            yield from _addresses(path, one)


def _addresses(path: str, one: o.Caller | o.Egress) -> Iterator[str]:
    if one.cidr is None:
        if isinstance(one, o.Caller):
            yield (
                f"{path} names nobody; accepted: a namespace (and labels of its pods), or a range of "
                f"addresses; {set_with(f'{path}.namespace', '<namespace>')}"
            )
        elif not one.ports:
            yield (
                f"{path} names neither servers nor ports, and would open everything; "
                f"{set_with(f'{path}.cidr', '<range>')}, or turn the policies off with: "
                f"{set_command('rasa:networkPolicies.enabled', 'false')}"
            )
        return
    try:
        range_ = ip_network(one.cidr)
    except ValueError as error:
        yield (
            f"{path}.cidr is not a range of addresses: {error}; accepted: for example 10.20.0.0/16 or "
            f"2001:db8::/32; {set_with(f'{path}.cidr', '<range>')}"
        )
        return
    inner = range_.network_address.ipv4_mapped if isinstance(range_, IPv6Network) else None
    if inner is not None and range_.prefixlen >= MAPPED:
        v4 = set_with(f"{path}.cidr", f"{inner}/{range_.prefixlen - MAPPED}")
        yield f"{path}.cidr {one.cidr!r} is IPv4 within IPv6, which no packet has; accepted: IPv4; {v4}"
    if one.cidr.rpartition("/")[2] != str(range_.prefixlen):
        # Python takes an address alone, and a mask; Kubernetes takes neither.
        mend = set_with(f"{path}.cidr", str(range_))
        yield f"{path}.cidr is {one.cidr!r}; accepted: a range with its length; {mend}"
    if isinstance(one, o.Caller) and range_.prefixlen == 0:
        yield (
            f"{path}.cidr {range_} is everybody; accepted: the range that the callers are in; "
            f"{set_with(f'{path}.cidr', '<range>')}"
        )
    if _is_metadata(range_):
        yield (
            f"{path}.cidr {range_} is a metadata service of clouds, which gives out the credentials of the "
            f"node; accepted: the addresses of a server; {set_with(f'{path}.cidr', '<range>')}"
        )


def _is_metadata(range_: IPv4Network | IPv6Network) -> bool:
    alone = range_.prefixlen == range_.max_prefixlen
    return any(
        range_.version == hidden.version and range_.subnet_of(hidden)  # pyright: ignore[reportArgumentType]
        for hidden in (METADATA if alone else (*METADATA, *map(ip_network, LINK_LOCAL)))
    )


def _off(settings: Settings) -> Iterator[str]:
    """Keys of policies that are not made."""
    if settings.network_policies.enabled:
        return
    for path, given in ((EGRESS, settings.network_policies.egress), (CALLERS, settings.ingress.callers)):
        if given:
            yield (
                f"{path} would change nothing: rasa:networkPolicies.enabled is false; remove it with: "
                + rm_command(path)
            )


def _identity_of_nodes(settings: Settings) -> Iterator[str]:
    """Entra without a mark of the pod's: the driver would ask the metadata service, as the node."""
    cluster = settings.cluster
    if not isinstance(cluster, ExistingCluster) or not settings.network_policies.enabled:
        return
    marked = AZURE_IDENTITY_LABEL in cluster.service_account.pod_labels
    by_variables = any(name.startswith("AZURE_CLIENT_") for name in settings.llm_keys)
    for path, model in language_models(settings):
        oauth: object = model.get("oauth")
        kind = cast("Mapping[str, object]", oauth).get("type") if isinstance(oauth, Mapping) else None
        if kind == "azure_entra_id_default" and not marked and not by_variables:
            label = f"""rasa:cluster.serviceAccount.podLabels["{AZURE_IDENTITY_LABEL}"]"""
            yield (
                f"{path}.oauth.type is {kind!r}, and nothing marks Rasa's pods for Entra: they would ask the "
                "metadata service for the identity of their node, which network policies keep from them; "
                f"set it with: {set_command(label, 'true', is_text=True)}, and the annotation "
                "azure.workload.identity/client-id beside it"
            )


RULES: Sequence[Rule] = (_callers, _egress, _off, _identity_of_nodes)
