"""Event broker: the producer that Rasa Pro builds, the topic's metadata, and one event.

The event goes to the topic of the conversation events itself. A topic of its own would prove nothing about
this one, and would need rights that Rasa Pro lacks (on MSK: DescribeTopic and WriteData on one topic alone).
It is Rasa Pro's own event `resume` of the conversation `rasa-preflight`: to a consumer that replays it, it
changes nothing; one that counts conversations sees this one, however often the preflight runs.
"""

# The image has Rasa Pro, this project's environment has not.
# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from rasa.core.brokers.broker import EventBroker
from rasa.shared.core.events import ConversationResumed

from preflight.network import Server, Tls, explained
from preflight.report import PASSWORD, Problem

SECONDS = 8
"""Seconds that the brokers may take to answer at each step, the login included."""
CONVERSATION = "rasa-preflight"
MARK = [("RASA_PREFLIGHT", b"true")]
"""Header by which a consumer can tell the event from a user's."""
TOPIC = "Make the topic, under the name in rasa:topics"
KAFKA_ERROR_HINTS: Mapping[str, tuple[str, str]] = {
    "ssl.endpoint.identification.algorithm": (
        "no producer can be built: ssl_check_hostname is not true, and every event would be lost",
        "Write ssl_check_hostname: true",
    ),
    "No provider for SASL mechanism": ("the SASL mechanism is not supported", "Correct sasl_mechanism"),
    "Invalid credentials": ("user name or password are wrong", PASSWORD),
    "Authentication failed": ("user name or password are wrong", PASSWORD),
    "SASL authentication error": ("the brokers refuse the login", PASSWORD),
    "OAuth token not set": (
        "no AWS token can be made: the pod has no AWS credentials",
        "Bind Rasa's service account to its role",
    ),
    "alert certificate required": ("the brokers want a client certificate", "Give certificate and key"),
    "alert number 116": ("the brokers want a client certificate", "Give certificate and key"),
    "UNKNOWN_TOPIC": ("the topic does not exist", TOPIC),
    "UNKNOWN_TOPIC_OR_PART": ("the topic does not exist", TOPIC),
    "TOPIC_AUTHORIZATION_FAILED": ("the user may not write to the topic, or it does not exist", TOPIC),
}
"""Part of librdkafka's message → what is wrong, and what to do."""
RABBIT_ERROR_HINTS: Mapping[str, tuple[str, str]] = {
    "ACCESS_REFUSED": ("user name or password are wrong, or the user lacks a right", PASSWORD),
    "PRECONDITION_FAILED": ("exchange or queue exist with other properties", "Delete them, or name others"),
}


def event_broker(config: Any) -> str:
    """Publish one event, and wait until the broker has it."""
    kind = (config.type or "pika").lower()
    if kind in {"kafka", "concurrent_kafka"}:
        return _kafka(config)
    if kind == "pika":
        return _rabbit(config)
    broker = asyncio.run(EventBroker.create(config))
    if broker is None:
        raise Problem(
            f"Rasa Pro knows no event broker {config.type!r} and would publish nothing",
            "Correct the type, or put the class into the image",
        )
    return f"{type(broker).__name__} can be made; publishing to it was not tried"


def _kafka(config: Any) -> str:
    if not isinstance(config.url, str):
        raise Problem("url is a list, which Rasa Pro hands on as one name", "Write host:port,host:port")
    heard: list[str] = []
    with explained(_kafka_servers(config), KAFKA_ERROR_HINTS):
        broker = asyncio.run(EventBroker.create(config))
        producer = _producer(broker, heard)
        try:
            partitions = _partitions(producer, broker.topic)
            for topic in config.kwargs.get("anonymization_topics", ()):
                _partitions(producer, topic)
            _deliver(producer, broker)
        except Problem:
            raise
        except Exception as error:
            # A refused login reaches the error callback long before the request for metadata times out.
            raise RuntimeError("; ".join(dict.fromkeys(heard)) or str(error)) from error
    return f"one event delivered to {broker.topic} ({partitions} partitions)"


def _kafka_servers(config: Any) -> list[Server]:
    keys = config.kwargs
    tls: Tls | None = None
    if str(keys.get("security_protocol", "")).upper() in {"SSL", "SASL_SSL"}:
        shown = (keys.get("ssl_certfile"), keys.get("ssl_keyfile"))
        tls = Tls(keys.get("ssl_cafile"), client=shown if all(shown) else None)  # pyright: ignore[reportArgumentType]
    split = (address.strip().rpartition(":") for address in config.url.split(","))
    return [Server(host, int(port), tls) for host, _, port in split]


def _producer(broker: Any, heard: list[str]) -> Any:
    """Build the producer from Rasa Pro's configuration; `heard` collects errors that Rasa Pro only logs."""
    from confluent_kafka import Producer  # noqa: PLC0415 (only where it is Kafka)

    configuration = broker._get_kafka_config()  # noqa: SLF001 (no other way leads to it)

    def hear(error: Any) -> None:
        heard.append(error.str())

    return Producer({**configuration, "error_cb": hear})


def _partitions(producer: Any, topic: str) -> int:
    end = time.monotonic() + SECONDS
    producer.poll(0.1)  # with an AWS identity, this is when the token is made
    while True:
        try:
            described = producer.list_topics(topic, timeout=2).topics[topic]
        except Exception:
            producer.poll(0.1)
            if time.monotonic() > end:
                raise
        else:
            if described.error is not None:
                raise Problem(*_topic_problem(topic, described.error.name()))
            return len(described.partitions)


def _topic_problem(topic: str, code: str) -> tuple[str, str]:
    known = {
        "UNKNOWN_TOPIC_OR_PART": "does not exist",
        "TOPIC_AUTHORIZATION_FAILED": "is closed to this user",
    }
    return f"topic {topic} {known.get(code, code)}", TOPIC


def _deliver(producer: Any, broker: Any) -> None:
    event = {_key_of(broker): CONVERSATION, **ConversationResumed().as_dict()}
    outcome: list[Any] = []

    def delivered(error: Any, _: Any) -> None:
        outcome.append(error)

    producer.produce(
        broker.topic,
        value=json.dumps(event).encode(),
        key=CONVERSATION.encode(),
        headers=[("RASA_ENVIRONMENT", str(broker.rasa_environment).encode()), *MARK],
        on_delivery=delivered,
    )
    producer.flush(SECONDS)
    if not outcome:
        raise Problem(
            f"topic {broker.topic} takes no event within {SECONDS} s", "Look at the brokers' health"
        )
    if outcome[0] is not None:
        raise Problem(*_topic_problem(broker.topic, outcome[0].name()))


def _rabbit(config: Any) -> str:
    config.kwargs["connection_attempts"] = 1  # Rasa Pro's 20 take longer than a person waits
    parts = urlsplit(config.url if "://" in config.url else f"amqp://{config.url}")
    tls = Tls(parse_qs(parts.query).get("cafile", [None])[0]) if parts.scheme == "amqps" else None
    server = Server(parts.hostname or "", int(config.kwargs.get("port") or parts.port or 5672), tls)
    with explained([server], RABBIT_ERROR_HINTS):
        asyncio.run(_rabbit_publish(config))
    return f"one event delivered to exchange {config.kwargs.get('exchange_name', 'rasa-exchange')}"


async def _rabbit_publish(config: Any) -> None:
    config.kwargs["retry_delay_in_seconds"] = 0
    broker: Any = await EventBroker.create(config)
    event = {_key_of(broker): CONVERSATION, **ConversationResumed().as_dict()}
    # Rasa Pro's own `publish` returns at once and only logs later errors; this sends the same message and
    # waits.
    await broker._exchange.publish(broker._message(event, {"RASA_PREFLIGHT": "true"}), "")  # noqa: SLF001
    await broker.close()


def _key_of(broker: Any) -> str:
    """What an event calls its conversation; before 3.21 it is always `sender_id` (core/brokers/kafka.py)."""
    named: Any = getattr(broker, "conversation_key_name", None)
    return "sender_id" if named is None else str(named())
