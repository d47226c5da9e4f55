"""What a block of the stack file becomes: one connection, with its secrets where they lie."""

from __future__ import annotations

import pytest
from pulumi import Output

from components.config.load import parse
from components.config.settings import Settings
from components.contract import connections as c
from components.contract.secrets import (
    CertificateLogin,
    ClientCertificate,
    CloudIdentityLogin,
    PasswordLogin,
    SecretRef,
    SecretValue,
    VaultLogin,
)
from components.stack.platform import Platform, build_platform
from tests.config import blocks
from tests.recorder import Recording, is_secret, record, value_of


def settings(**changes: object) -> Settings:
    raw = {**blocks.existing_stack(), "region": "eu-west-1", **changes}
    return parse(raw, secret_keys=frozenset(raw), stack="existing")


ALWAYS = {
    "pulumi:providers:kubernetes",
    "pulumi:providers:random",
    "rasa:kubernetes:ClusterAccess",
}
"""What nobody sees of a stack in which all exists."""


def platform(**changes: object) -> Platform:
    recording: Recording[Platform] = record(lambda: build_platform(settings(**changes), {}, stack="test"))
    made = {resource.type for resource in recording.resources}
    assert made == ALWAYS, "the rest exists"
    return recording.result


def plain(value: SecretValue) -> str:
    assert isinstance(value, Output)
    return value_of(value)


def test_redis_of_every_mode() -> None:
    alone = platform().lock_store
    assert (plain(alone.host), alone.port, alone.tls, alone.mode) == ("redis.example", 6380, True, "standard")
    assert isinstance(alone.login, PasswordLogin)
    assert isinstance(alone.login.password, Output)
    assert is_secret(alone.login.password)
    cluster = platform(lockStore=blocks.LOCK_STORES["cluster"]).lock_store
    assert cluster.endpoints == ("redis-0.example:6379", "redis-1.example:6379")
    sentinel = platform(lockStore=blocks.LOCK_STORES["sentinel"]).lock_store
    assert (sentinel.mode, sentinel.sentinel_service) == ("sentinel", "m")
    assert sentinel.endpoints == ("s-0.example:26379", "s-1.example:26379")


def test_a_secret_that_exists_is_a_reference() -> None:
    store = platform(trackerStore=blocks.TRACKER_STORES["postgres-admin"]).tracker_store
    assert isinstance(store, c.Postgres)
    assert isinstance(store.login, PasswordLogin)
    assert store.login.password == SecretRef(name="postgres", key="password")
    assert store.ca == SecretRef(name="postgres", key="ca.crt")
    assert isinstance(store.admin, PasswordLogin)


def test_a_password_in_vault_is_named_and_not_known() -> None:
    found = platform(trackerStore=blocks.TRACKER_STORES["postgres-vault"])
    assert isinstance(found.tracker_store, c.Postgres)
    assert found.tracker_store.login == VaultLogin(username="rasa", key="db")
    assert found.secrets_manager is not None
    assert plain(found.secrets_manager.address) == "https://vault.example:8200"


def test_a_client_certificate_in_place_of_a_password_and_beside_one() -> None:
    block = blocks.TRACKER_STORES["postgres-certificate"]
    alone = platform(trackerStore=block).tracker_store
    assert isinstance(alone, c.Postgres)
    assert alone.login == CertificateLogin(username="rasa")
    assert alone.client is not None
    both = platform(trackerStore={**block, "password": "planted-postgres"}).tracker_store
    assert isinstance(both, c.Postgres)
    assert isinstance(both.login, PasswordLogin)
    referred = {key: {"secretName": "client", "key": f"tls.{key[:3]}"} for key in ("certificate", "key")}
    by_name = platform(trackerStore={**block, "clientCertificate": referred}).tracker_store
    assert isinstance(by_name, c.Postgres)
    assert by_name.client == ClientCertificate(
        certificate=SecretRef(name="client", key="tls.cer"), key=SecretRef(name="client", key="tls.key")
    )


def test_rds_by_identity() -> None:
    block = {"from": "existing", "host": "db.rds", "awsIamRegion": "eu-west-1", "ca": blocks.CA}
    store = platform(trackerStore=block).tracker_store
    assert isinstance(store, c.Postgres)
    assert store.login == CloudIdentityLogin(username="rasa", provider="aws", region="eu-west-1")


@pytest.mark.parametrize("kind", ["standard", "cluster"])
def test_elasticache_by_identity(kind: str) -> None:
    block = {key: value for key, value in blocks.LOCK_STORES[kind].items() if key != "password"}
    login = {"username": "rasa", "awsIam": {"replicationGroup": "locks", "region": "eu-west-1"}}
    store = platform(lockStore={**block, **login}).lock_store
    assert isinstance(store.login, CloudIdentityLogin)
    assert (store.login.username, store.login.region) == ("rasa", "eu-west-1")
    assert store.login.server is not None
    assert plain(store.login.server) == "locks"


def test_mongodb_by_members_and_by_name() -> None:
    members = platform(trackerStore=blocks.TRACKER_STORES["mongodb"]).tracker_store
    named = platform(trackerStore=blocks.TRACKER_STORES["mongodb-srv"]).tracker_store
    assert isinstance(members, c.MongoDb)
    assert isinstance(named, c.MongoDb)
    assert (plain(members.hosts), members.srv) == ("m-0.example:27017,m-1.example:27017", False)
    assert (plain(named.hosts), named.srv) == ("x.mongodb.net", True)


def test_regions_are_the_stacks_unless_said() -> None:
    store = platform(trackerStore=blocks.TRACKER_STORES["dynamodb"]).tracker_store
    assert isinstance(store, c.DynamoDb)
    assert store.region == "eu-west-1"
    models = platform(modelStorage=blocks.MODEL_STORAGES["s3"]).model_storage
    assert isinstance(models, c.S3)
    assert models.region == "eu-central-1"


SECURITIES = {
    "sasl": c.SaslTls,
    "mutual-tls": c.MutualTls,
    "aws-iam": c.AwsIam,
    "plaintext": c.Plaintext,
}


@pytest.mark.parametrize("name", SECURITIES)
def test_kafka_of_every_login(name: str) -> None:
    broker = platform(eventBroker=blocks.EVENT_BROKERS[name], topics={"events": "ours"}).event_broker
    assert isinstance(broker, c.Kafka)
    assert isinstance(broker.security, SECURITIES[name])
    assert plain(broker.bootstrap) == "b-0.example:9093,b-1.example:9093"
    assert broker.topics.events == "ours"


def test_rabbitmq() -> None:
    broker = platform(eventBroker=blocks.EVENT_BROKERS["rabbitmq"]).event_broker
    assert isinstance(broker, c.RabbitMq)
    assert (plain(broker.host), broker.port, broker.tls) == ("rabbit.example", 5671, True)


MODELS = {
    "s3-compatible": c.S3,
    "gcs": c.Gcs,
    "azure-blob": c.AzureBlob,
    "model-server": c.ModelServer,
    "volume": c.Volume,
}


@pytest.mark.parametrize("name", MODELS)
def test_models_of_every_kind(name: str) -> None:
    assert isinstance(platform(modelStorage=blocks.MODEL_STORAGES[name]).model_storage, MODELS[name])


def test_the_cluster_keeps_what_is_its_owners() -> None:
    marks = {"annotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/rasa"}}
    cluster = platform(cluster={**blocks.CLUSTER, "serviceAccount": marks}).access.cluster
    assert is_secret(cluster.kubeconfig)
    assert (cluster.shared, cluster.has_namespace, cluster.rasa.service_account) == (True, True, "rasa")
    assert plain(cluster.rasa.annotations["eks.amazonaws.com/role-arn"]) == "arn:aws:iam::1:role/rasa"


def test_a_context_may_be_chosen() -> None:
    more = blocks.KUBECONFIG.replace(
        "contexts: [", "contexts: [{name: other, context: {cluster: company, user: ci}}, "
    )
    block = {**blocks.CLUSTER, "kubeconfig": more, "context": "other"}
    assert '"current-context": "other"' in plain(platform(cluster=block).access.cluster.kubeconfig)
