"""Physical names: who makes them, and what the clouds allow.

Pulumi's engine names resources by the pattern in Pulumi.yaml (`pulumi:autonaming`), which is
`<stack>-<logical name>-<six hex digits>`. Logical names are ours and short; the stack's name is the user's.
So the shortest limit of a cloud decides how long a stack's name may be, and that is checked before anything
is made. Source of the limits: the API references of the services.
"""

from __future__ import annotations

import re

from components.config.clouds import CLOUDS
from components.config.clouds.facts import NameLimit
from components.contract.terms import TrackerStoreKind

RANDOM_LENGTH = 7
"""A hyphen and six hex digits, appended by the engine."""
STACK_NAME = re.compile(r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
"""What every cloud takes at the start of a name."""


WITHOUT_CLOUD = (
    NameLimit(what="a Kubernetes Job", logical_name="rasa-database-init", longest=63),
    NameLimit(what="a Kubernetes Job", logical_name="rasa-analytics-database-init", longest=63),
)


def room(limit: NameLimit) -> int:
    """How many characters of a name the stack's may have."""
    return limit.longest - len(f"-{limit.logical_name}") - RANDOM_LENGTH


def longest_stack_name(cloud: str, kind: TrackerStoreKind | None = None) -> NameLimit:
    """The limit that decides how long a stack's name may be on this cloud; `kind` is its tracker store's."""
    limits = CLOUDS[cloud].names if cloud in CLOUDS else WITHOUT_CLOUD
    return min((limit for limit in limits if limit.kind in {None, kind}), key=room)


def stack_name_problems(cloud: str, stack: str, kind: TrackerStoreKind | None = None) -> list[str]:
    """What is wrong with a stack's name, as messages; `kind` is that of its managed tracker store."""
    problems: list[str] = []
    if not STACK_NAME.match(stack):
        problems.append(
            f"stack name {stack!r}: cloud names begin with it, so it takes lower-case letters, digits and "
            "single hyphens and starts with a letter; rename it with: pulumi stack rename <name>"
        )
    limit = longest_stack_name(cloud, kind)
    if len(stack) > room(limit):
        problems.append(
            f"stack name {stack!r} has {len(stack)} characters, at most {room(limit)} fit: {limit.what} is "
            f"named '<stack>-{limit.logical_name}-<6 digits>' and takes {limit.longest}; "
            "rename it with: pulumi stack rename <name>"
        )
    return problems
