"""`rasa:eventBroker`: of the cloud, in the cluster, or an existing Kafka or RabbitMQ."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Annotated, Literal

from pulumi import Output
from pydantic import Field
from typing_extensions import override

from components.config.model import (
    Addresses,
    CertificateChain,
    Existing,
    Host,
    Model,
    Pem,
    Port,
    PrivateKey,
    Secret,
    certificates,
    choice,
    chosen_by,
    secret,
)
from components.config.patterns import AWS_REGION
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
)
from components.contract.secrets import PasswordLogin
from components.contract.topics import Topics


class _Security(Model, ABC):
    @abstractmethod
    def connection(self, region: str) -> KafkaSecurity:
        """How Rasa logs in; `region` is the stack's."""


class ExistingSasl(_Security):
    """User name and password over TLS: most brokers, Confluent Cloud, Event Hubs."""

    type: Literal["sasl"]
    """sasl, mutual-tls, aws-iam or plaintext (in production within the cluster)."""
    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
    """PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512."""
    username: str = Field(min_length=1)
    """SASL user; $ConnectionString for Event Hubs."""
    password: Secret
    """Set it with --secret, or name a Kubernetes Secret: {secretName, key}."""
    ca: Pem | None = None
    """PEM bundle that signed the brokers' certificates; by default the public authorities."""

    @override
    def connection(self, region: str) -> KafkaSecurity:
        return SaslTls(
            mechanism=self.mechanism,
            username=self.username,
            password=secret(self.password),
            ca=certificates(self.ca),
        )


class ExistingMutualTls(_Security):
    """A client certificate."""

    type: Literal["mutual-tls"]
    """sasl, mutual-tls, aws-iam or plaintext (in production within the cluster)."""
    certificate: CertificateChain
    """PEM of the client's certificate and its chain, or {secretName, key}."""
    key: PrivateKey
    """PEM of its key; set it with --secret, or name a Kubernetes Secret: {secretName, key}."""
    ca: Pem | None = None
    """PEM bundle that signed the brokers' certificates; by default the public authorities."""

    @override
    def connection(self, region: str) -> KafkaSecurity:
        certificate = certificates(self.certificate)
        assert certificate is not None, "the model asks for one"
        return MutualTls(certificate=certificate, key=secret(self.key), ca=certificates(self.ca))


class ExistingAwsIam(_Security):
    """Tokens of the pod's AWS identity (MSK, port 9098)."""

    type: Literal["aws-iam"]
    """sasl, mutual-tls, aws-iam or plaintext (in production within the cluster)."""
    region: str | None = Field(default=None, pattern=AWS_REGION)
    """Region of the MSK cluster; by default the stack's."""

    @override
    def connection(self, region: str) -> KafkaSecurity:
        return AwsIam(region=self.region or region)


class ExistingPlaintext(_Security):
    """No TLS and no login: a developer's own broker."""

    type: Literal["plaintext"]
    """sasl, mutual-tls, aws-iam or plaintext (in production within the cluster)."""

    @override
    def connection(self, region: str) -> KafkaSecurity:
        return Plaintext()


ExistingKafkaSecurity = Annotated[
    Annotated[ExistingSasl, choice("sasl")]
    | Annotated[ExistingMutualTls, choice("mutual-tls")]
    | Annotated[ExistingAwsIam, choice("aws-iam")]
    | Annotated[ExistingPlaintext, choice("plaintext")],
    chosen_by("type", "sasl", "mutual-tls", "aws-iam", "plaintext"),
]


class _Existing(Model, ABC):
    source: Existing = Field(alias="from")

    @abstractmethod
    def connection(self, topics: Topics, region: str) -> connections.EventBroker:
        """Where the events go; `topics` and `region` are the stack's."""


class ExistingKafka(_Existing):
    """A Kafka in which the topics of `rasa:topics` exist."""

    kind: Literal["kafka"] = "kafka"
    """kafka or rabbitmq."""
    bootstrap: Addresses
    """host:port[,host:port…]"""
    security: ExistingKafkaSecurity
    """How Rasa logs in."""

    @override
    def connection(self, topics: Topics, region: str) -> connections.EventBroker:
        return Kafka(
            bootstrap=Output.from_input(",".join(self.bootstrap)),
            topics=topics,
            security=self.security.connection(region),
        )


class ExistingRabbitMq(_Existing):
    """A RabbitMQ."""

    kind: Literal["rabbitmq"]
    """kafka or rabbitmq."""
    host: Host
    """Name that the server's certificate carries."""
    port: Port
    """TCP port; 5671 with TLS, 5672 without, as a rule."""
    username: str = Field(min_length=1)
    """User."""
    password: Secret
    """Set it with --secret, or name a Kubernetes Secret, {secretName, key}: percent-encoded, with
    TLS or a virtual host."""
    virtual_host: str = Field(default="/", min_length=1)
    """Virtual host of the exchange."""
    exchange: str = Field(default="rasa-exchange", min_length=1)
    """Exchange that Rasa publishes to, and the queue that it binds to it."""
    tls: bool = True
    """Encrypt and verify; off in production only within the cluster."""
    ca: Pem | None = None
    """PEM bundle that signed the server's certificate; by default the public authorities."""

    @override
    def connection(self, topics: Topics, region: str) -> connections.EventBroker:
        return RabbitMq(
            host=Output.from_input(self.host),
            port=self.port,
            login=PasswordLogin(username=self.username, password=secret(self.password)),
            exchange=self.exchange,
            virtual_host=self.virtual_host,
            tls=self.tls,
            ca=certificates(self.ca),
        )


ExistingEventBroker = Annotated[
    Annotated[ExistingKafka, choice("kafka")] | Annotated[ExistingRabbitMq, choice("rabbitmq")],
    chosen_by("kind", "kafka", "rabbitmq", default="kafka"),
]

EventBroker = Annotated[
    Annotated[Managed, choice("managed")]
    | Annotated[InClusterStore, choice("in-cluster")]
    | Annotated[ExistingEventBroker, choice("existing")],
    chosen_by("from", "managed", "in-cluster", "existing", default="managed"),
]
