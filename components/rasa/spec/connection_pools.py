"""How many database connections each process of Rasa Pro may keep.

Rasa's own defaults are 50 + 100 per process and store (docs/rasa-pro.md, Connection pools), which exhausts a
small server with one pod; what the server refuses, Rasa drops and only logs (docs/rasa-pro.md, Lost
conversations). Rasa's documentation calls the variables POSTGRESQL_*, its code reads SQL_*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pulumi import RunError

SHARE = 0.8
"""Part of `max_connections` that Rasa may use: the rest is for rebuilt pools (an expired IAM token makes a
new pool beside the old one, `auth_retry_tracker_store.py:184`), the operator and the cloud's monitoring."""
SETUP_CONNECTIONS = 2
"""What the setup Jobs hold while pods run: database_init.py keeps one, the preflight one."""
LEAST = 2
"""Rasa holds one connection while it asks for another: to read a conversation, and with several workers to
make its tables (`sql_tracker_store.py:434`). With a pool of one it waits for itself until it gives up."""
ANALYTICS_CONNECTIONS = 15
"""Of Rasa Pro Services beside Rasa: SQLAlchemy's own 5 + 10, for it takes no setting of ours."""
LARGEST_POOL, LARGEST_OVERFLOW = 10, 20
"""More than one process can make use of; an idle connection costs the server memory."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pool:
    """Connections of one process to one store."""

    size: int
    """Kept open (`SQL_POOL_SIZE`); never 0, which SQLAlchemy takes for "without limit"."""
    overflow: int
    """Opened on top when all are busy (`SQL_MAX_OVERFLOW`)."""


def budget(max_connections: int) -> int:
    """Connections that all of Rasa's processes may hold together."""
    return int(max_connections * SHARE) - SETUP_CONNECTIONS


def pool_for(
    *, max_connections: int, replicas: int, surge: int, workers: int, stores: int, others: int = 0
) -> Pool:
    """Share the budget among the processes of a rolling update, or say that it is too small.

    `replicas` are those of the busiest hour; `others` are the connections of the other users of the server.
    """
    processes = (replicas + surge) * workers * stores
    each = (budget(max_connections) - others) // processes
    if each < LEAST:
        raise RunError(
            f"The tracker store's server takes {max_connections} connections, of which Rasa Pro may use "
            f"{max(budget(max_connections) - others, 0)}; "
            f"(at most {replicas} replicas + {surge} in an update) × {workers} workers × "
            f"{stores} tracker stores per process is {processes} pools of at least "
            f"{LEAST}. Lower rasa:assistant.maxReplicas, rasa:assistant.replicas or rasa:assistant.workers, "
            "or raise rasa:trackerStore.size."
        )
    size = min(max(each // 3, 1), LARGEST_POOL)
    return Pool(size=size, overflow=min(each - size, LARGEST_OVERFLOW))


SURGE = 1
"""Pods beyond `replicas` while a rolling update runs."""


def tracker_stores_per_process(extra_endpoints: Mapping[str, object]) -> int:
    """With `privacy` Rasa opens a second store and pool (docs/rasa-pro.md, Connection pools)."""
    return 2 if "privacy" in extra_endpoints else 1
