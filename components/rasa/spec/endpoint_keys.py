"""The keys of endpoints.yml that Rasa Pro 3.21 reads, and the keys of a document that it does not.

Rasa ignores what it does not know: a misspelt block means everything in memory, a misspelt key its default
(docs/rasa-pro.md, Unknown keys and types). So every key is looked up here first. Free-form mappings
(SQLAlchemy's `query`, a model's parameters, `headers`) are not looked into. Sources: the classes named in
each line, in the 3.21.0 wheel.

Runs in two places: here, over what we are about to write, and in the cluster, as part of the preflight
(`jobs/preflight/endpoints.py`), over what arrived there. So it needs nothing but the standard library.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # in the cluster there is no such module
    from components.kubernetes.documents import Block, Document

_HTTP = frozenset({"url", "params", "headers", "basic_auth", "token", "token_name", "cafile"})
"""`utils/endpoints.py:188`, for blocks that are called over HTTP."""
_REDIS = frozenset(
    {"host", "port", "db", "username", "password", "use_ssl", "ssl_certfile", "ssl_keyfile", "ssl_ca_certs"}
    | {"key_prefix", "socket_timeout", "deployment_mode", "endpoints", "sentinel_service"}
)
"""`core/redis_connection_factory.py:66`; no `url` (docs/rasa-pro.md, Redis addresses)."""
_KAFKA = frozenset(
    {
        "url",
        "topic",
        "client_id",
        "partition_by_sender",
        "security_protocol",
        "sasl_mechanism",
        "sasl_username",
    }
    | {"sasl_password", "ssl_cafile", "ssl_certfile", "ssl_keyfile", "ssl_check_hostname", "queue_size"}
    | {"stream_pii", "socket_keepalive_enable", "reconnect_backoff_ms", "reconnect_backoff_max_ms"}
    | {"topic_metadata_refresh_interval_ms"}
)
"""`core/brokers/kafka.py:39-135`."""
_OTLP = frozenset({"endpoint", "insecure", "service_name", "root_certificates"})
_POLICY = frozenset({"min_after_session_end", "cron"})

EXPANDED_LATER = frozenset({"model_groups", "mcp_servers", "tracing", "metrics", "a2a_server", "nlg"})
"""Blocks of endpoints.yml whose own code expands them; of language models it insists on the bare variable
(`shared/providers/model_group_validation.py:83`)."""

ANY_TYPE = ""
"""The block has no types."""

READ_KEYS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "tracker_store": {  # core/tracker_stores/*.py
        "sql": frozenset({"url", "dialect", "port", "db", "username", "password", "query"}),
        "redis": (_REDIS - {"host", "socket_timeout"}) | {"url", "record_exp"},
        "mongod": frozenset({"url", "db", "username", "password", "auth_source", "collection"}),
        "dynamo": frozenset({"table_name", "region", "max_pool_connections"}),
    },
    "lock_store": {"redis": _REDIS, "concurrent_redis": _REDIS, "in_memory": frozenset()},
    "timer_store": {"redis": _REDIS | {"poll_interval"}, "in_memory": frozenset()},
    "event_broker": {  # core/brokers/*.py
        "kafka": _KAFKA | {"anonymization_topics"},
        "concurrent_kafka": _KAFKA | {"executor_max_workers"},
        "pika": frozenset(
            {
                "url",
                "username",
                "password",
                "port",
                "queues",
                "exchange_name",
                "should_keep_unpublished_messages",
            }
            | {"raise_on_failure", "connection_attempts", "retry_delay_in_seconds", "stream_pii"}
            | {"anonymization_queues"}
        ),
        "sql": frozenset({"url", "dialect", "port", "db", "username", "password"}),
        "file": frozenset({"path"}),
    },
    "models": {ANY_TYPE: _HTTP | {"wait_time_between_pulls"}},
    "nlg": {  # core/nlg/generator.py:60, contextual_response_rephraser.py:151
        "callback": _HTTP,
        "response": frozenset(),
        "rephrase": frozenset(
            {"prompt", "prompt_template", "rephrase_all", "trace_prompt_tokens", "summarize_history", "llm"}
            | {"max_historical_turns", "count_multiple_utterances_as_single_turn"}
        ),
    },
    "nlu": {ANY_TYPE: _HTTP},
    "action_endpoint": {
        ANY_TYPE: _HTTP | {"actions_module", "enable_selective_domain", "ssl_client_cert", "ssl_client_key"}
    },
    "vector_store": {  # core/information_retrieval/{qdrant,milvus}.py; config.yml chooses which
        ANY_TYPE: frozenset(
            {
                "collection",
                "host",
                "port",
                "grpc_port",
                "prefer_grpc",
                "https",
                "api_key",
                "prefix",
                "timeout",
            }
            | {"path", "location", "vector_name", "content_payload_key", "metadata_payload_key"}
            | {"uri", "user", "password", "token", "db_name"}
        )
    },
    "model_groups": {ANY_TYPE: frozenset({"id", "models", "router"})},
    "mcp_servers": {},  # further keys become parameters (extra="allow")
    "secrets_manager": {  # core/secrets_manager/factory.py:58
        "vault": frozenset(
            {"url", "token", "secrets_path", "mount_point", "namespace", "transit_mount_point"}
        )
    },
    "privacy": {ANY_TYPE: frozenset({"rules", "tracker_store_settings"})},
    "privacy.rules": {ANY_TYPE: frozenset({"slot", "anonymization"})},
    "privacy.rules.anonymization": {
        "redact": frozenset({"redaction_char", "keep_left", "keep_right"}),
        "mask": frozenset({"redaction_char", "keep_left", "keep_right"}),
    },
    "privacy.tracker_store_settings": {ANY_TYPE: frozenset({"deletion", "anonymization"})},
    "privacy.tracker_store_settings.deletion": {ANY_TYPE: _POLICY},
    "privacy.tracker_store_settings.anonymization": {ANY_TYPE: _POLICY},
    "recordings": {ANY_TYPE: frozenset({"enabled", "provider", "s3", "gcs", "azure", "local"})},
    "recordings.s3": {ANY_TYPE: frozenset({"bucket", "region", "prefix", "endpoint_url"})},
    "recordings.gcs": {ANY_TYPE: frozenset({"bucket", "prefix"})},
    "recordings.azure": {ANY_TYPE: frozenset({"container", "account_name", "prefix", "endpoint_url"})},
    "recordings.local": {ANY_TYPE: frozenset({"path"})},
    "interaction_handling": {ANY_TYPE: frozenset({"global_silence_timeout"})},
    "a2a_server": {  # core/a2a_server/config.py:136-367
        ANY_TYPE: frozenset(
            {"description", "url", "agent_card_path", "task_timeout_seconds", "a2a_message_cache_ttl_seconds"}
            | {"max_contexts", "push_notifications_enabled", "push_notification_allowed_hosts", "auth"}
            | {"include_conversation_repair"}
        )
    },
    "a2a_server.auth": {"bearer": frozenset({"jwt"})},
    "a2a_server.auth.jwt": {
        ANY_TYPE: frozenset({"algorithm", "public_key_path", "secret", "issuer", "audience"})
    },
    "tracing": {
        "otlp": _OTLP,
        "jaeger": frozenset(
            {"host", "port", "username", "password", "insecure", "root_certificates", "sync_export"}
            | {"service_name"}
        ),
        "langfuse": frozenset(
            {"public_key", "private_key", "host", "timeout", "debug", "environment", "release", "sample_rate"}
            | {"media_upload_thread_count"}
        ),
    },
    "metrics": {"otlp": _OTLP},
}
"""Block (nested ones by path) → type → keys that Rasa reads, besides `type` itself."""

ROOT = frozenset(block for block in READ_KEYS if "." not in block)

_SAME = {
    "host": "url",
    "url": "host",
    "user": "username",
    "login_db": "db",
    "database": "db",
    "bootstrap": "url",
}
"""Words that mean a key of another name, which spelling alone would not find."""


def unread_keys(document: Block) -> list[str]:
    """Name every key that Rasa would ignore, with the nearest one that it reads.

    A block that states no `type` may be a part to be merged with ours: it may then hold the keys of any type.
    """
    found = [f"{key}: {_ignored(key, ROOT, 'as a block')}" for key in document if key not in ROOT]
    for block in document:
        found += _unread(document[block], block, block)
    return found


def types_of(block: str) -> list[str]:
    """The types that Rasa has for a block; none where it has no types."""
    return sorted(type_ for type_ in READ_KEYS.get(block, {}) if type_ != ANY_TYPE)


def type_named(block: str, stated: str) -> str:
    """How READ_KEYS spells a stated type. Lock and timer stores mind the case (`lock_store.py:452`)."""
    return stated if block in {"lock_store", "timer_store"} else stated.lower()


def mappings_in(value: Document, path: str) -> Iterator[tuple[Block, str]]:
    """The mapping, or the mappings of the list, with how to find each."""
    if isinstance(value, Mapping):
        yield value, path
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index, member in enumerate(value):
            if isinstance(member, Mapping):
                yield member, f"{path}[{index}]"


def _unread(value: Document, block: str, path: str) -> Iterator[str]:
    """Look into one block; `block` is its name in READ_KEYS, `path` says where it stands."""
    types = READ_KEYS.get(block)
    if not types:
        return
    for mapping, where in mappings_in(value, path):
        read, which = _keys_for(types, block, mapping)
        for key, member in mapping.items():
            if read is not None and key not in {*read, "type"}:
                yield f"{where}.{key}: {_ignored(key, read, which)}"
            yield from _unread(member, f"{block}.{key}", f"{where}.{key}")


def _keys_for(
    types: Mapping[str, frozenset[str]], block: str, mapping: Block
) -> tuple[frozenset[str] | None, str]:
    """What Rasa reads of this mapping; None where its type is a class of the operator's own."""
    stated = mapping.get("type")
    if ANY_TYPE in types:
        return types[ANY_TYPE], "here"
    if not isinstance(stated, str):
        return frozenset[str]().union(*types.values()), "here"
    return types.get(type_named(block, stated)), f"for type {stated}"


def _ignored(key: str, read: frozenset[str], where: str) -> str:
    snake = re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", key).replace("-", "_").lower()
    near = [word for word in (snake, _SAME.get(snake)) if word in read]
    near = near or get_close_matches(snake, sorted(read), n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"it reads {', '.join(sorted(read)) or 'none'}"
    return f"Rasa Pro ignores {key!r} {where}; {hint}"
