"""`rasa:eventBroker`: of the cloud, in the cluster, or an existing Kafka or RabbitMQ."""

from __future__ import annotations

from typing import Annotated, Literal, assert_never

from pulumi import Output
from pydantic import Field

from components.config.model import (
    Addresses,
    Existing,
    Host,
    Model,
    Pem,
    Port,
    Secret,
    certificates,
    choice,
    chosen_by,
    secret,
)
from components.config.sources import InClusterStore, Managed
from components.contract import connections
from components.contract.connections import (
    AwsIam,
    Kafka,
    KafkaSecurity,
    MutualTls,
    Plaintext,
    RabbitMq,
    SaslTls,
    Topics,
)
from components.contract.secrets import PasswordLogin


class ExistingSasl(Model):
    """User name and password over TLS: most brokers, Confluent Cloud, Event Hubs."""

    type: Literal["sasl"]
    """sasl, mutual-tls, aws-iam or plaintext (in production within the cluster)."""
    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
    """PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512."""
    username: str
    """SASL user; $ConnectionString for Event Hubs."""
    password: Secret
    """Set it with --secret, or name a Kubernetes Secret: {secretName, key}."""
    ca: Pem | None = None
    """PEM bundle that signed the brokers' certificates; by default the public authorities."""


class ExistingMutualTls(Model):
    """A client certificate."""

    type: Literal["mutual-tls"]
    """sasl, mutual-tls, aws-iam or plaintext (in production within the cluster)."""
    certificate: Pem
    """PEM of the client's certificate and its chain, or {secretName, key}."""
    key: Secret
    """PEM of its key; set it with --secret, or name a Kubernetes Secret: {secretName, key}."""
    ca: Pem | None = None
    """PEM bundle that signed the brokers' certificates; by default the public authorities."""


class ExistingAwsIam(Model):
    """Tokens of the pod's AWS identity (MSK, port 9098)."""

    type: Literal["aws-iam"]
    """sasl, mutual-tls, aws-iam or plaintext (in production within the cluster)."""
    region: str | None = None
    """Region of the MSK cluster; by default the stack's."""


class ExistingPlaintext(Model):
    """No TLS and no login: a developer's own broker."""

    type: Literal["plaintext"]
    """sasl, mutual-tls, aws-iam or plaintext (in production within the cluster)."""


ExistingKafkaSecurity = Annotated[
    Annotated[ExistingSasl, choice("sasl")]
    | Annotated[ExistingMutualTls, choice("mutual-tls")]
    | Annotated[ExistingAwsIam, choice("aws-iam")]
    | Annotated[ExistingPlaintext, choice("plaintext")],
    chosen_by("type", "sasl", "mutual-tls", "aws-iam", "plaintext"),
]


class ExistingKafka(Model):
    """A Kafka in which the topics of `rasa:topics` exist."""

    source: Existing = Field(alias="from")
    kind: Literal["kafka"] = "kafka"
    """kafka or rabbitmq."""
    bootstrap: Addresses
    """host:port[,host:port…]"""
    security: ExistingKafkaSecurity
    """How Rasa logs in."""


class ExistingRabbitMq(Model):
    """A RabbitMQ."""

    source: Existing = Field(alias="from")
    kind: Literal["rabbitmq"]
    """kafka or rabbitmq."""
    host: Host
    """Name that the server's certificate carries."""
    port: Port
    """TCP port; 5671 with TLS, 5672 without, as a rule."""
    username: str
    """User."""
    password: Secret
    """Set it with --secret, or name a Kubernetes Secret, {secretName, key}: percent-encoded, with TLS."""
    exchange: str = "rasa-exchange"
    """Exchange that Rasa publishes to, and the queue that it binds to it."""
    tls: bool = True
    """Encrypt and verify; off in production only within the cluster."""
    ca: Pem | None = None
    """PEM bundle that signed the server's certificate; by default the public authorities."""


ExistingEventBroker = Annotated[
    Annotated[ExistingKafka, choice("kafka")] | Annotated[ExistingRabbitMq, choice("rabbitmq")],
    chosen_by("kind", "kafka", "rabbitmq", default="kafka"),
]
AnyEventBroker = ExistingKafka | ExistingRabbitMq


def connect_event_broker(block: AnyEventBroker, *, topics: Topics, region: str) -> connections.EventBroker:
    """Say where the events go; `region` is the stack's."""
    match block:
        case ExistingKafka():
            return Kafka(
                bootstrap=Output.from_input(",".join(block.bootstrap)),
                topics=topics,
                security=_security(block.security, region),
            )
        case ExistingRabbitMq():
            return RabbitMq(
                host=Output.from_input(block.host),
                port=block.port,
                login=PasswordLogin(username=block.username, password=secret(block.password)),
                exchange=block.exchange,
                tls=block.tls,
                ca=certificates(block.ca),
            )
        case _:
            assert_never(block)


def _security(
    block: ExistingSasl | ExistingMutualTls | ExistingAwsIam | ExistingPlaintext, region: str
) -> KafkaSecurity:
    match block:
        case ExistingSasl():
            return SaslTls(
                mechanism=block.mechanism,
                username=block.username,
                password=secret(block.password),
                ca=certificates(block.ca),
            )
        case ExistingMutualTls():
            certificate = certificates(block.certificate)
            assert certificate is not None, "the model asks for one"
            return MutualTls(certificate=certificate, key=secret(block.key), ca=certificates(block.ca))
        case ExistingAwsIam():
            return AwsIam(region=block.region or region)
        case ExistingPlaintext():
            return Plaintext()
        case _:
            assert_never(block)


EventBroker = Annotated[
    Annotated[Managed, choice("managed")]
    | Annotated[InClusterStore, choice("in-cluster")]
    | Annotated[ExistingEventBroker, choice("existing")],
    chosen_by("from", "managed", "in-cluster", "existing", default="managed"),
]
