"""Physical names: who makes them, and what the clouds allow.

Pulumi's engine names resources by the pattern in Pulumi.yaml (`pulumi:autonaming`), which is
`<stack>-<logical name>-<six hex digits>`. Logical names are ours and short; the stack's name is the user's.
So the shortest limit among what a stack has decides how long its name may be, and that is checked before
anything is made. Source of the limits: the API references of the services.
"""

from __future__ import annotations

import re

from components.config.clouds import CLOUDS
from components.config.clouds.facts import NameLimit
from components.config.cluster import ManagedCluster
from components.config.companions import InClusterAnalytics
from components.config.secrets_manager import InClusterVault
from components.config.settings import Settings
from components.config.sources import Managed
from components.config.tracker_store import ManagedTrackerStore

RANDOM_LENGTH = 7
"""A hyphen and six hex digits, appended by the engine."""
STACK_NAME = re.compile(r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
"""What every cloud takes at the start of a name."""


OF_JOBS = (
    NameLimit(what="a Kubernetes Job", logical_name="rasa-database-init", longest=63),
    NameLimit(
        what="a Kubernetes Job",
        logical_name="rasa-analytics-database-init",
        longest=63,
        needs=("analytics",),
    ),
)
Parts = frozenset[str] | None
"""What a stack has; None: it may get anything yet."""


def parts_of(settings: Settings) -> Parts:
    """What the stack's cloud makes for it (a tracker store by its kind), `analytics` and `vault`."""
    blocks = {
        "cluster": settings.cluster,
        "modelStorage": settings.model_storage,
        "lockStore": settings.lock_store,
        "eventBroker": settings.event_broker,
    }
    found = {key for key, block in blocks.items() if isinstance(block, ManagedCluster | Managed)}
    if isinstance(settings.tracker_store, ManagedTrackerStore):
        found.add(settings.tracker_store.kind)
    if isinstance(settings.analytics, InClusterAnalytics):
        found.add("analytics")
    if isinstance(settings.secrets_manager, InClusterVault):
        found.add("vault")
    return frozenset(found)


def room(limit: NameLimit) -> int:
    """How many characters of a name the stack's may have."""
    return limit.longest - len(f"-{limit.logical_name}") - RANDOM_LENGTH


def longest_stack_name(cloud: str, parts: Parts = None) -> NameLimit:
    """The limit that decides how long the name of a stack with these parts may be on this cloud."""
    return min(_limits(cloud, parts), key=room)


def _limits(cloud: str, parts: Parts) -> list[NameLimit]:
    limits = (*(CLOUDS[cloud].names if cloud in CLOUDS else ()), *OF_JOBS)
    return [limit for limit in limits if parts is None or parts.issuperset(limit.needs)]


def stack_name_problems(cloud: str, stack: str, parts: Parts = None) -> list[str]:
    """What is wrong with a stack's name, as messages."""
    problems: list[str] = []
    if not STACK_NAME.match(stack):
        problems.append(
            f"stack name {stack!r}: cloud names begin with it, so it takes lower-case letters, digits and "
            "single hyphens and starts with a letter; rename it with: pulumi stack rename <name>"
        )
    limit = longest_stack_name(cloud, parts)
    if len(stack) > room(limit):
        problems.append(
            f"stack name {stack!r} has {len(stack)} characters, at most {room(limit)} fit: {limit.what} is "
            f"named '<stack>-{limit.logical_name}-<6 digits>' and takes {limit.longest}; "
            "rename it with: pulumi stack rename <name>"
        )
    for limit in _limits(cloud, parts):
        name = f"{stack}-{limit.logical_name}"
        if limit.fits is not None and not limit.fits.pattern.match(name):
            problems.append(
                f"stack name {stack!r}: {limit.what} is named '{name}-<6 digits>'; accepted: "
                f"{limit.fits.accepted}; rename it with: pulumi stack rename <name>"
            )
            break
    return problems
