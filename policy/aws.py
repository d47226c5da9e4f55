"""Policies for AWS: encryption, no public access, TLS, backups, protection, least privilege, alarms."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_network

from policy.stack import Policy, Resource, Stack, at, demand, present, unsure

HTTPS = 443
BUCKET = "aws:s3/bucket:Bucket"
STORES = {
    "aws:rds/instance:Instance": "AWS/RDS",
    "aws:docdb/cluster:Cluster": "AWS/DocDB",
    "aws:dynamodb/table:Table": "AWS/DynamoDB",
    "aws:elasticache/replicationGroup:ReplicationGroup": "AWS/ElastiCache",
    "aws:msk/cluster:Cluster": "AWS/Kafka",
    BUCKET: "AWS/S3",
}
"""Type → the namespace of its metrics."""


def storage_is_encrypted_with_our_key(stack: Stack) -> Iterator[str]:
    """Every store, log and secret is encrypted with a key that the stack owns."""
    for resource in stack.of("aws:rds/instance:Instance", "aws:docdb/cluster:Cluster"):
        yield from demand(resource, "storageEncrypted", wanted=True)
        yield from demand(resource, "kmsKeyId", present)
    for resource in stack.of("aws:elasticache/replicationGroup:ReplicationGroup"):
        yield from demand(resource, "atRestEncryptionEnabled", wanted=True)
        yield from demand(resource, "kmsKeyId", present)
    for resource in stack.of("aws:msk/cluster:Cluster"):
        yield from demand(resource, "encryptionInfo.encryptionAtRestKmsKeyArn", present)
    for resource in stack.of("aws:dynamodb/table:Table"):
        yield from demand(resource, "serverSideEncryption.kmsKeyArn", present)
    for resource in stack.of("aws:cloudwatch/logGroup:LogGroup", "aws:secretsmanager/secret:Secret"):
        yield from demand(resource, "kmsKeyId", present)
    for resource in stack.of("aws:eks/cluster:Cluster"):
        yield from demand(resource, "encryptionConfig.provider.keyArn", present)
    for resource in stack.of("aws:kms/key:Key"):
        yield from demand(resource, "enableKeyRotation", wanted=True)


def buckets_are_private_versioned_and_encrypted(stack: Stack) -> Iterator[str]:
    """Each bucket has its companions: S3 keeps these settings in resources of their own."""
    for bucket in stack.of(BUCKET):
        for type_, demands in _BUCKET_COMPANIONS.items():
            found = [companion for companion in stack.of(type_) if _belongs(companion, bucket)]
            if not found:
                yield f"{bucket.type} {bucket.name}: has no {type_}"
            for companion in found:
                for path, wanted in demands.items():
                    yield from demand(companion, path, wanted)
        if stack.production:
            yield from demand(bucket, "forceDestroy", wanted=False)


def traffic_is_encrypted(stack: Stack) -> Iterator[str]:
    """TLS is required, not offered."""
    for resource in stack.of("aws:elasticache/replicationGroup:ReplicationGroup"):
        yield from demand(resource, "transitEncryptionEnabled", wanted=True)
        yield from demand(resource, "transitEncryptionMode", wanted="required")
    for resource in stack.of("aws:msk/cluster:Cluster"):
        yield from demand(resource, "encryptionInfo.encryptionInTransit.clientBroker", wanted="TLS")
        yield from demand(resource, "encryptionInfo.encryptionInTransit.inCluster", wanted=True)
        yield from demand(resource, "clientAuthentication.unauthenticated", wanted=False)
    for resource in stack.of("aws:rds/parameterGroup:ParameterGroup"):
        known = not unsure(resource.inputs.get("parameters"))
        if known and {"name": "rds.force_ssl", "value": "1"} not in _parameters(resource):
            yield f"{resource.type} {resource.name}: rds.force_ssl is not 1"
    for resource in stack.of("aws:docdb/clusterParameterGroup:ClusterParameterGroup"):
        tls = [p["value"] for p in _parameters(resource) if p["name"] == "tls"]
        if not unsure(resource.inputs.get("parameters")) and (not tls or tls[0] == "disabled"):
            yield f"{resource.type} {resource.name}: tls is not enabled"


def nothing_is_public(stack: Stack) -> Iterator[str]:
    """No address of a store, no open security group, no open Kubernetes API."""
    for resource in stack.of("aws:rds/instance:Instance"):
        yield from demand(resource, "publiclyAccessible", wanted=False)
    for resource in stack.of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"):
        # The one range that may come in is our own network's, and to the Kubernetes API only.
        port, cidr = resource.inputs.get("fromPort"), resource.inputs.get("cidrIpv4")
        if not unsure(port, cidr) and (port != HTTPS or not _is_private(cidr)):
            yield from demand(resource, "referencedSecurityGroupId", present)
            yield from demand(resource, "cidrIpv4", wanted=None)
        yield from demand(resource, "cidrIpv6", wanted=None)
    for resource in stack.of("aws:ec2/securityGroup:SecurityGroup"):
        yield from demand(resource, "ingress", _empty)
    for resource in stack.of("aws:eks/cluster:Cluster"):
        yield from demand(resource, "vpcConfig.endpointPrivateAccess", wanted=True)
        open_to: list[str] = at(resource.inputs, "vpcConfig.publicAccessCidrs") or []
        if at(resource.inputs, "vpcConfig.endpointPublicAccess") and not open_to:
            yield f"{resource.type} {resource.name}: a public endpoint without CIDR ranges is open to all"
        if stack.production and "0.0.0.0/0" in open_to:
            yield f"{resource.type} {resource.name}: the Kubernetes API is open to all"


def production_survives(stack: Stack) -> Iterator[str]:
    """Two zones, backups, and no deletion by accident."""
    for resource in stack.of("aws:rds/instance:Instance", "aws:docdb/cluster:Cluster"):
        yield from demand(resource, "backupRetentionPeriod", _a_week_or_more if stack.production else present)
        if stack.production:
            yield from demand(resource, "deletionProtection", wanted=True)
            yield from demand(resource, "skipFinalSnapshot", wanted=False)
    for resource in stack.of("aws:dynamodb/table:Table"):
        yield from demand(resource, "pointInTimeRecovery.enabled", wanted=True)
        if stack.production:
            yield from demand(resource, "deletionProtectionEnabled", wanted=True)
    if stack.production:
        for resource in stack.of("aws:rds/instance:Instance"):
            yield from demand(resource, "multiAz", wanted=True)
        for resource in stack.of("aws:elasticache/replicationGroup:ReplicationGroup"):
            yield from demand(resource, "automaticFailoverEnabled", wanted=True)
            yield from demand(resource, "multiAzEnabled", wanted=True)
            yield from demand(resource, "snapshotRetentionLimit", present)
        for resource in stack.of("aws:eks/cluster:Cluster"):
            yield from demand(resource, "deletionProtection", wanted=True)
        for resource in stack.of("aws:msk/cluster:Cluster"):
            yield from demand(resource, "brokerNodeGroupInfo.clientSubnets", _three_or_more)


def grants_are_narrow(stack: Stack) -> Iterator[str]:
    """No policy of ours allows everything, or anything on everything."""
    for resource in stack.of("aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy"):
        if unsure(resource.inputs["policy"]):
            continue
        for statement in json.loads(resource.inputs["policy"])["Statement"]:
            actions, targets = _listed(statement["Action"]), _listed(statement["Resource"])
            if any(action == "*" or action.endswith(":*") for action in actions):
                yield f"{resource.type} {resource.name}: allows {actions}"
            if "*" in targets:
                yield f"{resource.type} {resource.name}: allows {actions} on every resource"


def logs_end(stack: Stack) -> Iterator[str]:
    """A log group that never forgets costs forever."""
    for resource in stack.of("aws:cloudwatch/logGroup:LogGroup"):
        yield from demand(resource, "retentionInDays", present)


def stores_are_watched(stack: Stack) -> Iterator[str]:
    """Each kind of store has alarms on its own metrics."""
    watched = [alarm.inputs["namespace"] for alarm in stack.of("aws:cloudwatch/metricAlarm:MetricAlarm")]
    for store in stack.of(*STORES):
        if STORES[store.type] not in watched and not unsure(*watched):
            yield f"{store.type} {store.name}: no alarm on {STORES[store.type]}"


def everything_is_tagged(stack: Stack) -> Iterator[str]:
    """The provider's default tags reach every resource that takes tags."""
    for provider in stack.of("pulumi:providers:aws"):
        given = provider.inputs["defaultTags"]
        # Providers take their nested inputs as JSON text.
        tags: dict[str, str] = at(json.loads(given) if isinstance(given, str) else given, "tags") or {}
        for key in ("managed-by", "project", "stack", "profile"):
            if not tags.get(key):
                yield f"{provider.type} {provider.name}: no default tag {key}"


POLICIES: Sequence[Policy] = (
    storage_is_encrypted_with_our_key,
    buckets_are_private_versioned_and_encrypted,
    traffic_is_encrypted,
    nothing_is_public,
    production_survives,
    grants_are_narrow,
    logs_end,
    stores_are_watched,
    everything_is_tagged,
)

_BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


def _denies_plain_http(policy: str) -> bool:
    return any(
        statement["Effect"] == "Deny"
        and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
        for statement in json.loads(policy)["Statement"]
    )


def _uses_our_key(rules: Sequence[object]) -> bool:
    defaults = [at(rule, "applyServerSideEncryptionByDefault") for rule in rules]
    ours = [at(each, "sseAlgorithm") == "aws:kms" and at(each, "kmsMasterKeyId") for each in defaults]
    return bool(ours) and all(ours)


_BUCKET_COMPANIONS: Mapping[str, Mapping[str, object]] = {
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": dict.fromkeys(_BLOCKS, True),
    "aws:s3/bucketVersioning:BucketVersioning": {"versioningConfiguration.status": "Enabled"},
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
        "rules": _uses_our_key
    },
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {"rule.objectOwnership": "BucketOwnerEnforced"},
    "aws:s3/bucketPolicy:BucketPolicy": {"policy": _denies_plain_http},
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {"rules": present},
}


def _belongs(companion: Resource, bucket: Resource) -> bool:
    """Companions are named after the component that made the bucket."""
    return companion.name.split("-bucket")[0].startswith(bucket.name.removesuffix("-bucket"))


def _parameters(group: Resource) -> list[dict[str, str]]:
    given: list[dict[str, object]] = group.inputs.get("parameters") or []
    return [{"name": str(p["name"]), "value": str(p["value"])} for p in given]


def _listed(value: str | Sequence[str]) -> Sequence[str]:
    return [value] if isinstance(value, str) else value


def _empty(value: object) -> bool:
    return not value


def _is_private(cidr: str | None) -> bool:
    return cidr is not None and ip_network(cidr).is_private


def _a_week_or_more(value: object) -> bool:
    return isinstance(value, int | float) and value >= 7  # noqa: PLR2004 - days


def _three_or_more(value: object) -> bool:
    return isinstance(value, list) and len(value) >= 3  # noqa: PLR2004  # pyright: ignore[reportUnknownArgumentType]
