"""What a user may change in a stack file: one change of one key each, for any stack that can have it.

Each example is taken as it is: protected in production, and not in development.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from tests.config import blocks
from tests.config.pems import CERTIFICATE
from tests.stacks import stack_config
from tests.variants import KEYS, LOGINS

REGIONS = {"aws": "eu-west-1", "azure": "northeurope", "gcp": "europe-west4", "none": "eu-west-1"}
CLOUDS = {
    "aws": ("gcp", "europe-west3"),
    "azure": ("aws", "eu-central-1"),
    "gcp": ("azure", "westeurope"),
    "none": ("aws", "eu-central-1"),
}
ACCOUNTS = {
    "aws": "210987654321",
    "azure": "00000000-0000-4000-8000-0000000000ff",
    "gcp": "example-another-project",
    "none": "210987654321",
}
ZONES = {
    "aws": ["eu-central-1c", "eu-central-1a", "eu-central-1b"],
    "azure": ["3", "1", "2"],
    "gcp": ["europe-west3-c", "europe-west3-a", "europe-west3-b"],
}
"""The zones of the examples' regions, in another order."""
IMAGE = "registry.example/actions:1.0.0"
ANY: Mapping[str, object] = {
    "tags.cost-centre": "42",
    "namespace": "another",
    "network.cidr": "10.30.0.0/16",
    "network.servicesCidr": "172.21.0.0/16",
    "network.podsCidr": "10.245.0.0/16",
    "network.avoid": ["192.168.0.0/16"],
    "cluster.allowedCidrs": ["203.0.113.0/28"],
    "cluster.size": "large",
    "cluster.storageClass": "other",
    "cluster.hasNamespace": "!",
    "cluster.name": "another",
    "cluster.operators": ["cloudnative-pg", "strimzi"],
    "cluster.operatorsAlsoWatch": ["bots"],
    "cluster.context": "another",
    **{
        f"{store}.{key}": value
        for store in ("lockStore", "trackerStore", "eventBroker", "modelStorage")
        for key, value in (("size", "small"), ("profile", "!"), ("storageClass", "other"))
    },
    "trackerStore.kind": "!",
    "trackerStore.login": "!",
    "trackerStore.snapshotClass": "other",
    "trackerStore.schema": "assistant",
    "trackerStore.clientCertificate": {"certificate": CERTIFICATE, "key": "planted-client-key"},
    "lockStore.prefix": "another",
    "lockStore.size=large": "large",
    "trackerStore.size=large": "large",
    "eventBroker.size=large": "large",
    "lockStore=in-cluster": {"from": "in-cluster"},
    "trackerStore=in-cluster": {"from": "in-cluster"},
    "eventBroker=in-cluster": {"from": "in-cluster"},
    "lockStore=existing": blocks.LOCK_STORES["standard"],
    "trackerStore=existing": blocks.TRACKER_STORES["postgres"],
    "modelStorage=existing": blocks.MODEL_STORAGES["gcs"],
    "eventBroker=existing": blocks.EVENT_BROKERS["sasl"],
    "modelStorage=in-cluster": {"from": "in-cluster"},
    "modelStorage.accessUntil": "2028-01-01",
    "topics.events": "others",
    "topics.analyticsDeadLetter": "others",
    "topics.anonymized": ["rasa-events-anonymized"],
    "secretsManager=in-cluster": {"from": "in-cluster"},
    "secretsManager=none": {"from": "none"},
    "secretsManager.rotation": "2026-12",
    "secretsManager.profile": "!",
    "cluster.profile": "!",
    "cluster=managed": {"from": "managed", "allowedCidrs": ["203.0.113.0/28"]},
    "cluster=existing": blocks.CLUSTER,
    "actions": {"from": "in-cluster", "image": IMAGE},
    "actions=none": {"from": "none"},
    "duckling": {"from": "in-cluster"},
    "duckling=none": {"from": "none"},
    "analytics": {"from": "in-cluster"},
    "analytics=none": {"from": "none"},
    "tracing": {"from": "existing", "endpoint": "otel.example:4317"},
    "networkPolicies.egress": [{"ports": [8443]}],
    "networkPolicies.enabled": False,
    "ingress.idleSeconds": 1800,
    "ingress.host": "another.example.com",
    "ingress.alsoHosts": ["another.example.com"],
    "ingress.paths": ["/status-page"],
    "ingress.internal": "!",
    "ingress.affinity": "!",
    "alarms.target": "arn:aws:sns:eu-central-1:123456789012:on-call",
    "assistant.model": "assistant-9.9.9",
    "assistant.replicas": 3,
    "assistant.size": "large",
    "assistant.workers": 2,
    "assistant.cpu": "3",
    "assistant.memory": "12Gi",
    "assistant.variables": {"NO_PROXY": ".svc"},
    "assistant.logLevel": "warning",
    "assistant.cors": ["https://www.example.com"],
    "assistant.files": {"/etc/company/licence.txt": "LICENSE"},
    "assistant.files=secret": {"/etc/company/client.pem": {"content": "planted-secret-file"}},
    "assistant.api.token": "planted-api-token-0123456789abcdef",
    "assistant.caBundle": CERTIFICATE,
    "assistant.image.tag": "3.21.1-latest",
    "preflight.warnOnly": ["model"],
    "pods.labels": {"example.com/team": "bots"},
    "pods.nodeSelector": {"kubernetes.io/arch": "amd64"},
    "registry.mirror": "registry.example.com/mirror",
    "registry.pullSecret": LOGINS,
    "renewal": "2026-12",
    "license": "another-licence",
    "llmKeys.OPENAI_API_KEY": "another-key",
}
"""Path → another value; "!" stands for the other of two; a word after `=` tells changes of one key apart."""
OTHER = {
    "profile": ("dev", "production"),
    "kind": ("postgres", "mongodb"),
    "login": ("identity", "password"),
    "hasNamespace": (False, True),
    "internal": (False, True),
    "affinity": (True, False),
}
REMOVED = " (removed)"
PROTECTION = "rasa:deletionProtection"


@dataclass(frozen=True, slots=True)
class Change:
    """One edit of one stack file."""

    stack: str
    key: str
    before: Mapping[str, Any]
    """The config: values by key, objects not as text."""
    after: Mapping[str, Any]

    @property
    def protected(self) -> bool:
        """Whether the stack that runs is."""
        by_profile = str(self.before.get("rasa:profile") == "production")
        return str(self.before.get(PROTECTION, by_profile)).lower() == "true"


def changes(stack: str) -> Iterator[Change]:
    """Every change of this example."""
    before = {key: _value(value) for key, value in stack_config(stack).items()}
    cloud = str(before["rasa:cloud"])
    own: dict[str, object] = {
        "region": REGIONS[cloud],
        "account": ACCOUNTS[cloud],
        "profile": "!",
        "network.zones": ZONES.get(cloud, []),
        "encryptionKey": KEYS.get(cloud, KEYS["aws"]),
    }
    for key, value in {**own, **ANY}.items():
        after = _changed(before, key.partition("=")[0], value)
        if after != before:
            yield Change(stack, f"rasa:{key}", before, after)
    other, region = CLOUDS[cloud]
    yield Change(stack, "rasa:cloud", before, {**before, "rasa:cloud": other, "rasa:region": region})
    for key in before:
        if key != PROTECTION:
            left = {one: value for one, value in before.items() if one != key}
            yield Change(stack, f"{key}{REMOVED}", before, left)


def with_protection(change: Change) -> Change:
    """The same edit of the same stack, were it protected."""
    return replace(
        change,
        before={**change.before, PROTECTION: "true"},
        after={**change.after, PROTECTION: "true"},
    )


def and_lifted(change: Change) -> Change:
    """The same edit, which takes the protection away, too."""
    return replace(change, after={**change.after, PROTECTION: "false"})


def as_config(values: Mapping[str, Any]) -> dict[str, str]:
    """As the engine hands it to the program."""
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}


def _value(text: str) -> Any:
    return json.loads(text) if text.startswith(("{", "[")) else text


def _changed(before: Mapping[str, Any], path: str, value: object) -> dict[str, Any]:
    key, *rest = path.split(".")
    top = f"rasa:{key}"
    if not rest:
        return {**before, top: _other(key, before.get(top), value)}
    block = cast("dict[str, Any]", json.loads(json.dumps(before.get(top, {}))))
    here = block
    for part in rest[:-1]:
        here = here.setdefault(part, {})
    here[rest[-1]] = _other(rest[-1], here.get(rest[-1], before.get("rasa:profile")), value)
    return {**before, top: block}


def _other(key: str, now: object, value: object) -> object:
    if value != "!":
        return value
    first, second = OTHER[key]
    return first if now in {second, str(second)} else second
