"""What the clouds add to the inputs, and components read: a row per type, as needed, for the recorder."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

ACCOUNT, REGION = "123456789012", "eu-central-1"

Properties = Mapping[str, Any]


def _random_text(name: str, inputs: Properties) -> Properties:
    digits = hashlib.sha256(name.encode()).hexdigest() * 4
    return {"result": digits[: inputs["length"]]}


COMPUTED: Mapping[str, Callable[[str, Properties], Properties]] = {
    "aws:docdb/cluster:Cluster": lambda name, _: {
        "endpoint": f"{name}.cluster-x.{REGION}.docdb.amazonaws.com",
        "readerEndpoint": f"{name}.cluster-ro-x.{REGION}.docdb.amazonaws.com",
    },
    "aws:ec2/eip:Eip": lambda name, _: {"allocationId": f"eipalloc-{name}"},
    "aws:ec2/vpc:Vpc": lambda _name, _inputs: {"ownerId": ACCOUNT},
    "aws:eks/cluster:Cluster": lambda name, inputs: {
        "certificateAuthority": {"data": "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURQ=="},
        "endpoint": f"https://{name}.gr7.{REGION}.eks.amazonaws.com",
        "identities": [{"oidcs": [{"issuer": f"https://oidc.eks.{REGION}.amazonaws.com/id/1"}]}],
        "vpcConfig": {**inputs["vpcConfig"], "clusterSecurityGroupId": f"sg-{name}"},
    },
    "aws:elasticache/replicationGroup:ReplicationGroup": lambda name, inputs: {
        "memberClusters": [f"{name}-{n:03}" for n in range(1, 1 + inputs.get("numCacheClusters", 1))],
        "primaryEndpointAddress": f"master.{name}.x.euc1.cache.amazonaws.com",
    },
    "aws:kms/key:Key": lambda _name, _inputs: {"keyId": "1234abcd-12ab-34cd-56ef-1234567890ab"},
    "aws:msk/cluster:Cluster": lambda name, _: {
        "arn": f"arn:aws:kafka:{REGION}:{ACCOUNT}:cluster/{name}/uuid",
        # In the order in which AWS returns them: any.
        "bootstrapBrokersSaslIam": f"b-2.{name}:9098,b-3.{name}:9098,b-1.{name}:9098",
    },
    "aws:msk/configuration:Configuration": lambda _name, _inputs: {"latestRevision": 1},
    "aws:rds/instance:Instance": lambda name, _: {
        "address": f"{name}.x.{REGION}.rds.amazonaws.com",
        "masterUserSecrets": [{"secretArn": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:master"}],
        "resourceId": "db-RESOURCE",
    },
    "random:index/randomPassword:RandomPassword": _random_text,
    "random:index/randomString:RandomString": _random_text,
}

AUTONAMED: Mapping[str, str] = {
    "aws:elasticache/replicationGroup:ReplicationGroup": "replicationGroupId",
    "aws:msk/cluster:Cluster": "clusterName",
    "aws:rds/instance:Instance": "identifier",
    "aws:s3/bucket:Bucket": "bucket",
}
"""The property that the engine fills with a name, where it is not `name`."""
