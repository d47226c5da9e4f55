"""Physical names: who makes them, and what the clouds allow.

Pulumi's engine names resources by the pattern in Pulumi.yaml (`pulumi:autonaming`), which is
`<stack>-<logical name>-<six hex digits>`. Logical names are ours and short; the stack's name is the user's.
So the shortest limit of a cloud decides how long a stack's name may be, and that is checked before anything
is made. Source of the limits: the API references of the services.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

RANDOM_LENGTH = 7
"""A hyphen and six hex digits, appended by the engine."""
STACK_NAME = re.compile(r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
"""What every cloud takes at the start of a name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NameLimit:
    """The longest name that a service takes for one kind of object."""

    what: str
    logical_name: str
    longest: int

    def room(self) -> int:
        """How many characters the stack's name may have."""
        return self.longest - len(f"-{self.logical_name}") - RANDOM_LENGTH


LIMITS: Mapping[str, Sequence[NameLimit]] = {
    "aws": (
        NameLimit(what="an ElastiCache replication group", logical_name="lock-store", longest=40),
        NameLimit(what="an IAM role", logical_name="foundation-cluster-nodes", longest=64),
        NameLimit(what="an MSK cluster", logical_name="event-broker", longest=64),
        NameLimit(what="an RDS instance", logical_name="tracker-store", longest=63),
        NameLimit(what="an S3 bucket", logical_name="model-storage", longest=63),
    ),
    # Storage accounts and key vaults (24 each) have no room for a stack's name: see Pulumi.yaml.
    "azure": (
        NameLimit(what="an AKS cluster", logical_name="foundation-cluster", longest=63),
        NameLimit(what="a virtual network", logical_name="foundation-network", longest=64),
        NameLimit(what="the resource group of AKS's nodes", logical_name="foundation-nodes", longest=80),
        NameLimit(what="an Azure Managed Redis", logical_name="lock-store", longest=60),
        NameLimit(what="an Azure DocumentDB cluster", logical_name="tracker-store", longest=40),
        NameLimit(what="a PostgreSQL server", logical_name="tracker-store", longest=63),
        NameLimit(what="an Event Hubs namespace", logical_name="event-broker", longest=50),
        NameLimit(what="a SAS rule of Event Hubs", logical_name="event-broker-analytics", longest=50),
    ),
    # Service accounts (30) and the GKE cluster (40) have shorter patterns of their own in Pulumi.yaml.
    "gcp": (
        NameLimit(what="a Memorystore instance", logical_name="lock-store", longest=40),
        NameLimit(what="a Cloud Storage bucket", logical_name="model-storage", longest=63),
        NameLimit(what="a Kafka cluster", logical_name="event-broker", longest=63),
        NameLimit(what="a KMS key ring", logical_name="foundation-key", longest=63),
        NameLimit(what="a VPC's address range", logical_name="foundation-network-services", longest=63),
    ),
    "none": (NameLimit(what="a Kubernetes Job", logical_name="rasa-database-init", longest=63),),
}


def longest_stack_name(cloud: str) -> NameLimit | None:
    """The limit that decides how long a stack's name may be on this cloud."""
    return min(LIMITS.get(cloud, ()), key=NameLimit.room, default=None)


def stack_name_problems(cloud: str, stack: str) -> list[str]:
    """What is wrong with a stack's name, as messages."""
    problems: list[str] = []
    if not STACK_NAME.match(stack):
        problems.append(
            f"stack name {stack!r}: cloud names begin with it, so it takes lower-case letters, digits and "
            "single hyphens and starts with a letter; rename it with: pulumi stack rename <name>"
        )
    limit = longest_stack_name(cloud)
    if limit and len(stack) > limit.room():
        problems.append(
            f"stack name {stack!r} has {len(stack)} characters, at most {limit.room()} fit: {limit.what} is "
            f"named '<stack>-{limit.logical_name}-<6 digits>' and takes {limit.longest}; "
            "rename it with: pulumi stack rename <name>"
        )
    return problems
