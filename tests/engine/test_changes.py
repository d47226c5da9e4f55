"""What changes when something changes: drift is found and mended, and growing up keeps the data."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.long import mostly_long
from tests.simulations import example
from tests.stacks import STACKS

pytestmark = pytest.mark.engine

WHOLE = [stack for stack in STACKS if stack.endswith("-dev") and "-mixed-" not in stack]
"""Of a mixed stack, what changes is what changes in these."""
DATA = {
    "aws:docdb/cluster:Cluster",
    "aws:dynamodb/table:Table",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:kms/key:Key",
    "aws:msk/cluster:Cluster",
    "aws:rds/instance:Instance",
    "aws:s3/bucket:Bucket",
    "azure-native:dbforpostgresql:Server",
    "azure-native:eventhub:EventHub",
    "azure-native:eventhub:Namespace",
    "azure-native:keyvault:Vault",
    "azure-native:mongocluster:MongoCluster",
    "azure-native:redisenterprise:Database",
    "azure-native:redisenterprise:RedisEnterprise",
    "azure-native:storage:BlobContainer",
    "azure-native:storage:StorageAccount",
    "gcp:kms/cryptoKey:CryptoKey",
    "gcp:managedkafka/cluster:Cluster",
    "gcp:managedkafka/topic:Topic",
    "gcp:redis/instance:Instance",
    "gcp:sql/databaseInstance:DatabaseInstance",
    "gcp:storage/bucket:Bucket",
    "kubernetes:apps/v1:StatefulSet",
    "kubernetes:core/v1:PersistentVolumeClaim",
    "kubernetes:kafka.strimzi.io/v1:Kafka",
    "kubernetes:kafka.strimzi.io/v1:KafkaNodePool",
    "kubernetes:kafka.strimzi.io/v1:KafkaTopic",
    "kubernetes:postgresql.cnpg.io/v1:Cluster",
}
"""Resources that hold data, or without which data cannot be read."""
REPLACED_WITH_A_REASON = {
    # Standard brokers cannot become Express ones; said in components/aws/event_broker.py and the README.
    "aws:msk/cluster:Cluster",
    # BASIC cannot become STANDARD_HA; said in components/gcp/lock_store.py: locks are taken anew.
    "gcp:redis/instance:Instance",
    # A volume for one node cannot become one for several; said in components/in_cluster/model_storage.py:
    # people copy models in, and have them.
    "kubernetes:core/v1:PersistentVolumeClaim",
}
ASKED_BY_PRODUCTION = {"local-dev": {"rasa:modelStorage": {"from": "in-cluster", "storageClass": "shared"}}}
"""What production wants to be told besides."""
DRIFT = {
    "local-dev": "apps/v1:StatefulSet:spec.replicas=2",
    "aws-dev": "rds/instance:Instance:backupRetentionPeriod=1",
    "azure-dev": "dbforpostgresql:Server:backup.backupRetentionDays=10",
    "gcp-dev": "sql/databaseInstance:DatabaseInstance:settings.availabilityType=REGIONAL",
}


@pytest.mark.parametrize("stack", mostly_long(DRIFT, now=["local-dev"]))
def test_drift_is_found_and_mended(stack: str, tmp_path: Path) -> None:
    simulation = example(stack, tmp_path / "state")
    assert simulation.up().success
    assert simulation.refresh().success, "what services fill in later is settled"
    found = simulation.refresh(drift=[DRIFT[stack]])
    assert [change.op for change in found.changed] == ["update"], found.changed
    mended = simulation.up()
    assert [change.type for change in mended.changed] == [found.changed[0].type]
    assert not simulation.up().changed


@pytest.mark.parametrize("stack", mostly_long(WHOLE, now=["aws-dev"]))
def test_from_dev_to_production_no_data_is_lost(stack: str, tmp_path: Path) -> None:
    simulation = example(stack, tmp_path / "state")
    assert simulation.up().success
    for key, value in {"rasa:profile": "production", **ASKED_BY_PRODUCTION.get(stack, {})}.items():
        simulation.set_config(key, value)
    grown = simulation.up()
    assert grown.success, grown.errors
    lost = {change.type for change in grown.changed if "replace" in change.op or change.op == "delete"}
    assert lost & DATA <= REPLACED_WITH_A_REASON
    if any(record.pending for record in simulation.account.records.values()):
        # What waits for the maintenance window shows until then.
        simulation.pass_time()
        assert simulation.refresh().success
    assert not simulation.up().changed
