"""`event_broker`: Kafka or RabbitMQ."""

from __future__ import annotations

from collections.abc import Mapping
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
from components.contract.secrets import FileContent
from components.kubernetes.documents import Block, Document
from components.rasa.connections.addresses import bracketed, host_and_port
from components.rasa.connections.rendered import Rendered, authority, aws_identity
from components.rasa.spec import variables
from components.rasa.spec.kafka_type import kafka_type
from components.rasa.spec.pod_files import CLIENT_CERTIFICATE, CLIENT_KEY, authority_path, client_path
from components.rasa.spec.variables import Plain, Secret, Variable, reference

WHAT, SOURCE = "event broker", "the event broker"
KAFKA_CLIENT = "rasa"
"""Literal: Rasa never expands a variable in `client_id` (docs/rasa-pro.md, Unexpanded keys)."""


def event_broker(broker: EventBroker, *, bundle: str | None = None) -> Rendered:
    """Where conversation events go; `bundle` has what the pod trusts."""
    match broker:
        case Kafka():
            return _kafka(broker, bundle)
        case RabbitMq():
            return _rabbitmq(broker)
        case _:
            assert_never(broker)


def _kafka(broker: Kafka, bundle: str | None) -> Rendered:
    security, found = _security(broker.security)
    ca = _authority(broker.security)
    block: dict[str, Document] = {
        "type": kafka_type(anonymized=bool(broker.topics.anonymized)),
        "url": broker.bootstrap,  # one string, no list (docs/rasa-pro.md, Kafka addresses)
        "topic": broker.topics.events,
        "client_id": KAFKA_CLIENT,
        "partition_by_sender": True,  # keeps the events of one conversation in order
        **security,
    }
    if broker.topics.anonymized:
        block["anonymization_topics"] = list(broker.topics.anonymized)
    if ca is not None:
        block["ssl_cafile"] = authority_path("event-broker")
    elif bundle is not None and not isinstance(broker.security, Plaintext):
        # librdkafka reads no variable (docs/rasa-pro.md, Authorities).
        block["ssl_cafile"] = bundle
    return Rendered(
        what=WHAT,
        connection=broker,
        addresses=broker.bootstrap,
        discovers=True,
        blocks={"event_broker": block},
        variables=found,
        authorities=authority("event-broker", ca),
        client_files=_client_files(broker.security),
        by_aws_identity=isinstance(broker.security, AwsIam),
    )


def _security(security: KafkaSecurity) -> tuple[Block, tuple[Variable, ...]]:
    # `security_protocol` is always set: its default is SASL_PLAINTEXT (docs/rasa-pro.md, Kafka over TLS).
    sasl: Block = {
        "security_protocol": "SASL_SSL",
        # librdkafka refuses the default, false, and every event is lost.
        "ssl_check_hostname": True,
    }
    match security:
        case SaslTls(mechanism=mechanism, username=username, password=password):
            name = variables.EVENT_BROKER_PASSWORD
            return {
                **sasl,
                "sasl_mechanism": mechanism,
                "sasl_username": username,  # Event Hubs' `$ConnectionString` has no braces: literal
                "sasl_password": reference(name),
            }, (Secret(name, password, SOURCE),)
        case AwsIam(region=region):
            return {**sasl, "sasl_mechanism": "OAUTHBEARER"}, (
                *aws_identity(region, SOURCE),
                Plain("KAFKA_MSK_AWS_IAM_ENABLED", "true", SOURCE),
            )
        case MutualTls():
            # Here librdkafka checks the host name by itself, and Rasa does not read `ssl_check_hostname`.
            return {
                "security_protocol": "SSL",
                "ssl_certfile": client_path(CLIENT_CERTIFICATE),
                "ssl_keyfile": client_path(CLIENT_KEY),
            }, ()
        case Plaintext():
            return {"security_protocol": "PLAINTEXT"}, ()
        case _:
            assert_never(security)


def _authority(security: KafkaSecurity) -> FileContent | None:
    return None if isinstance(security, Plaintext) else security.ca


def _client_files(security: KafkaSecurity) -> Mapping[str, FileContent]:
    if not isinstance(security, MutualTls):
        return {}
    return {CLIENT_CERTIFICATE: security.certificate, CLIENT_KEY: security.key}


def _rabbitmq(broker: RabbitMq) -> Rendered:
    username, password = broker.login.username, broker.login.password
    if _by_url(broker):
        # Rasa pastes both into the URL as they are (pika.py:179).
        username = quote(username, safe="")
        if isinstance(password, Output):
            password = password.apply(lambda plain: quote(plain, safe=""))
    return Rendered(
        what=WHAT,
        connection=broker,
        addresses=host_and_port(broker.host, broker.port),
        blocks={
            "event_broker": {
                "type": "pika",
                "url": _rabbitmq_url(broker),
                "port": broker.port,
                "username": username,
                "password": reference(variables.EVENT_BROKER_PASSWORD),
                "exchange_name": broker.exchange,
                "queues": [broker.exchange],  # else Rasa warns and declares a queue of its own naming
            }
        },
        variables=(Secret(variables.EVENT_BROKER_PASSWORD, password, SOURCE),),
        authorities=authority("event-broker", broker.ca),
    )


def _rabbitmq_url(broker: RabbitMq) -> Output[str]:
    """TLS and a virtual host only come with a URL, and its authority with a parameter (pika.py:173, 346)."""
    if not _by_url(broker):
        return broker.host
    scheme, path, query = "amqps" if broker.tls else "amqp", "", ""
    if broker.virtual_host != "/":
        path = f"/{quote(broker.virtual_host, safe='')}"
    if broker.tls and broker.ca is not None:
        query = "?" + urlencode({"cafile": authority_path("event-broker")}, safe="/")
    return Output.concat(f"{scheme}://", broker.host.apply(bracketed), f":{broker.port}{path}{query}")


def _by_url(broker: RabbitMq) -> bool:
    return broker.tls or broker.virtual_host != "/"
