"""Rules that span keys of the stack's config: functions that yield one message per problem."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from ipaddress import IPv4Network
from itertools import combinations
from typing import Any, cast

from pydantic import BaseModel, SecretStr
from pydantic.alias_generators import to_camel

from components.config import stack_names, support
from components.config.assistant import Assistant, Network
from components.config.cluster import ExistingCluster, ManagedCluster
from components.config.first_model import CHECKS as FIRST_MODEL_CHECKS
from components.config.messages import did_you_mean, parsed_cidr, rm_command, set_with
from components.config.rules import existing
from components.config.rules import stores as in_cluster
from components.config.rules import stores as vault
from components.config.rules.azure import AZURE_CHECKS
from components.config.rules.companions import CHECKS as COMPANIONS_CHECKS
from components.config.rules.gcp import GCP_CHECKS
from components.config.rules.ingress import CHECKS as INGRESS_CHECKS
from components.config.rules.tags import tag_problems
from components.config.tracker_store import ManagedTrackerStore
from components.config.zones import REGIONS, ZONE_PREFIX, ZONES, zone_names, zones_wanted
from components.contract.errors import NotSupported
from components.rasa.spec import variables
from components.rasa.spec.endpoint_rules import problems_of as endpoint_problems
from components.rasa.spec.endpoint_rules import unset_variables

Valid = Mapping[str, Any]
"""The keys that are valid by themselves: field name of `Settings` → value."""

ACCOUNTS = {
    "aws": (re.compile(r"^\d{12}$"), "an AWS account id of 12 digits"),
    "azure": (re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"), "an Azure subscription id"),
    "gcp": (re.compile(r"^[a-z][a-z0-9-]{4,28}[a-z0-9]$"), "a Google Cloud project id"),
}
WIDEST_ACCESS = 8
"""Prefix length: the largest range that one organisation holds; 0.0.0.0/0 in two halves is wider."""
SMALLEST_NETWORK, LARGEST_NETWORK = 20, 16
"""Prefix lengths: a /20 still gives a node subnet of 500 addresses in each of three zones."""


def problems(valid: Valid, *, secret_keys: frozenset[str], stack: str) -> list[str]:
    """Run every check whose keys are all valid."""
    found: list[str] = []
    for needs, check in _CHECKS:
        if all(key in valid for key in needs):
            found += check(*(valid[key] for key in needs))
    if "cloud" in valid:
        found += stack_names.stack_name_problems(valid["cloud"], stack)
    return [*found, *_gaps(valid), *_plain_secrets(valid, secret_keys)]


def unknown_keys(given: Mapping[str, object], known: Sequence[str]) -> list[str]:
    """Name every top-level key that nobody reads."""
    return [
        f"rasa:{key} is not a known key; {did_you_mean(key, known)}; "
        f"remove it with: {rm_command(f'rasa:{key}')}"
        for key in given
        if key not in known
    ]


def _region(cloud: str, region: str) -> Iterator[str]:
    known = REGIONS.get(cloud)
    if not region and cloud != "none":
        yield f"rasa:region is missing; {set_with('rasa:region', '<region>')}"
    elif known and region not in known:
        yield f"rasa:region {region!r} is not a region of {cloud}; {did_you_mean(region, list(known))}"


def _account(cloud: str, account: str | None) -> Iterator[str]:
    if account is not None and cloud in ACCOUNTS and not ACCOUNTS[cloud][0].match(account):
        yield f"rasa:account {account!r} is not {ACCOUNTS[cloud][1]}; {set_with('rasa:account', '<id>')}"


def _zones(cloud: str, region: str, profile: str, network: Network, *dependencies: object) -> Iterator[str]:
    if isinstance(dependencies[0], ExistingCluster):
        return  # its subnets are where they are
    wanted = zones_wanted(profile, dependencies)
    zones = network.zones or zone_names(cloud, region)
    # Some regions of Azure have none at all, and serve for dev.
    nowhere = cloud == "azure" and wanted == ZONES["dev"] and not zones
    if region in REGIONS.get(cloud, {}) and len(set(zones)) < wanted and not nowhere:
        yield (
            f"rasa:region {region!r} has {len(set(zones))} zones in this configuration and its profile "
            f"needs {wanted}: choose another region, or name {wanted} different ones in rasa:network.zones"
        )
    prefix = ZONE_PREFIX.get(cloud, "").format(region=region)
    for zone in network.zones:
        # Azure's zones are 1, 2 and 3 in every region that has any; elsewhere a table may lag behind.
        if not zone.startswith(prefix) or (cloud == "azure" and zone not in zone_names(cloud, region)):
            yield f"rasa:network.zones names {zone!r}, which is not a zone of {region}"


def _network(network: Network) -> Iterator[str]:
    ranges: list[tuple[str, IPv4Network]] = []
    for key, text in (
        ("network.cidr", network.cidr),
        ("network.servicesCidr", network.services_cidr),
        ("network.podsCidr", network.pods_cidr),
        *((f"network.avoid[{i}]", text) for i, text in enumerate(network.avoid)),
    ):
        parsed = parsed_cidr(text)
        if isinstance(parsed, str):
            yield f"rasa:{key} {parsed}"
        else:
            ranges.append((key, parsed))
    for (first, a), (second, b) in combinations(ranges, 2):
        if not first.startswith("network.avoid") and a.overlaps(b):
            yield f"rasa:{second} {b} overlaps rasa:{first} {a}: choose ranges that share no address"
    for key, cidr in ranges[:1]:
        if key == "network.cidr" and not LARGEST_NETWORK <= cidr.prefixlen <= SMALLEST_NETWORK:
            too = "small" if cidr.prefixlen > SMALLEST_NETWORK else "large"
            yield (
                f"rasa:network.cidr {cidr} is too {too} for the subnets; accepted: /{LARGEST_NETWORK} to "
                f"/{SMALLEST_NETWORK}; " + set_with("rasa:network.cidr", "10.20.0.0/16")
            )


def _cluster_access(profile: str, cluster: ManagedCluster | ExistingCluster) -> Iterator[str]:
    if isinstance(cluster, ExistingCluster):
        return
    for index, text in enumerate(cluster.allowed_cidrs):
        path = f"rasa:cluster.allowedCidrs[{index}]"
        parsed = parsed_cidr(text)
        if isinstance(parsed, str):
            yield f"{path} {parsed}"
        elif parsed.prefixlen < WIDEST_ACCESS and (cluster.profile or profile) == "production":
            yield (
                f"{path} opens the Kubernetes API to the internet ({parsed}), which profile production "
                "refuses; " + set_with(path, '"$(curl -s https://checkip.amazonaws.com)/32"')
            )


def _gaps(valid: Valid) -> Iterator[str]:
    cloud = valid.get("cloud", "")
    gaps = list[NotSupported | None]()
    for name, dependency in _DEPENDENCIES.items():
        if name in valid:
            source = valid[name].source
            if source == "managed":
                gaps.append(support.managed_gap(cloud, dependency))
    tracker_store = valid.get("tracker_store")
    if isinstance(tracker_store, ManagedTrackerStore):
        gaps.append(support.tracker_store_gap(cloud, tracker_store.kind))
    yield from (str(gap) for gap in gaps if gap is not None)


def _assistant(profile: str, assistant: Assistant) -> Iterator[str]:
    if assistant.model.removesuffix(".tar.gz").split("/")[-1] == "latest":
        yield (
            'rasa:assistant.model is "latest", which says nothing about what runs and cannot be rolled back; '
            + set_with("rasa:assistant.model", "<name of one trained model>")
        )
    if profile == "production" and "*" in assistant.cors:
        yield 'rasa:assistant.cors allows every origin ("*"), which profile production refuses: name them'
    yield from (f"rasa:assistant.extraEndpoints: {p}" for p in endpoint_problems(assistant.extra_endpoints))


def _variables(assistant: Assistant, llm_keys: Mapping[str, SecretStr]) -> Iterator[str]:
    """Whatever the operator's own documents refer to must be in the pod."""
    for name in llm_keys:
        if not variables.NAME.match(name) or name in variables.SET_BY_CHART:
            why = (
                "is set by the Helm chart" if name in variables.SET_BY_CHART else "is no environment variable"
            )
            yield f"rasa:llmKeys.{name} {why}; choose another name"
    known = variables.SET_BY_CHART | variables.OF_CONNECTIONS | llm_keys.keys()
    documents = {"credentials": assistant.credentials, "extraEndpoints": assistant.extra_endpoints}
    for key, document in documents.items():
        yield from (f"rasa:assistant.{key}: {problem}" for problem in unset_variables(document, known))


def _plain_secrets(valid: Valid, secret_keys: frozenset[str]) -> Iterator[str]:
    """A secret that was set without --secret stands in plain text in the stack file."""
    for name, value in valid.items():
        key = to_camel(name)
        if key not in secret_keys:
            for path in _secrets_in(value, f"rasa:{key}"):
                command = set_with(path, "<value>", is_secret=True)
                yield f"{path} is in plain text in the stack file: have it reissued, then {command}"


def _secrets_in(value: object, path: str) -> Iterator[str]:
    """Where a value holds secrets."""
    if isinstance(value, SecretStr):
        yield path
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from _secrets_in(getattr(value, name), f"{path}.{field.alias}")
    elif isinstance(value, dict):
        for key, member in cast("dict[str, object]", value).items():
            yield from _secrets_in(member, f"{path}.{key}")


_DEPENDENCIES = {re.sub("[A-Z]", lambda m: f"_{m[0].lower()}", name): name for name in support.SOURCES}
"""Field name → the name of the dependency in the config."""

_CHECKS: Sequence[tuple[tuple[str, ...], Callable[..., Iterator[str]]]] = (
    (("cloud", "region"), _region),
    (("cloud", "account"), _account),
    (
        (
            "cloud",
            "region",
            "profile",
            "network",
            "cluster",
            "model_storage",
            "lock_store",
            "tracker_store",
            "event_broker",
        ),
        _zones,
    ),
    (("network",), _network),
    *existing.CHECKS,
    *in_cluster.CHECKS,
    (("profile", "cluster"), _cluster_access),
    (("profile", "assistant"), _assistant),
    (("assistant", "llm_keys"), _variables),
    *FIRST_MODEL_CHECKS,
    (("cloud", "tags"), tag_problems),
    *AZURE_CHECKS,
    *GCP_CHECKS,
    *INGRESS_CHECKS,
    *COMPANIONS_CHECKS,
    *vault.VAULT_CHECKS,
)
