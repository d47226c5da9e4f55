"""The block `event_broker` of endpoints.yml: Kafka or RabbitMQ."""

from __future__ import annotations

from typing import assert_never
from urllib.parse import quote, urlencode

from pulumi import Output

from components.contract.connections import (
    AwsIam,
    EventBroker,
    Kafka,
    KafkaSecurity,
    MutualTls,
    Plaintext,
    RabbitMq,
    SaslTls,
)
from components.kubernetes.documents import Block, Document
from components.rasa.files import event_broker_authority
from components.rasa.spec import variables
from components.rasa.spec.pod_files import CLIENT_CERTIFICATE, CLIENT_KEY, authority_path, client_path
from components.rasa.spec.variables import reference

KAFKA_CLIENT = "rasa"
"""Literal: Rasa never expands a variable in `client_id` (docs/rasa-pro.md, Unexpanded keys)."""


def event_broker(broker: EventBroker) -> Block:
    """Write the block."""
    match broker:
        case Kafka():
            return {
                # With `kafka`, an exception of the producer aborts every save of a conversation, and only the
                # log says so (docs/rasa-pro.md, Kafka over TLS).
                "type": "concurrent_kafka",
                "url": broker.bootstrap,  # one string, no list (docs/rasa-pro.md, Kafka addresses)
                "topic": broker.topics.events,
                "client_id": KAFKA_CLIENT,
                "partition_by_sender": True,  # keeps the events of one conversation in order
                **_kafka_security(broker.security),
                **_kafka_authority(broker),
            }
        case RabbitMq():
            return {
                "type": "pika",
                "url": _rabbit_url(broker),
                "port": broker.port,
                "username": quote(broker.login.username, safe="") if broker.tls else broker.login.username,
                "password": reference(variables.EVENT_BROKER_PASSWORD),
                "exchange_name": broker.exchange,
                "queues": [broker.exchange],  # else Rasa warns and declares a queue of its own naming
            }
        case _:
            assert_never(broker)


def _kafka_security(security: KafkaSecurity) -> dict[str, Document]:
    # `security_protocol` is always set: its default is SASL_PLAINTEXT (docs/rasa-pro.md, Kafka over TLS).
    sasl: dict[str, Document] = {
        "security_protocol": "SASL_SSL",
        # librdkafka refuses the default, false, and every event is lost.
        "ssl_check_hostname": True,
    }
    match security:
        case SaslTls():
            return {
                **sasl,
                "sasl_mechanism": security.mechanism,
                "sasl_username": security.username,  # Event Hubs' `$ConnectionString` has no braces: literal
                "sasl_password": reference(variables.EVENT_BROKER_PASSWORD),
            }
        case AwsIam():
            return {**sasl, "sasl_mechanism": "OAUTHBEARER"}
        case MutualTls():
            # Here librdkafka checks the host name by itself, and Rasa does not read `ssl_check_hostname`.
            return {
                "security_protocol": "SSL",
                "ssl_certfile": client_path(CLIENT_CERTIFICATE),
                "ssl_keyfile": client_path(CLIENT_KEY),
            }
        case Plaintext():
            return {"security_protocol": "PLAINTEXT"}
        case _:
            assert_never(security)


def _kafka_authority(broker: Kafka) -> dict[str, Document]:
    return {} if event_broker_authority(broker) is None else {"ssl_cafile": authority_path("event-broker")}


def _rabbit_url(broker: RabbitMq) -> Output[str]:
    """TLS only comes with an amqps URL, and its authority with a parameter of it (pika.py:173, 346)."""
    if not broker.tls:
        return broker.host
    query = "" if broker.ca is None else "?" + urlencode({"cafile": authority_path("event-broker")}, safe="/")
    return Output.concat("amqps://", broker.host, f":{broker.port}{query}")
