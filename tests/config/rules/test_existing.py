"""Dependencies that exist: each mistake in describing one is one message that says what is accepted."""

from __future__ import annotations

from typing import Any

import pytest

from components.config.load import parse
from components.config.settings import Settings
from components.contract.errors import ConfigurationError
from tests.config.blocks import (
    CA,
    CLUSTER,
    EVENT_BROKERS,
    KUBECONFIG,
    LOCK_STORES,
    MODEL_STORAGES,
    NLG_SERVER,
    TRACKER_STORES,
    VAULT,
    existing_stack,
)

SECRET_KEYS = frozenset(
    {
        "license",
        "cluster",
        "modelStorage",
        "lockStore",
        "trackerStore",
        "eventBroker",
        "secretsManager",
        "nlgServer",
    }
)


def parsed(**changes: object) -> Settings:
    return parse({**existing_stack(), **changes}, secret_keys=SECRET_KEYS, stack="existing")


def problems(**changes: object) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as refused:
        parsed(**changes)
    return refused.value.problems


REDIS, POSTGRES, MONGO = LOCK_STORES["standard"], TRACKER_STORES["postgres"], TRACKER_STORES["mongodb"]
KAFKA, RABBIT = EVENT_BROKERS["sasl"], EVENT_BROKERS["rabbitmq"]
PLAINTEXT = {**KAFKA, "security": {"type": "plaintext"}}
NETWORK = {
    "clusterName": "eks",
    "id": "vpc-0123456789abcdef0",
    "subnets": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    "clients": "sg-0123456789abcdef0",
}
ON_AWS: dict[str, Any] = {
    "cloud": "aws",
    "region": "eu-central-1",
    "account": "123456789012",
    "lockStore": {},
}
BESIDE = {**ON_AWS, "cluster": {**CLUSTER, "network": NETWORK}}


def without(block: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in block.items() if name != key}


def beside(**network: object) -> dict[str, Any]:
    return {**ON_AWS, "cluster": {**CLUSTER, "network": {**NETWORK, **network}}}


MISTAKES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no address": ({"lockStore": without(REDIS, "host")}, ["rasa:lockStore.host is missing"]),
    "no kubeconfig": (
        {"cluster": without(CLUSTER, "kubeconfig")},
        ["rasa:cluster.kubeconfig is missing", "config set --secret --path 'rasa:cluster.kubeconfig'"],
    ),
    "no password": (
        {"trackerStore": without(MONGO, "password")},
        ["rasa:trackerStore.password is missing", "--secret"],
    ),
    "address without port": (
        {"eventBroker": {**KAFKA, "bootstrap": "kafka.example.com"}},
        ["rasa:eventBroker.bootstrap[0]", "'kafka.example.com' has no port", "host:port"],
    ),
    "one address of two without port": (
        {"eventBroker": {**KAFKA, "bootstrap": "a.example:9093,b.example"}},
        ["rasa:eventBroker.bootstrap[1]", "'b.example' has no port"],
    ),
    "node without port": (
        {"lockStore": {**LOCK_STORES["cluster"], "nodes": ["redis-0"]}},
        ["rasa:lockStore.nodes[0]", "'redis-0' has no port"],
    ),
    "port out of range": ({"lockStore": {**REDIS, "port": 70000}}, ["rasa:lockStore.port", "65535"]),
    "address with a scheme": (
        {"eventBroker": {**KAFKA, "bootstrap": "https://kafka:9093"}},
        ["rasa:eventBroker.bootstrap[0]", "no scheme"],
    ),
    "verification without authority": (
        {"trackerStore": without(POSTGRES, "ca")},
        ["rasa:trackerStore:", "verify-full needs ca", "require"],
    ),
    "authority that is a path": (
        {"trackerStore": {**POSTGRES, "ca": "/etc/ssl/ca.pem"}},
        ["rasa:trackerStore.ca", "is no PEM", "BEGIN CERTIFICATE"],
    ),
    "no login": ({"trackerStore": without(POSTGRES, "password")}, ["password or awsIamRegion", "neither"]),
    "two logins": (
        {"trackerStore": {**POSTGRES, "awsIamRegion": "eu-west-1"}},
        ["password or awsIamRegion", "both"],
    ),
    "two addresses": (
        {"trackerStore": {**MONGO, "srvHost": "x.mongodb.net"}},
        ["rasa:trackerStore:", "hosts or srvHost", "both"],
    ),
    "kubeconfig that does not parse": (
        {"cluster": {**CLUSTER, "kubeconfig": "clusters: ["}},
        ["rasa:cluster.kubeconfig does not parse", "line 1"],
    ),
    "kubeconfig that is a path": (
        {"cluster": {**CLUSTER, "kubeconfig": "~/.kube/config"}},
        ["kubeconfig is no kubeconfig", "path"],
    ),
    "kubeconfig without current context": (
        {"cluster": {**CLUSTER, "kubeconfig": KUBECONFIG.replace("current-context: company", "")}},
        ["names no current context", "cluster.context", "company"],
    ),
    "unknown context": (
        {"cluster": {**CLUSTER, "context": "staging"}},
        ["has no context 'staging'", "it has: company"],
    ),
    "context without its user": (
        {"cluster": {**CLUSTER, "kubeconfig": KUBECONFIG.replace("user: ci", "user: nobody")}},
        ["whose user is not among its users"],
    ),
    "secret reference without key": (
        {"lockStore": {**REDIS, "password": {"secretName": "redis"}}},
        ["rasa:lockStore.password.key is missing"],
    ),
    "secret reference without name": (
        {"lockStore": {**REDIS, "password": {"key": "password"}}},
        ["rasa:lockStore.password.secretName is missing"],
    ),
    "secret reference into a namespace that we make": (
        {"cluster": {**CLUSTER, "hasNamespace": False}},
        ["rasa:nlgServer.token names the Secret 'nlg'", "rasa:cluster.hasNamespace"],
    ),
    "volume in a namespace that we make": (
        {"cluster": {**CLUSTER, "hasNamespace": False}, "modelStorage": MODEL_STORAGES["volume"]},
        ["rasa:modelStorage.claim", "PersistentVolumeClaim 'models'"],
    ),
    "key in a Vault that is not there": (
        {"secretsManager": {}, "trackerStore": {**POSTGRES, "password": {"vaultKey": "db"}}},
        ["rasa:trackerStore.password.vaultKey", "rasa:secretsManager is none"],
    ),
    "key in Vault where Rasa looks for none": (
        {"lockStore": {**REDIS, "password": {"vaultKey": "redis"}}},
        ["rasa:lockStore.password.vaultKey is not a known key", "secretName"],
    ),
    "a role to make whose password is in Vault": (
        {
            "trackerStore": {
                **POSTGRES,
                "password": {"vaultKey": "db"},
                "administrator": {"username": "postgres", "password": "x"},
            }
        },
        ["rasa:trackerStore:", "administrator", "Vault"],
    ),
    "plaintext Kafka": ({"eventBroker": PLAINTEXT}, ["rasa:eventBroker.security.type is plaintext", "sasl"]),
    "plaintext RabbitMQ": ({"eventBroker": {**RABBIT, "tls": False}}, ["rasa:eventBroker.tls is false"]),
    "plaintext Redis": (
        {"lockStore": {**REDIS, "tls": False}},
        ["rasa:lockStore.tls is false", "production"],
    ),
    "plaintext PostgreSQL": (
        {"trackerStore": {**POSTGRES, "tls": "disable"}},
        ["rasa:trackerStore.tls is disable", "verify-full"],
    ),
    "plaintext MongoDB": ({"trackerStore": {**MONGO, "tls": False}}, ["rasa:trackerStore.tls is false"]),
    "plaintext S3": (
        {"modelStorage": {**MODEL_STORAGES["s3-compatible"], "endpoint": "http://s3.example"}},
        ["rasa:modelStorage.endpoint", "https://"],
    ),
    "plaintext NLG": ({"nlgServer": {**NLG_SERVER, "url": "http://nlg.example/nlg"}}, ["rasa:nlgServer.url"]),
    "plaintext Vault": (
        {"secretsManager": {**VAULT, "address": "http://v:8200"}},
        ["rasa:secretsManager.address"],
    ),
    "plaintext cluster": (
        {"cluster": {**CLUSTER, "kubeconfig": KUBECONFIG.replace("https:", "http:")}},
        ["rasa:cluster.kubeconfig", "not encrypted"],
    ),
    "missing kind": (
        {"modelStorage": {"from": "existing"}},
        ["rasa:modelStorage.kind is missing", "'s3'", "'volume'"],
    ),
    "unknown kind": (
        {"eventBroker": {"from": "existing", "kind": "nats"}},
        ["rasa:eventBroker.kind is 'nats'", "'kafka', 'rabbitmq'"],
    ),
    "key of another kind": (
        {"trackerStore": {**TRACKER_STORES["dynamodb"], "host": "x"}},
        ["rasa:trackerStore.host is not a known key", "from, kind, region, table"],
    ),
    "unknown mechanism": (
        {"eventBroker": {**KAFKA, "security": {**KAFKA["security"], "mechanism": "GSSAPI"}}},
        ["rasa:eventBroker.security.mechanism", "'GSSAPI'", "'PLAIN'"],
    ),
    "managed without a cloud": (
        {"lockStore": {}},
        ["lockStore from managed is not supported on cloud none", "existing"],
    ),
    "managed cluster without a cloud": ({"cluster": {}}, ["cluster from managed", "Use existing instead"]),
    "no AWS region": ({"trackerStore": TRACKER_STORES["dynamodb"]}, ["rasa:trackerStore.region is missing"]),
    "unknown flavor": (
        {"cluster": {**CLUSTER, "flavor": "rancher"}},
        ["rasa:cluster.flavor is 'rancher'", "'kubernetes' or 'openshift'"],
    ),
    "managed beside a cluster that is nowhere": (ON_AWS, ["rasa:cluster.network is missing", "clusterName"]),
    "no account": ({**BESIDE, "account": ""}, ["rasa:account is missing"]),
    "id of something else": (
        beside(clients="vpc-0123456789abcdef0"),
        ["rasa:cluster.network.clients", "sg-"],
    ),
    "too few subnets": (
        {**beside(), "lockStore": {"profile": "production"}},
        ["rasa:cluster.network.subnets names 2", "needs 3"],
    ),
}


@pytest.mark.parametrize(("changes", "words"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_one_message(changes: dict[str, Any], words: list[str]) -> None:
    profile = {} if "subnets" in " ".join(words) else {"profile": "production"}
    found = problems(**{**profile, **changes})
    matching = [problem for problem in found if all(word in problem for word in words)]
    assert len(matching) == 1, found


def test_kubeconfig_is_never_shown() -> None:
    broken = KUBECONFIG.replace("users: [", "users: {")
    for problem in problems(cluster={**CLUSTER, "kubeconfig": broken}):
        assert "planted" not in problem


def test_plaintext_is_for_development() -> None:
    assert parsed(profile="dev", eventBroker=PLAINTEXT).profile == "dev"


def test_plain_http_between_pods_of_the_cluster_is_usual() -> None:
    inside = {**NLG_SERVER, "url": "http://nlg.company.svc:8080/nlg"}
    assert parsed(profile="production", nlgServer=inside)


@pytest.mark.parametrize("store", TRACKER_STORES.values(), ids=TRACKER_STORES)
@pytest.mark.parametrize("profile", ["dev", "production"])
def test_every_kind_is_accepted(store: dict[str, Any], profile: str) -> None:
    assert parsed(profile=profile, region="eu-central-1", trackerStore=store)


def test_an_authority_may_be_text_or_a_reference() -> None:
    for ca in (CA, {"secretName": "postgres", "key": "ca.crt"}):
        assert parsed(trackerStore={**POSTGRES, "ca": ca})
