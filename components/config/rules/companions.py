"""Rules that span keys of the stack's config: what stands beside Rasa, and how many there are of what."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from components.config import companions as o
from components.config.assistant import Assistant
from components.config.capacity import POSTGRES_CONNECTIONS, REPLICAS, assistant_replicas
from components.config.cluster import ExistingCluster
from components.config.event_broker import ExistingRabbitMq
from components.config.messages import set_with
from components.config.tracker_store import ExistingPostgres, ManagedTrackerStore
from components.contract.terms import Profile
from components.rasa.spec import variables
from components.rasa.spec.connection_pools import (
    ANALYTICS_CONNECTIONS,
    LEAST,
    SURGE,
    budget,
    tracker_stores_per_process,
)
from components.rasa.spec.endpoint_rules import SECRET_NAME, plain_secrets, problems_of, unset_variables

Sized = o.InClusterNlgServer | o.InClusterActions | o.InClusterDuckling
VARIABLE = "rasa:llmKeys"


def _connections(
    cloud: str,
    profile: Profile,
    assistant: Assistant,
    tracker_store: object,
    analytics: o.NoCompanion | o.InClusterAnalytics,
) -> Iterator[str]:
    """Rasa drops what the server refuses (docs/rasa-pro.md, Lost conversations), so count before."""
    accepted = _accepted(cloud, profile, tracker_store)
    if accepted is None:
        return
    least, most = assistant_replicas(assistant, profile)
    stores = tracker_stores_per_process(assistant.extra_endpoints)
    beside = isinstance(analytics, o.InClusterAnalytics) and analytics.database is None
    others = ANALYTICS_CONNECTIONS if beside else 0
    usable = max(budget(accepted) - others, 0)
    needed = (most + SURGE) * assistant.workers * stores * LEAST
    if needed <= usable:
        return
    fits = usable // (assistant.workers * stores * LEAST) - SURGE
    key = "maxReplicas" if fits >= least else "replicas"
    mend = set_with(f"rasa:assistant.{key}", str(fits)) if fits > 0 else "lower rasa:assistant.workers"
    larger = "raise rasa:trackerStore.maxConnections, if the server accepts more"
    if isinstance(tracker_store, ManagedTrackerStore):
        larger = set_with("rasa:trackerStore.size", "<a larger one>")
    yield (
        f"rasa:trackerStore takes {accepted} connections, of which Rasa may use {usable}, and "
        f"({most} pods at most + {SURGE} in an update) × {assistant.workers} workers × {stores} stores "
        f"× {LEAST} connections are {needed}; {mend}, or {larger}"
    )


def _accepted(cloud: str, profile: Profile, tracker_store: object) -> int | None:
    """How many connections the tracker store's server takes; None where that is not known ahead."""
    if isinstance(tracker_store, ExistingPostgres):
        return tracker_store.max_connections
    if isinstance(tracker_store, ManagedTrackerStore) and tracker_store.kind == "postgres":
        its = tracker_store.profile or profile
        size = tracker_store.size or ("small" if its == "dev" else "medium")
        return POSTGRES_CONNECTIONS.get(cloud, {}).get((its, size))
    return None


def _replicas(profile: Profile, assistant: Assistant, *servers: object) -> Iterator[str]:
    """A maximum below the minimum."""
    given = [("assistant", assistant.replicas, assistant.max_replicas)]
    for key, server in zip(("nlgServer", "actions", "duckling"), servers, strict=True):
        if isinstance(server, Sized):
            given.append((key, server.replicas, server.max_replicas))
    for key, replicas, most in given:
        least = replicas or REPLICAS[profile]
        if most is not None and most < least:
            path = f"rasa:{key}.maxReplicas"
            yield f"{path} is {most} and less than the {least} replicas; {set_with(path, str(least))}"


def _one_worker(assistant: Assistant) -> Iterator[str]:
    """Rasa refuses to start otherwise (core/a2a_server/config.py:446)."""
    if "a2a_server" in assistant.extra_endpoints and assistant.workers > 1:
        yield (
            f"rasa:assistant.workers is {assistant.workers}, and extraEndpoints has a2a_server, whose tasks "
            f"live in one process; {set_with('rasa:assistant.workers', '1')} and add pods instead"
        )


def _documents(
    assistant: Assistant,
    model_groups: Sequence[o.ModelGroup],
    mcp_servers: Sequence[o.McpServer],
    llm_keys: Mapping[str, object],
) -> Iterator[str]:
    """The operator's own words for endpoints.yml and credentials.yml."""
    groups = [{"id": g.id, "models": list(g.models), "router": g.router} for g in model_groups]
    servers = [{**s.options, "name": s.name, "url": s.url} for s in mcp_servers]
    known = variables.SET_BY_CHART | variables.OF_CONNECTIONS | llm_keys.keys()
    mine: dict[str, Any] = {"modelGroups": groups, "mcpServers": servers}
    for key, document in mine.items():
        yield from (f"rasa:{key}: {problem}" for problem in unset_variables(document, known))
    theirs: dict[str, Any] = {
        "assistant.credentials": assistant.credentials,
        "assistant.extraEndpoints": assistant.extra_endpoints,
    }
    seen = set(problems_of(assistant.extra_endpoints))
    for key, document in {**mine, **theirs}.items():
        for problem in plain_secrets(document):
            # By the name of its key `problems_of` finds some of the same.
            if not any(other.startswith(problem.split(" ", 1)[0] + ":") for other in seen):
                yield f"rasa:{key}: {problem}"


def _model_groups(model_groups: Sequence[o.ModelGroup], mcp_servers: Sequence[o.McpServer]) -> Iterator[str]:
    """What Rasa Pro would say at its start, or in the first conversation."""
    for key, names in (
        ("modelGroups", [group.id for group in model_groups]),
        ("mcpServers", [server.name for server in mcp_servers]),
    ):
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield f"rasa:{key} names {name!r} twice: each is known by its name alone"
    for number, group in enumerate(model_groups):
        for index, model in enumerate(group.models):
            path = f"rasa:modelGroups[{number}].models[{index}]"
            if "provider" not in model:
                yield f"{path} has no provider, such as openai, azure or bedrock; write one"
            yield from _bedrock(path, model)


def _bedrock(path: str, model: Mapping[str, Any]) -> Iterator[str]:
    """The pod's identity is enough for AWS, not for Rasa's own check (shared/providers/_utils.py:34)."""
    if model.get("provider") == "bedrock" and "aws_access_key_id" not in model:
        missing = [key for key in ("model_id", "aws_region_name") if key not in model]
        if missing:
            yield (
                f"{path} has no {' and no '.join(missing)}: without access keys, with the pod's identity, "
                "Rasa Pro takes a bedrock model only with both; write them"
            )


def _analytics(
    analytics: o.NoCompanion | o.InClusterAnalytics, tracker_store: object, event_broker: object
) -> Iterator[str]:
    if isinstance(analytics, o.NoCompanion):
        return
    if isinstance(event_broker, ExistingRabbitMq):
        yield "rasa:analytics reads Kafka, and rasa:eventBroker.kind is rabbitmq; accepted: kafka"
    if analytics.database is not None:
        if analytics.database.password is None or hasattr(analytics.database.password, "vault_key"):
            yield (
                "rasa:analytics.database.password: Rasa Pro Services logs in with a password of its own, and "
                "reads none from Vault; "
                + set_with("rasa:analytics.database.password", "<value>", is_secret=True)
            )
        return
    administered = isinstance(tracker_store, ExistingPostgres) and tracker_store.administrator is not None
    made = getattr(tracker_store, "kind", "postgres") == "postgres" and not isinstance(
        tracker_store, ExistingPostgres
    )
    if not administered and not made:
        yield (
            "rasa:analytics needs a PostgreSQL that this stack administers, and rasa:trackerStore is none; "
            "name one in rasa:analytics.database, or give rasa:trackerStore.administrator"
        )


def _servers(cluster: object, *servers: object) -> Iterator[str]:
    for key, server in zip(("nlgServer", "actions", "duckling"), servers, strict=True):
        plain: Mapping[str, str] = getattr(server, "variables", {})
        for name in plain:
            if not variables.NAME.match(name):
                yield f"rasa:{key}.variables.{name} is no environment variable; choose another name"
            elif SECRET_NAME.search(name):
                path = f"rasa:{key}.secrets.{name}"
                yield (
                    f"rasa:{key}.variables.{name} is a secret in plain text: have it reissued, then "
                    + set_with(path, "<value>", is_secret=True)
                )
        user = getattr(server, "user", None)
        if user is not None and isinstance(cluster, ExistingCluster) and cluster.flavor == "openshift":
            yield (
                f"rasa:{key}.user is {user}, and OpenShift assigns users itself; remove it with: "
                f"pulumi config rm --path 'rasa:{key}.user'"
            )


def _encrypted(profile: Profile, actions: object, duckling: object, *collectors: object) -> Iterator[str]:
    """Conversations in plain text on a network."""
    if profile != "production":
        return
    for key, server in (("actions", actions), ("duckling", duckling)):
        parts = urlsplit(str(getattr(server, "url", "")))
        if parts.scheme in {"http", "grpc"} and not _inside(parts.hostname or ""):
            mutual = parts.scheme == "grpc" and getattr(server, "ca", None) is not None
            if not mutual:
                yield (
                    f"rasa:{key}.url {parts.geturl()!r} is not encrypted, which profile production refuses; "
                    "accepted: an https:// URL, grpc:// with a ca, or a service of the cluster"
                )
    for key, collector in zip(("tracing", "metrics"), collectors, strict=True):
        if isinstance(collector, o.ExistingCollector) and not collector.tls:
            host = collector.endpoint.rpartition(":")[0]
            if not _inside(host):
                yield (
                    f"rasa:{key}.tls is false for {host!r}, which profile production refuses: traces hold "
                    f"what people say; {set_with(f'rasa:{key}.tls', 'true')}"
                )


def _inside(host: str) -> bool:
    return re.search(r"\.svc(\.cluster\.local)?$", host) is not None or host == "localhost"


CHECKS: Sequence[tuple[tuple[str, ...], Callable[..., Iterator[str]]]] = (
    (("cloud", "profile", "assistant", "tracker_store", "analytics"), _connections),
    (("profile", "assistant", "nlg_server", "actions", "duckling"), _replicas),
    (("assistant",), _one_worker),
    (("assistant", "model_groups", "mcp_servers", "llm_keys"), _documents),
    (("model_groups", "mcp_servers"), _model_groups),
    (("analytics", "tracker_store", "event_broker"), _analytics),
    (("cluster", "nlg_server", "actions", "duckling"), _servers),
    (("profile", "actions", "duckling", "tracing", "metrics"), _encrypted),
)
"""Field names → check, as in `stack.py`."""
