"""Rules for `rasa:assistant.extraEndpoints`: what is laid over a block must not take the server from it.

`components/kubernetes/documents.py` says how they are joined: mapping by mapping, lists by identity, and a
block of another type replaces the stack's own as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import cast

from components.config import companions as o
from components.config.capacity import assistant_replicas
from components.config.event_broker import ExistingRabbitMq
from components.config.messages import rm_command
from components.config.model_storage import ExistingModelServer
from components.config.rules.encryption import in_cluster
from components.config.rules.runner import Rule
from components.config.settings import Settings
from components.config.tracker_store import (
    ExistingCustomTrackerStore,
    ExistingDynamoDb,
    ExistingMongoDb,
    ManagedTrackerStore,
)
from components.rasa.spec.endpoint_keys import mappings_in, type_named, types_of
from components.rasa.spec.endpoint_rules import problems_of, scalars
from components.rasa.spec.kafka_type import kafka_type

PATH = "rasa:assistant.extraEndpoints"
PLAIN: Mapping[str, tuple[object, ...]] = {
    "use_ssl": (False,),
    "security_protocol": ("PLAINTEXT", "SASL_PLAINTEXT"),
    "sslmode": ("disable", "allow", "prefer"),
}
"""Keys of endpoints.yml → values with which a network may read along."""
TYPES = {"postgres": "sql", "mongodb": "mongod", "dynamodb": "dynamo"}
"""Kind of a managed tracker store → the type that Rasa has for it."""


def _tracker_type(settings: Settings) -> str:
    match settings.tracker_store:
        case ManagedTrackerStore(kind=kind):
            return TYPES[kind]
        case ExistingMongoDb():
            return "mongod"
        case ExistingDynamoDb():
            return "dynamo"
        case ExistingCustomTrackerStore(class_path=name):
            return name
        case _:
            return "sql"


def _broker_type(settings: Settings) -> str:
    if isinstance(settings.event_broker, ExistingRabbitMq):
        return "pika"
    return kafka_type(anonymized=bool(settings.topics.anonymized))


STORES: Mapping[str, tuple[str, Callable[[Settings], str]]] = {
    "tracker_store": ("trackerStore", _tracker_type),
    "lock_store": ("lockStore", lambda _: "redis"),
    "timer_store": ("lockStore", lambda _: "redis"),
    "event_broker": ("eventBroker", _broker_type),
}
"""Block → the key that describes its server, and the type that the stack writes for it."""


def _replaced_stores(settings: Settings) -> Iterator[str]:
    extra = settings.assistant.extra_endpoints
    for block, value in extra.items():
        if value is None:
            path = f"{PATH}.{block}"
            yield f"{path} is empty (null), and would take the block away; remove it with: {rm_command(path)}"
    for block, (key, type_of) in STORES.items():
        theirs = _type_of(extra.get(block))
        ours = type_of(settings)
        if theirs is None or theirs == "in_memory" or _family(theirs) == _family(ours):
            continue
        if "." not in theirs and type_named(block, theirs) not in types_of(block):
            continue  # of no kind at all, which is said elsewhere
        # A class of Rasa's own is no other kind of store, and would begin without our address and login.
        if "." in theirs and not theirs.startswith("rasa.") and block != "tracker_store":
            continue
        path = f"{PATH}.{block}.type"
        yield (
            f"{path} is {theirs!r}, and the stack's own is {_family(ours)!r}: address, login and TLS of "
            f"rasa:{key} would be gone; describe the server there (rasa:{key}), and remove this with: "
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
    for block, collector in (("tracing", settings.tracing), ("metrics", settings.metrics)):
        type_ = _type_of(extra.get(block))
        if not isinstance(collector, o.NoCompanion) and type_ not in {None, "otlp"}:
            path = f"{PATH}.{block}"
            yield (
                f"{path}.type is {type_!r}, and rasa:{block}, of another type, would be gone; accepted: a "
                f"list ({block}: [...]), which is joined with it; remove this with: {rm_command(path)}"
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


def _unread(*blocks: str) -> Rule:
    """What Rasa Pro would not read, or not as it looks; a rule for each store, of which one can be wrong."""

    def rule(settings: Settings) -> Iterator[str]:
        extra = settings.assistant.extra_endpoints
        given = {block: value for block, value in extra.items() if block in (blocks or extra.keys() - STORES)}
        types = {block: STORES[block][1](settings) for block in given if block in STORES}
        for problem in problems_of(given, types):
            where, _, what = problem.partition(": ")
            sign = "" if what.startswith("is ") else ":"
            yield f"{PATH}.{where}{sign} {what}; remove it with: {rm_command(f'{PATH}.{where}')}"

    return rule


def _unencrypted(settings: Settings) -> Iterator[str]:
    """What the rules of the stores themselves refuse in production (`encryption.py`)."""
    if settings.profile != "production":
        return
    extra = settings.assistant.extra_endpoints
    for block in sorted(STORES.keys() & extra.keys()):
        for mapping, path in mappings_in(extra[block], f"{PATH}.{block}"):
            if in_cluster(str(mapping.get("host", ""))):
                continue
            for where, key, value in scalars(mapping, path):
                if value in PLAIN.get(key, ()):
                    given = value if isinstance(value, str) else "false"
                    yield (
                        f"{where} is {given}, which profile production refuses; remove it with: "
                        f"{rm_command(where)}"
                    )


def _second_storage(settings: Settings) -> Iterator[str]:
    """The block wins over every argument (core/agent.py:457)."""
    is_server = isinstance(settings.model_storage, ExistingModelServer)
    if "models" in settings.assistant.extra_endpoints and not is_server:
        path = f"{PATH}.models"
        yield (
            f"{path} names a server of models, which Rasa Pro would ask in place of rasa:modelStorage; "
            "describe it there (from: existing, kind: model-server), and remove this with: "
            f"{rm_command(path)}"
        )


RULES: Sequence[Rule] = (
    _unread(),
    *map(_unread, STORES),
    _second_storage,
    _unencrypted,
    _replaced_stores,
    _replaced_servers,
    _memory_of_one_process,
)
