"""Rules for `rasa:assistant.extraEndpoints`: what is laid over a block must not take the server from it.

`components/kubernetes/documents.py` says how they are joined: mapping by mapping, lists by identity, and a
block of another type replaces the stack's own as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from components.config import companions as o
from components.config.capacity import assistant_replicas
from components.config.event_broker import ExistingRabbitMq
from components.config.messages import rm_command
from components.config.rules.runner import Rule
from components.config.settings import Settings
from components.config.tracker_store import (
    ExistingCustomTrackerStore,
    ExistingDynamoDb,
    ExistingMongoDb,
    ManagedTrackerStore,
)

PATH = "rasa:assistant.extraEndpoints"
TYPES = {"postgres": "sql", "mongodb": "mongod", "dynamodb": "dynamo"}
"""Kind of a managed tracker store → the type that Rasa has for it."""


def _stores(settings: Settings) -> Mapping[str, tuple[str, str]]:
    """Block → the key that describes its server, and the type that the stack writes for it."""
    match settings.tracker_store:
        case ManagedTrackerStore(kind=kind):
            tracker = TYPES[kind]
        case ExistingMongoDb():
            tracker = "mongod"
        case ExistingDynamoDb():
            tracker = "dynamo"
        case ExistingCustomTrackerStore(class_path=name):
            tracker = name
        case _:
            tracker = "sql"
    broker = "pika" if isinstance(settings.event_broker, ExistingRabbitMq) else "kafka"
    return {
        "tracker_store": ("trackerStore", tracker),
        "lock_store": ("lockStore", "redis"),
        "timer_store": ("lockStore", "redis"),
        "event_broker": ("eventBroker", broker),
    }


def _replaced_stores(settings: Settings) -> Iterator[str]:
    extra = settings.assistant.extra_endpoints
    for block, value in extra.items():
        if value is None:
            path = f"{PATH}.{block}"
            yield f"{path} is empty (null), and would take the block away; remove it with: {rm_command(path)}"
    for block, (key, ours) in _stores(settings).items():
        value: object = extra.get(block)
        if value is not None and not isinstance(value, Mapping) and block != "event_broker":
            path = f"{PATH}.{block}"
            yield f"{path} is no block of keys, of which Rasa reads one; remove it with: {rm_command(path)}"
            continue
        theirs = _type_of(extra.get(block))
        own_class = theirs is not None and "." in theirs and block != "tracker_store"
        if theirs is None or own_class or theirs == "in_memory" or _family(theirs) == _family(ours):
            continue
        path = f"{PATH}.{block}.type"
        yield (
            f"{path} is {theirs!r}, and the stack's own is {ours!r}: address, login and TLS of rasa:{key} "
            "would be "
            f"gone; describe the server there (rasa:{key}), and remove this with: "
            f"{rm_command(f'{PATH}.{block}')}"
        )


def _replaced_servers(settings: Settings) -> Iterator[str]:
    extra = settings.assistant.extra_endpoints
    nlg = _type_of(extra.get("nlg"))
    if not isinstance(settings.nlg_server, o.NoCompanion) and nlg not in {None, "callback"}:
        yield (
            f"{PATH}.nlg.type is {nlg!r}, and rasa:nlgServer words the responses, which would be asked no "
            "more; "
            f"remove one of them, such as with: {rm_command(f'{PATH}.nlg')}"
        )
    actions = extra.get("action_endpoint")
    has_module = isinstance(actions, Mapping) and "actions_module" in cast("Mapping[str, object]", actions)
    if has_module and not isinstance(settings.actions, o.NoCompanion | o.ActionsInProcess):
        # core/actions/action_executor: a module wins over a URL (docs/companions.md)
        path = f"{PATH}.action_endpoint.actions_module"
        yield (
            f"{path} wins over rasa:actions, which would be called no more; remove it with: "
            f"{rm_command(path)}"
        )


def _memory_of_one_process(settings: Settings) -> Iterator[str]:
    """Locks and timers that each process keeps for itself let two pods answer one message."""
    assistant = settings.assistant
    most = assistant_replicas(assistant, settings.profile)[1] * assistant.workers
    for block in ("lock_store", "timer_store"):
        if _type_of(assistant.extra_endpoints.get(block)) == "in_memory" and most > 1:
            path = f"{PATH}.{block}"
            yield (
                f"{path}.type is 'in_memory', and up to {most} processes serve: each would have locks of "
                "its own; "
                f"remove it with: {rm_command(path)}"
            )


def _type_of(value: object) -> str | None:
    stated = cast("Mapping[str, object]", value).get("type") if isinstance(value, Mapping) else None
    return stated if isinstance(stated, str) else None


def _family(type_: str) -> str:
    return type_.lower().removeprefix("concurrent_")


RULES: Sequence[Rule] = (_replaced_stores, _replaced_servers, _memory_of_one_process)
