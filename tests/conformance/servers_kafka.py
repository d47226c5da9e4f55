"""Apache Kafka itself (KRaft): TLS with passwords, with client certificates, with tokens; rights by ACL."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.process import Processes, free_port
from tests.conformance.tools import command, kafka_libraries, rasa_python

PASSWORD = "planted-secret-kafka"
EVENTS = "rasa-events"
OAUTH = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule"
PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule"
SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"
READERS = ("rasa", "event-broker-rasa", "$ConnectionString", "CN=rasa", "aws-role")
"""Users that may do what MSK's policy lets Rasa do: describe the topic and write to it."""

SCRAM_USERS = ("rasa", "event-broker-rasa")
"""Of the samples, and of Strimzi as `components/in_cluster` asks it."""

PREPARE = """
import sys
from confluent_kafka.admin import *
bootstrap, topic, *users = sys.argv[1:]
admin = AdminClient({"bootstrap.servers": bootstrap})
for made in admin.create_topics([NewTopic(topic, 3, 1)], operation_timeout=30).values():
    made.result(30)
kind, pattern, allow = ResourceType.TOPIC, ResourcePatternType.LITERAL, AclPermissionType.ALLOW
rights = [AclBinding(kind, topic, pattern, "User:" + user, "*", right, allow)
          for user in users for right in (AclOperation.DESCRIBE, AclOperation.WRITE)]
for made in admin.create_acls(rights).values():
    made.result(30)
"""


@dataclass(frozen=True)
class Kafka:
    """Ports by how one gets in."""

    plaintext: int
    sasl: int
    scram: int
    expired: int
    oauth: int
    mutual: int


def kafka(processes: Processes, certificates: Path) -> Kafka:
    """Start one broker, make the topic of the events, and give rights to nothing else."""
    ports = Kafka(*(free_port() for _ in range(6)))
    folder = processes.folder / "kafka"
    folder.mkdir()
    for name in ("server", "expired"):
        pair = (certificates / f"{name}.key").read_text() + (certificates / f"{name}.pem").read_text()
        (folder / f"{name}.pem").write_text(pair)
    settings = folder / "server.properties"
    settings.write_text("\n".join(_settings(ports, folder, certificates)) + "\n")
    java = [command("java"), "-Xmx512m", "-cp", f"{kafka_libraries()}/*:{kafka_libraries()}"]
    storage = [
        *java,
        "kafka.tools.StorageTool",
        "format",
        "-t",
        "cOnFoRmAnCe-preflight1",
        "-c",
        str(settings),
    ]
    for name in SCRAM_USERS:
        storage += ["--add-scram", f"SCRAM-SHA-512=[name={name},password={PASSWORD}]"]
    subprocess.run(storage, check=True, capture_output=True, cwd=folder)
    processes.start("kafka", [*java, "kafka.Kafka", str(settings)], ports=[ports.plaintext], cwd=folder)
    prepare = [str(rasa_python()), "-c", PREPARE, f"127.0.0.1:{ports.plaintext}", EVENTS]
    subprocess.run([*prepare, *READERS, "ANONYMOUS"], check=True, capture_output=True, timeout=90)
    return ports


def _settings(ports: Kafka, folder: Path, certificates: Path) -> Iterator[str]:
    controller = free_port()
    listeners = {
        "PLAINTEXT": (ports.plaintext, "PLAINTEXT"),
        "SASL": (ports.sasl, "SASL_SSL"),
        "SCRAM": (ports.scram, "SASL_SSL"),
        "EXPIRED": (ports.expired, "SASL_SSL"),
        "OAUTH": (ports.oauth, "SASL_SSL"),
        "MUTUAL": (ports.mutual, "SSL"),
    }
    at = ",".join(f"{name}://localhost:{port}" for name, (port, _) in listeners.items())
    yield from (
        "process.roles=broker,controller",
        "node.id=1",
        f"controller.quorum.voters=1@localhost:{controller}",
        f"listeners={at},CONTROLLER://localhost:{controller}",
        f"advertised.listeners={at}",
        "controller.listener.names=CONTROLLER",
        "inter.broker.listener.name=PLAINTEXT",
        f"log.dirs={folder / 'logs'}",
        "offsets.topic.replication.factor=1",
        "transaction.state.log.replication.factor=1",
        "transaction.state.log.min.isr=1",
        "auto.create.topics.enable=false",
        "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        # Whoever comes without a login is the broker itself, and the test that makes the topic.
        "super.users=User:ANONYMOUS",
        "ssl.keystore.type=PEM",
        "ssl.truststore.type=PEM",
        f"ssl.keystore.location={folder / 'server.pem'}",
        f"ssl.truststore.location={certificates / 'ca.pem'}",
        f"listener.name.expired.ssl.keystore.location={folder / 'expired.pem'}",
        "listener.name.expired.ssl.keystore.type=PEM",
        "listener.name.mutual.ssl.client.auth=required",
    )
    protocols = ",".join(f"{name}:{protocol}" for name, (_, protocol) in listeners.items())
    yield f"listener.security.protocol.map={protocols},CONTROLLER:PLAINTEXT"
    users = "".join(f' user_{name}="{PASSWORD}"' for name in ("rasa", "$ConnectionString", "stranger"))
    logins = {
        "sasl": ("PLAIN", f"{PLAIN} required{users};"),
        "expired": ("PLAIN", f"{PLAIN} required{users};"),
        "scram": ("SCRAM-SHA-512", f"{SCRAM} required;"),
        "oauth": ("OAUTHBEARER", f'{OAUTH} required unsecuredLoginStringClaim_sub="broker";'),
    }
    for name, (mechanism, login) in logins.items():
        yield f"listener.name.{name}.sasl.enabled.mechanisms={mechanism}"
        yield f"listener.name.{name}.{mechanism.lower()}.sasl.jaas.config={login}"
    yield "listener.name.oauth.oauthbearer.sasl.server.callback.handler.class=AcceptMskToken"
