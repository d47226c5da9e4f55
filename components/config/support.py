"""Which dependency can come from where: the gaps, each with its reason and what to use instead.

The settings ask here before anything is made, so that a gap never stops an update half-way; the README's
table of dependencies × sources is generated from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from components.config.clouds import CLOUDS
from components.config.clouds.facts import Gap
from components.config.messages import set_command
from components.contract.errors import NotSupported
from components.contract.terms import TrackerStoreKind

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
TRACKER_STORE_KINDS: Sequence[TrackerStoreKind] = ("postgres", "dynamodb", "mongodb")


def managed_gap(cloud: str, dependency: str) -> NotSupported | None:
    """The error that no cloud manages a dependency, or None."""
    if cloud in CLOUDS:
        return None
    others = [source for source in SOURCES.get(dependency, ()) if source != "managed"]
    return NotSupported(
        f"{dependency} from managed",
        on="cloud none",
        because="there is no cloud",
        instead=" or ".join(others),
        command=set_command(f"rasa:{dependency}.from", others[0]) if others else "",
    )


def tracker_store_gap(cloud: str, kind: TrackerStoreKind) -> NotSupported | None:
    """The error that a cloud has no managed tracker store of a kind, or None."""
    gap = CLOUDS[cloud].missing_tracker_stores.get(kind) if cloud in CLOUDS else None
    command = set_command("rasa:trackerStore.kind", "postgres")
    return _not_supported(f"a managed tracker store of kind {kind}", cloud, gap, command)


def _not_supported(what: str, cloud: str, gap: object, command: str) -> NotSupported | None:
    if not isinstance(gap, Gap):
        return None
    return NotSupported(what, on=cloud, because=gap.because, instead=gap.instead, command=command)


def table() -> str:
    """The README's table of dependencies × sources: yes, no with its reason, – where it is no choice."""
    titles = (
        "Dependency",
        *(facts.title for facts in CLOUDS.values()),
        "in-cluster",
        "existing",
        "none",
    )
    head = f"| {' | '.join(titles)} |\n|{'---|' * len(titles)}"
    rows = (
        f"| `{dependency}` | {' | '.join(_cells(dependency, sources))} |"
        for dependency, sources in SOURCES.items()
    )
    return "\n".join([head, *rows])


def _cells(dependency: str, sources: tuple[str, ...]) -> Iterator[str]:
    for cloud in CLOUDS:
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
