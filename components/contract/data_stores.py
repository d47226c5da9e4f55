"""Which resources hold data, or keep what others hold, and what is lost with each."""

from __future__ import annotations

import re
from collections.abc import Mapping

CONVERSATIONS = "conversations"
EVENTS = "events not yet read by their consumers"
TIMERS = "locks, and the timers of running conversations"
MODELS = "trained models"
KEYS = "a key: what was encrypted with it cannot be read again"
RECOVERY = "secrets, such as the recovery keys of Vault"
VOLUMES = "every volume of what runs in it"
LOCK = "the lock that keeps Azure from deleting a data store"

DATA_STORES: Mapping[str, str] = {
    "aws:docdb/cluster:Cluster": CONVERSATIONS,
    "aws:dynamodb/table:Table": CONVERSATIONS,
    "aws:rds/instance:Instance": CONVERSATIONS,
    "aws:elasticache/replicationGroup:ReplicationGroup": TIMERS,
    "aws:msk/cluster:Cluster": EVENTS,
    "aws:msk/topic:Topic": EVENTS,
    "aws:s3/bucket:Bucket": MODELS,
    "aws:s3/bucketObjectv2:BucketObjectv2": MODELS,
    "aws:kms/key:Key": KEYS,
    "aws:secretsmanager/secret:Secret": RECOVERY,
    "aws:eks/cluster:Cluster": VOLUMES,
    "azure-native:authorization:ManagementLockByScope": LOCK,
    "azure-native:containerservice:ManagedCluster": VOLUMES,
    "azure-native:dbforpostgresql:Database": CONVERSATIONS,
    "azure-native:dbforpostgresql:Server": CONVERSATIONS,
    "azure-native:documentdb:MongoCluster": CONVERSATIONS,
    "azure-native:mongocluster:MongoCluster": CONVERSATIONS,
    "azure-native:eventhub:EventHub": EVENTS,
    "azure-native:eventhub:Namespace": EVENTS,
    "azure-native:keyvault:Key": KEYS,
    "azure-native:keyvault:Vault": KEYS,
    "azure-native:redisenterprise:Database": TIMERS,
    "azure-native:redisenterprise:RedisEnterprise": TIMERS,
    "azure-native:resources:ResourceGroup": "everything in it",
    "azure-native:storage:Blob": MODELS,
    "azure-native:storage:BlobContainer": MODELS,
    "azure-native:storage:StorageAccount": MODELS,
    "gcp:container/cluster:Cluster": VOLUMES,
    "gcp:kms/cryptoKey:CryptoKey": KEYS,
    "gcp:kms/keyRing:KeyRing": KEYS,
    "gcp:managedkafka/cluster:Cluster": EVENTS,
    "gcp:managedkafka/topic:Topic": EVENTS,
    "gcp:memorystore/instance:Instance": TIMERS,
    "gcp:redis/instance:Instance": TIMERS,
    "gcp:secretmanager/secret:Secret": RECOVERY,
    "gcp:sql/database:Database": CONVERSATIONS,
    "gcp:sql/databaseInstance:DatabaseInstance": CONVERSATIONS,
    "gcp:storage/bucket:Bucket": MODELS,
    "gcp:storage/bucketObject:BucketObject": MODELS,
    "kubernetes:apps/v1:StatefulSet": VOLUMES,
    "kubernetes:core/v1:Namespace": VOLUMES,
    "kubernetes:core/v1:PersistentVolumeClaim": "the volume",
    "kubernetes:kafka.strimzi.io/v1:Kafka": EVENTS,
    "kubernetes:kafka.strimzi.io/v1:KafkaNodePool": EVENTS,
    "kubernetes:kafka.strimzi.io/v1:KafkaTopic": EVENTS,
    "kubernetes:postgresql.cnpg.io/v1:Cluster": CONVERSATIONS,
}
"""Type → what is lost with it. Every other type that a stack makes is in tests/policy/holds_no_data.yaml."""

RELEASE = "kubernetes:helm.sh/v3:Release"
CHARTS: Mapping[str, str] = {"vault": RECOVERY}
"""Chart of a Release → what is lost with it; the operators' charts leave their definitions behind."""

GO_WITH_PROTECTION = frozenset({"azure-native:authorization:ManagementLockByScope"})
"""What `rasa:deletionProtection: false` takes away itself: the engine's protection would forbid just that."""

OBJECTS = frozenset(
    {
        "aws:s3/bucketObjectv2:BucketObjectv2",
        "azure-native:storage:Blob",
        "gcp:storage/bucketObject:BucketObject",
    }
)
"""Each is a model in a store: where another takes its place in the stack, it stays in the store."""

_API_VERSION = re.compile(r"^(azure-native:\w+)/v\d+\w*:")


def content(type_: str, inputs: Mapping[str, object] | None = None) -> str | None:
    """What a resource of this type holds; None if it holds no data."""
    if type_ == RELEASE:
        # In a mirror it is the last part of a longer name.
        return CHARTS.get(str((inputs or {}).get("chart")).rpartition("/")[2])
    return DATA_STORES.get(_API_VERSION.sub(r"\1:", type_))
