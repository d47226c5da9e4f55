"""The values of the official chart for Rasa Pro Services, and the secrets and files that they refer to. Pure.

The chart's defaults are an empty database, an empty broker and a topic that Rasa does not write to
(docs/rasa-pro.md, Analytics in the chart), so each is set here. The password stands in no value: `$(NAME)` is
Kubernetes' own reference to a variable that is defined before, and the chart puts `additionalEnv` first
(templates/rasa-pro-services/deployment.yaml).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never
from urllib.parse import quote

from pulumi import Output

from components.contract.cluster import ObjectKey
from components.contract.companions import Analytics
from components.contract.connections import AwsIam, KafkaSecurity, MutualTls, Plaintext, Postgres, SaslTls
from components.contract.secrets import FileContent, SecretRef, SecretValue, references
from components.kubernetes import trust
from components.kubernetes.documents import Block, Document
from components.kubernetes.restricted import CONTAINER_SECURITY, POD_SECURITY
from components.kubernetes.script_job import environment

DATABASE_PASSWORD, KAFKA_PASSWORD = "ANALYTICS_DB_PASSWORD", "KAFKA_PASSWORD"
FILES = "/etc/rasa-analytics"
DATABASE_CA, KAFKA_CA, CERTIFICATE, KEY = "database.pem", "kafka.pem", "kafka.crt", "kafka.key"
RESOURCES: Block = {"requests": {"cpu": "500m", "memory": "4Gi"}, "limits": {"memory": "4Gi"}}
"""Rasa asks for 2 CPUs at a peak, so CPU is not limited (docs/rasa-pro.md, Sizes)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """What has been made in the cluster: names of objects."""

    service_account: str | Output[str]
    license: SecretRef
    secrets: Output[str] | None
    files: Output[str] | None
    pod_labels: Mapping[str, str]
    trust: ObjectKey | None = None
    """Whom it trusts; None: what its image brings."""


def analytics_secrets(wanted: Analytics) -> dict[str, SecretValue]:
    """Environment variable → secret."""
    password = wanted.login.password
    if isinstance(password, Output):
        # It is pasted into a URL; a password in a Secret of the operator's must be percent-encoded there.
        password = password.apply(lambda plain: quote(plain, safe=""))
    found: dict[str, SecretValue] = {DATABASE_PASSWORD: password}
    if isinstance(wanted.security, SaslTls):
        found[KAFKA_PASSWORD] = wanted.security.password
    return found


def analytics_files(wanted: Analytics) -> dict[str, FileContent]:
    """File → content: whom to trust, and what to show."""
    security = wanted.security
    found: dict[str, FileContent | None] = {
        DATABASE_CA: wanted.database.ca,
        KAFKA_CA: None if isinstance(security, Plaintext) else security.ca,
    }
    if isinstance(security, MutualTls):
        found |= {CERTIFICATE: security.certificate, KEY: security.key}
    return {name: content for name, content in found.items() if content is not None}


def analytics_values(wanted: Analytics, place: Place) -> dict[str, Document]:
    """Write values.yaml: of the chart's parts, this one alone."""
    files = analytics_files(wanted)
    return {
        "fullnameOverride": "rasa-analytics",
        "rasa": {"enabled": False, "settings": {"mountDefaultConfigmap": False}},
        "networkPolicy": {"enabled": False},
        "podLabels": dict[str, Document](place.pod_labels) if _has_identity(wanted) else {},
        "rasaProLicense": {"secretName": place.license.name, "secretKey": place.license.key},
        "rasaProServices": {
            "enabled": True,
            "replicaCount": 1,
            "image": {"repository": wanted.repository, "tag": wanted.tag},
            # Two readers would share the partitions and wait for each other while one goes.
            "strategy": {"type": "Recreate"},
            "serviceAccount": {"create": False, "name": place.service_account},
            "podSecurityContext": {"enabled": True, **POD_SECURITY},
            "containerSecurityContext": {"enabled": True, **CONTAINER_SECURITY},
            "resources": RESOURCES,
            # /healthcheck on 8732 for both probes is the chart's default; the tables of a first start take
            # longer than its 15 s + 6 × 15 s.
            "livenessProbe": {"initialDelaySeconds": 120},
            "additionalEnv": [
                _variable(DATABASE_PASSWORD, wanted, place),
                *(environment(dict.fromkeys(trust.OF_PYTHON, trust.PATH), {}) if place.trust else ()),
            ],
            "database": {"url": database_url(wanted.database, wanted.login.username)},
            "kafka": _kafka(wanted, place),
            **_cloud(wanted.security),
            "volumes": [
                *([_volume(files, place)] if files else []),
                *([] if place.trust is None else [trust.volume(place.trust)]),
            ],
            "volumeMounts": [
                *([{"name": "files", "mountPath": FILES, "readOnly": True}] if files else []),
                *([] if place.trust is None else [trust.MOUNT]),
            ],
        },
    }


def database_url(database: Postgres, role: str) -> Output[str]:
    """A URL of SQLAlchemy's; what stands behind `?` goes to libpq as it is."""
    query = f"sslmode={database.tls}"
    if database.ca is not None:
        query += f"&sslrootcert={FILES}/{DATABASE_CA}"
    return Output.concat(
        f"postgresql://{quote(role, safe='')}:$({DATABASE_PASSWORD})@",
        database.host,
        f":{database.port}/{database.database}?{query}",
    )


def _kafka(wanted: Analytics, place: Place) -> Block:
    topics, security = wanted.events.topics, wanted.security
    block: dict[str, Document] = {
        "brokerAddress": wanted.events.bootstrap,
        "topic": topics.events,
        "dlqTopic": topics.analytics_dead_letter,
        "consumerId": topics.analytics_group,
        "enableAwsMskIam": isinstance(security, AwsIam),
    }
    if KAFKA_CA in analytics_files(wanted):
        block["sslCaLocation"] = f"{FILES}/{KAFKA_CA}"
    elif place.trust is not None and not isinstance(security, Plaintext):
        # librdkafka reads no variable (docs/rasa-pro.md, Authorities).
        block["sslCaLocation"] = trust.PATH
    match security:
        case SaslTls():
            at = _at(KAFKA_PASSWORD, wanted, place)
            return {
                **block,
                "securityProtocol": "SASL_SSL",
                "saslMechanism": security.mechanism,
                "saslUsername": security.username,
                "saslPassword": {"secretName": at.name, "secretKey": at.key},
            }
        case AwsIam():
            return {**block, "securityProtocol": "SASL_SSL", "saslMechanism": "OAUTHBEARER"}
        case MutualTls():
            return {
                **block,
                "securityProtocol": "SSL",
                "sslCertFileLocation": f"{FILES}/{CERTIFICATE}",
                "sslKeyFileLocation": f"{FILES}/{KEY}",
            }
        case Plaintext():
            return {**block, "securityProtocol": "PLAINTEXT"}
        case _:
            assert_never(security)


def _cloud(security: KafkaSecurity) -> Block:
    if not isinstance(security, AwsIam):
        return {}
    return {"useCloudProviderIam": {"enabled": True, "provider": "aws", "region": security.region}}


def _has_identity(wanted: Analytics) -> bool:
    return isinstance(wanted.security, AwsIam)


def _variable(name: str, wanted: Analytics, place: Place) -> Block:
    at = _at(name, wanted, place)
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": at.name, "key": at.key}}}


def _at(name: str, wanted: Analytics, place: Place) -> SecretRef:
    value = analytics_secrets(wanted)[name]
    if isinstance(value, SecretRef):
        return value
    return SecretRef(name=place.secrets or "", key=name)


def _volume(files: Mapping[str, FileContent], place: Place) -> Block:
    own: list[Block] = [] if place.files is None else [{"secret": {"name": place.files}}]
    other: list[Block] = [
        {"secret": {"name": at.name, "items": [{"key": at.key, "path": file}]}}
        for file, at in references(files).items()
    ]
    return {"name": "files", "projected": {"sources": [*own, *other]}}
