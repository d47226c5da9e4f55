"""Which dependency can come from where: the gaps, each with its reason and what to use instead.

The settings ask here before anything is made, so that a gap never stops an update half-way; the README's
table of dependencies × sources is generated from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from components.contract.errors import NotSupported

CLOUDS = ("aws", "azure", "gcp", "none")
SOURCES: Mapping[str, tuple[str, ...]] = {
    "cluster": ("managed", "existing"),
    "modelStorage": ("managed", "in-cluster", "existing"),
    "lockStore": ("managed", "in-cluster", "existing"),
    "trackerStore": ("managed", "in-cluster", "existing"),
    "eventBroker": ("managed", "in-cluster", "existing"),
    "secretsManager": ("in-cluster", "existing", "none"),
    "nlgServer": ("in-cluster", "existing", "none"),
    "actions": ("in-cluster", "existing", "none"),
    "duckling": ("in-cluster", "existing", "none"),
    "analytics": ("in-cluster", "none"),
}
"""The dependencies, as the config spells them, and where each can come from."""

IN_CLUSTER: Mapping[str, str] = {
    "modelStorage": "a volume (production: one that many nodes can have at once)",
    "lockStore": "Valkey",
    "trackerStore": "PostgreSQL (CloudNativePG)",
    "eventBroker": "Kafka (Strimzi)",
    "secretsManager": "HashiCorp Vault",
    "analytics": "Rasa Pro Services",
}
"""What runs in the cluster, for the table."""
TRACKER_STORE_KINDS = ("postgres", "dynamodb", "mongodb")


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """Why something is not to be had, and what is."""

    because: str
    instead: str


_BESIDE_EXISTING_CLUSTERS: Mapping[str, Gap] = {
    cloud: Gap(because="its components need the stack's cluster", instead="a managed cluster or cloud none")
    for cloud in ("azure", "gcp")
}

_TRACKER_STORES: Mapping[tuple[str, str], Gap] = {
    ("azure", "dynamodb"): Gap(because="DynamoDB exists on AWS only", instead="kind postgres or mongodb"),
    ("gcp", "dynamodb"): Gap(because="DynamoDB exists on AWS only", instead="kind postgres"),
    ("gcp", "mongodb"): Gap(
        because="Google Cloud has no MongoDB of its own that creates the indexes Rasa asks for",
        instead="kind postgres, or an existing MongoDB Atlas",
    ),
}


def managed_gap(cloud: str, dependency: str) -> NotSupported | None:
    """The error that no cloud manages a dependency, or None."""
    if cloud != "none":
        return None
    instead = " or ".join(source for source in SOURCES.get(dependency, ()) if source != "managed")
    return NotSupported(
        f"{dependency} from managed", on="cloud none", because="there is no cloud", instead=instead
    )


def existing_cluster_gap(cloud: str) -> NotSupported | None:
    """The error that a cloud manages nothing beside a cluster that exists already, or None."""
    gap = _BESIDE_EXISTING_CLUSTERS.get(cloud)
    what = "a managed dependency beside an existing cluster"
    return gap and NotSupported(what, on=cloud, because=gap.because, instead=gap.instead)


def tracker_store_gap(cloud: str, kind: str) -> NotSupported | None:
    """The error that a cloud has no managed tracker store of a kind, or None."""
    gap = _TRACKER_STORES.get((cloud, kind))
    what = f"a managed tracker store of kind {kind}"
    return gap and NotSupported(what, on=cloud, because=gap.because, instead=gap.instead)


def table() -> str:
    """The README's table of dependencies × sources: yes, no with its reason, – where it is no choice."""
    titles = ("Dependency", "AWS", "Azure", "Google Cloud", "in-cluster", "existing", "none")
    head = f"| {' | '.join(titles)} |\n|{'---|' * len(titles)}"
    rows = (
        f"| `{dependency}` | {' | '.join(_cells(dependency, sources))} |"
        for dependency, sources in SOURCES.items()
    )
    return "\n".join([head, *rows])


def _cells(dependency: str, sources: tuple[str, ...]) -> Iterator[str]:
    for cloud in ("aws", "azure", "gcp"):
        yield _managed_cell(dependency, cloud) if "managed" in sources else "–"
    for source in ("in-cluster", "existing", "none"):
        yield "–" if source not in sources else _yes(dependency, source)


def _yes(dependency: str, source: str) -> str:
    return IN_CLUSTER.get(dependency, "from an image") if source == "in-cluster" else "yes"


def _managed_cell(dependency: str, cloud: str) -> str:
    if dependency != "trackerStore":
        return "yes"
    return "; ".join(
        f"{kind}: {f'no, {gap.because}' if gap else 'yes'}"
        for kind in TRACKER_STORE_KINDS
        for gap in (tracker_store_gap(cloud, kind),)
    )
