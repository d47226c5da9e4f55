"""Blocks of the stack file for everything that can exist, with secrets that are easy to find again."""

from __future__ import annotations

from typing import Any

Block = dict[str, Any]

CA = "-----BEGIN CERTIFICATE-----\nMIIauthority\n-----END CERTIFICATE-----\n"
KUBECONFIG = """\
apiVersion: v1
kind: Config
clusters: [{name: company, cluster: {server: "https://kubernetes.example:6443"}}]
users: [{name: ci, user: {token: planted-token}}]
contexts: [{name: company, context: {cluster: company, user: ci}}]
current-context: company
"""
CLUSTER: Block = {"from": "existing", "kubeconfig": KUBECONFIG, "hasNamespace": True}


def existing(**keys: object) -> Block:
    return {"from": "existing", **keys}


MODEL_STORAGES: dict[str, Block] = {
    "s3": existing(kind="s3", bucket="models", region="eu-central-1"),
    "s3-compatible": existing(
        kind="s3",
        bucket="models",
        region="eu-central-1",
        endpoint="https://s3.example:9000",
        keys={"accessKeyId": "planted-id", "secretAccessKey": {"secretName": "s3", "key": "secret"}},
        ca=CA,
    ),
    "gcs": existing(kind="gcs", bucket="models"),
    "azure-blob": existing(
        kind="azure-blob", account="companymodels", container="models", credential="planted-sas"
    ),
    "model-server": existing(kind="model-server", url="https://models.example/newest", token="planted-model"),
    "volume": existing(kind="volume", claim="models"),
}
REDIS = existing(tls=True, username="rasa", password="planted-redis", ca=CA)
LOCK_STORES: dict[str, Block] = {
    "standard": {**REDIS, "host": "redis.example", "port": 6380},
    "cluster": {**REDIS, "mode": "cluster", "nodes": ["redis-0.example:6379", "redis-1.example:6379"]},
    "sentinel": {**REDIS, "mode": "sentinel", "nodes": "s-0.example:26379,s-1.example:26379", "service": "m"},
}
TRACKER_STORES: dict[str, Block] = {
    "postgres": existing(host="db.example", password="planted-postgres", ca=CA),
    "postgres-admin": existing(
        host="db.example",
        password={"secretName": "postgres", "key": "password"},
        ca={"secretName": "postgres", "key": "ca.crt"},
        administrator={"username": "postgres", "password": "planted-admin"},
    ),
    "postgres-vault": existing(host="db.example", password={"vaultKey": "db"}, ca=CA),
    "postgres-certificate": existing(
        host="db.example", clientCertificate={"certificate": CA, "key": "planted-client-key"}, ca=CA
    ),
    "mongodb": existing(
        kind="mongodb", hosts="m-0.example:27017,m-1.example:27017", username="rasa", password="planted-mongo"
    ),
    "mongodb-srv": existing(
        kind="mongodb", srvHost="x.mongodb.net", username="rasa", password={"vaultKey": "mongo"}
    ),
    "dynamodb": existing(kind="dynamodb", table="conversations"),
    "custom": existing(kind="custom", **{"class": "ours.Store"}, secrets={"dsn": "planted-dsn"}),
}


def kafka(**security: object) -> Block:
    return existing(bootstrap="b-0.example:9093,b-1.example:9093", security=security)


EVENT_BROKERS: dict[str, Block] = {
    "sasl": kafka(type="sasl", mechanism="SCRAM-SHA-512", username="rasa", password="planted-kafka", ca=CA),
    "mutual-tls": kafka(type="mutual-tls", certificate=CA, key="planted-key", ca=CA),
    "aws-iam": kafka(type="aws-iam", region="eu-central-1"),
    "plaintext": kafka(type="plaintext"),
    "rabbitmq": existing(
        kind="rabbitmq", host="rabbit.example", port=5671, username="rasa", password="planted-rabbit"
    ),
}
VAULT = existing(address="https://vault.example:8200", token="planted-vault")
NLG_SERVER = existing(url="https://nlg.example/nlg", token={"secretName": "nlg", "key": "token"})


def existing_stack() -> dict[str, Any]:
    """A stack without a cloud: the plainest block of each dependency."""
    return {
        "cloud": "none",
        "profile": "dev",
        "cluster": CLUSTER,
        "modelStorage": MODEL_STORAGES["gcs"],
        "lockStore": LOCK_STORES["standard"],
        "trackerStore": TRACKER_STORES["postgres"],
        "eventBroker": EVENT_BROKERS["sasl"],
        "secretsManager": VAULT,
        "nlgServer": NLG_SERVER,
        "assistant": {"model": "assistant-1.0.0"},
        "license": "planted-license",
    }
