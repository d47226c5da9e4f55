"""Other servers than the size words stand for (docs/own-rules.md): copy this file to stacks/transforms.py.

Each row takes effect on a stack that is up without a replacement. Rows of clouds that a stack does not use
are asked about nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from pulumi import ResourceTransformArgs, ResourceTransformResult

Properties = Mapping[str, Any]
SERVERS: Mapping[str, Properties] = {
    "aws:rds/instance:Instance": {
        "instanceClass": "db.r7g.2xlarge",
        "maxAllocatedStorage": 4000,
        "backupRetentionPeriod": 35,
        "maintenanceWindow": "sat:22:00-sat:23:00",
    },
    "aws:elasticache/replicationGroup:ReplicationGroup": {
        "nodeType": "cache.r7g.large",
        "snapshotRetentionLimit": 14,
        "maintenanceWindow": "sat:22:00-sat:23:00",
    },
    "aws:msk/cluster:Cluster": {"brokerNodeGroupInfo": {"instanceType": "express.m7g.xlarge"}},
    "azure-native:dbforpostgresql:Server": {
        "sku": {"name": "Standard_D8ds_v5"},
        "backup": {"backupRetentionDays": 35},
        "maintenanceWindow": {"dayOfWeek": 6, "startHour": 22},
    },
    "azure-native:redisenterprise:RedisEnterprise": {"sku": {"name": "Balanced_B5"}},
    "azure-native:eventhub:Namespace": {"maximumThroughputUnits": 40},
    "gcp:sql/databaseInstance:DatabaseInstance": {
        "settings": {
            "tier": "db-custom-8-32768",
            "backupConfiguration": {"backupRetentionSettings": {"retainedBackups": 60}},
            "maintenanceWindow": {"day": 6, "hour": 22},
        }
    },
    "gcp:redis/instance:Instance": {"memorySizeGb": 16},
    "gcp:managedkafka/cluster:Cluster": {
        "capacityConfig": {"vcpuCount": "12", "memoryBytes": str(48 * 1024**3)}
    },
}
"""Type of a resource → the properties that it gets, as its provider's schema spells them."""


def other_servers(given: ResourceTransformArgs) -> ResourceTransformResult | None:
    """Lay a row of the table over what the stack's size stands for."""
    wanted = SERVERS.get(given.type_)
    if wanted is None:
        return None
    props = cast("Properties", given.props)
    return ResourceTransformResult(props=laid_over(props, wanted), opts=given.opts)


def laid_over(props: Properties, wanted: Properties) -> dict[str, Any]:
    """Property by property: what a nested row does not name stays."""
    nested = {key: cast("Properties", value) for key, value in wanted.items() if isinstance(value, Mapping)}
    both = {key: laid_over(props.get(key, {}), value) for key, value in nested.items()}
    return {**props, **wanted, **both}


TRANSFORMS = [other_servers]
