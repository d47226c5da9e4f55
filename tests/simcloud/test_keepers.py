"""Objects of an operator neither precede it nor outlive it."""

from __future__ import annotations

import json

import pytest

from simcloud.errors import CloudError
from simcloud.wire import Properties
from tests.simcloud.tenant import Tenant

KUBECONFIG: Properties = {
    "kubeconfig": json.dumps(
        {
            "current-context": "c",
            "contexts": [{"name": "c", "context": {"cluster": "k"}}],
            "clusters": [{"name": "k", "cluster": {"server": "https://10.0.0.1:6443"}}],
        }
    )
}
RELEASE, CLUSTER = "kubernetes:helm.sh/v3:Release", "kubernetes:postgresql.cnpg.io/v1:Cluster"
KAFKA, TOPIC = "kubernetes:kafka.strimzi.io/v1:Kafka", "kubernetes:kafka.strimzi.io/v1:KafkaTopic"
STRIMZI = "oci://quay.io/strimzi-helm/strimzi-kafka-operator"


def release(chart: str) -> Properties:
    return {"chart": chart, "name": "operator", "namespace": "default"}


def custom(name: str, **labels: str) -> Properties:
    return {
        "metadata": {"name": name, "namespace": "default", "labels": dict(labels)},
        "spec": {"instances": 1},
    }


def test_an_object_needs_its_operator(tenant: Tenant) -> None:
    tenant.create(RELEASE, "other", release("some-chart"), KUBECONFIG)
    with pytest.raises(CloudError, match=r"no definition of this type: cloudnative-pg .* is not installed"):
        tenant.create(CLUSTER, "db", custom("db"), KUBECONFIG)


def test_an_operator_cannot_go_before_its_objects(tenant: Tenant) -> None:
    operator = tenant.create(RELEASE, "cnpg", release("cloudnative-pg"), KUBECONFIG)
    database = tenant.create(CLUSTER, "db", custom("db"), KUBECONFIG)
    with pytest.raises(CloudError, match=r"DependencyViolation: .*it is used by kubernetes:postgresql"):
        tenant.account.remove(operator)
    tenant.account.remove(database)
    tenant.account.remove(operator)
    assert not tenant.account.records


def test_an_operator_that_the_config_names_is_there_already(tenant: Tenant) -> None:
    tenant.account.outside = frozenset({"cloudnative-pg"})
    tenant.create(CLUSTER, "db", custom("db"), KUBECONFIG)


def test_a_topic_belongs_to_a_kafka_and_goes_first(tenant: Tenant) -> None:
    tenant.create(RELEASE, "strimzi", release(STRIMZI), KUBECONFIG)
    labels = {"strimzi.io/cluster": "kafka"}
    with pytest.raises(CloudError, match="names no existing"):
        tenant.create(TOPIC, "events", custom("events", **labels), KUBECONFIG)
    kafka = tenant.create(KAFKA, "kafka", custom("kafka"), KUBECONFIG)
    topic = tenant.create(TOPIC, "events", custom("events", **labels), KUBECONFIG)
    with pytest.raises(CloudError, match="DependencyViolation"):
        tenant.account.remove(kafka)
    tenant.account.remove(topic)
    tenant.account.remove(kafka)
