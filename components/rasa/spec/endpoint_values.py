"""What the values of endpoints.yml must be, key by key: the classes of `endpoint_keys.py` fail over others.

Rasa reads a port that is a word, and an empty name of a database, without a word; its client fails in the
first conversation, or in the start of the pod. Sources: the annotations of the classes that
`endpoint_keys.py` names, in the 3.21.0 wheel (`RedisConfig` of `core/redis_connection_factory.py:66`,
`validate_port` of `core/tracker_stores/tracker_store.py`). Keys that are not here take more than one kind, or
any text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import cast

from pulumi import Output

from components.contract.given_values import in_words
from components.contract.secret_shapes import is_named
from components.kubernetes.documents import Block, Document
from components.rasa.spec.endpoint_keys import READ_KEYS, mappings_in

PORTS = frozenset({"port", "grpc_port"})
LARGEST_PORT = 65535
NUMBERS = frozenset(
    {"poll_interval", "socket_timeout", "queue_size", "executor_max_workers", "max_pool_connections"}
    | {"record_exp", "wait_time_between_pulls", "connection_attempts", "retry_delay_in_seconds"}
    | {"reconnect_backoff_ms", "reconnect_backoff_max_ms", "topic_metadata_refresh_interval_ms", "timeout"}
    | {"max_historical_turns", "task_timeout_seconds", "a2a_message_cache_ttl_seconds", "max_contexts"}
    | {"global_silence_timeout", "sample_rate", "media_upload_thread_count"}
)
TRUTHS = frozenset(
    {"use_ssl", "partition_by_sender", "ssl_check_hostname", "stream_pii", "socket_keepalive_enable"}
    | {"should_keep_unpublished_messages", "raise_on_failure", "insecure", "sync_export", "debug", "https"}
    | {"rephrase_all", "trace_prompt_tokens", "summarize_history", "count_multiple_utterances_as_single_turn"}
    | {"enable_selective_domain", "prefer_grpc", "push_notifications_enabled", "include_conversation_repair"}
)
TEXTS = frozenset(
    {"host", "url", "db", "dialect", "topic", "client_id", "security_protocol"}
    | {"sasl_mechanism", "sasl_username", "sasl_password", "ssl_cafile", "ssl_certfile", "ssl_keyfile"}
    | {"ssl_ca_certs", "key_prefix", "deployment_mode", "sentinel_service", "collection", "auth_source"}
    | {"table_name", "region", "exchange_name", "token", "token_name", "cafile", "service_name", "endpoint"}
    | {"type", "actions_module"}
)
WORDS: Mapping[str, tuple[str, ...]] = {
    "security_protocol": ("PLAINTEXT", "SASL_PLAINTEXT", "SSL", "SASL_SSL"),
    "deployment_mode": ("standard", "cluster", "sentinel"),
}
LISTS = frozenset({"endpoints"})
BLOCKS = frozenset({"params", "headers", "basic_auth", "query"})
NUMBERED = frozenset({"lock_store", "timer_store"})
"""Blocks of Redis, whose databases have numbers; so have those of a tracker store in Redis."""
LISTED = frozenset({"event_broker", "model_groups", "mcp_servers", "tracing", "metrics"})
"""Blocks of which there can be several."""
SERVERS = frozenset(
    {"tracker_store", "lock_store", "timer_store", "event_broker", "models", "nlg", "nlu", "action_endpoint"}
    | {"vector_store", "tracing", "metrics", "a2a_server", "interaction_handling"}
)


def value_problems(document: Block) -> Iterator[str]:
    """Name each value that is of no kind which Rasa, or the client of the store, takes at its key."""
    for block in sorted(document.keys() & READ_KEYS.keys()):
        value = document[block]
        listed = block in LISTED and _is_list(value)
        if value is not None and not isinstance(value, Mapping) and not listed:
            also = ", or a list of them" if block in LISTED else ""
            yield f"{block}: is {in_words(value)}; accepted: a block of keys{also}"
        for index, member in enumerate(cast("Sequence[Document]", value) if listed else ()):
            if not isinstance(member, Mapping):
                yield f"{block}[{index}]: is {in_words(member)}; accepted: a block of keys"
    for block in sorted(document.keys() & SERVERS):
        for mapping, path in mappings_in(document[block], block):
            if "." in str(mapping.get("type")):
                continue  # a class of the operator's own
            for key, value in mapping.items():
                # A number for a password is said to be a secret in plain text.
                known = isinstance(value, Output) or (bool(value) and is_named(key, value))
                wanted = None if known else _wanted(block, mapping, key)
                if wanted is not None and not wanted[1](value):
                    said = in_words(value, secret=is_named(key, str(value)))
                    yield f"{path}.{key}: is {said}; accepted: {wanted[0]}"


def _wanted(block: str, mapping: Block, key: str) -> tuple[str, Callable[[Document], bool]] | None:
    """What a key takes, in words and as a check."""
    if key == "db" and (block in NUMBERED or mapping.get("type") == "redis"):
        return "the number of a database, 0 or more", _is_whole(0)
    if (block, key) == ("event_broker", "url"):  # a list of addresses has a message of its own
        return "text", lambda value: _is_text(value) or _is_list(value)
    if key in {"username", "password"}:  # of a tracker store, they may be a place in Vault
        return "text", lambda value: _is_text(value) or isinstance(value, Mapping)
    if key in WORDS:
        words = WORDS[key]
        return ", ".join(words), lambda value: value in words or _is_variable(value)
    return next((wanted for keys, wanted in _KINDS.items() if key in keys), None)


def _is_variable(value: Document) -> bool:
    return isinstance(value, str) and "${" in value


def _is_text(value: Document) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_list(value: Document) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _is_number(value: Document) -> bool:
    text = str(value)
    return _is_variable(value) or (not isinstance(value, bool) and text.replace(".", "", 1).isdecimal())


def _is_whole(least: int, most: float = float("inf")) -> Callable[[Document], bool]:
    def check(value: Document) -> bool:
        text = str(value)
        whole = not isinstance(value, bool) and text.isdecimal() and len(text) <= len(str(2**53))
        return _is_variable(value) or (whole and least <= int(text) <= most)

    return check


_KINDS: Mapping[frozenset[str], tuple[str, Callable[[Document], bool]]] = {
    PORTS: (f"a number from 1 to {LARGEST_PORT}", _is_whole(1, LARGEST_PORT)),
    NUMBERS: ("a number, 0 or more", _is_number),
    TRUTHS: ("true or false", lambda value: isinstance(value, bool) or _is_variable(value)),
    TEXTS: ("text", _is_text),
    LISTS: ("a list of host:port", lambda value: _is_list(value) and bool(value)),
    BLOCKS: ("a block of keys", lambda value: isinstance(value, Mapping)),
}
