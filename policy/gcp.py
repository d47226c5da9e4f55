"""Policies for Google Cloud: encryption, nothing public, TLS, backups, protection, narrow grants, alarms."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from policy.stack import Policy, Resource, Stack, at, demand, present, unsure

BUCKET = "gcp:storage/bucket:Bucket"
CLUSTER = "gcp:container/cluster:Cluster"
KAFKA = "gcp:managedkafka/cluster:Cluster"
REDIS = "gcp:redis/instance:Instance"
SQL = "gcp:sql/databaseInstance:DatabaseInstance"
KEYS: Mapping[str, str] = {
    BUCKET: "encryption.defaultKmsKeyName",
    CLUSTER: "databaseEncryption.keyName",
    KAFKA: "gcpConfig.kmsKey",
    REDIS: "customerManagedKey",
    SQL: "encryptionKeyName",
}
"""Type → where it says its key."""
METRICS: Mapping[str, str] = {
    BUCKET: "storage.googleapis.com/",
    CLUSTER: "kubernetes.io/",
    KAFKA: "managedkafka.googleapis.com/",
    REDIS: "redis.googleapis.com/",
    SQL: "cloudsql.googleapis.com/",
}
"""Type → how the names of its metrics begin."""
EVERYBODY = {"allUsers", "allAuthenticatedUsers"}
WIDE_ROLES = {"roles/owner", "roles/editor", "roles/viewer"}


def storage_is_encrypted_with_our_key(stack: Stack) -> Iterator[str]:
    """Every store is encrypted with a key that the stack owns, and that changes."""
    for type_, path in KEYS.items():
        for resource in stack.of(type_):
            yield from demand(resource, path, present)
    for key in stack.of("gcp:kms/cryptoKey:CryptoKey"):
        yield from demand(key, "rotationPeriod", present)


def buckets_are_private_and_versioned(stack: Stack) -> Iterator[str]:
    """Access by IAM alone, to nobody in general, and a mistake can be taken back."""
    for bucket in stack.of(BUCKET):
        yield from demand(bucket, "uniformBucketLevelAccess", wanted=True)
        yield from demand(bucket, "publicAccessPrevention", wanted="enforced")
        yield from demand(bucket, "versioning.enabled", wanted=True)
        yield from demand(bucket, "softDeletePolicy.retentionDurationSeconds", _a_week_or_more)
        yield from demand(bucket, "lifecycleRules", present)


def traffic_is_encrypted(stack: Stack) -> Iterator[str]:
    """TLS is required, not offered, and so is a login."""
    for resource in stack.of(SQL):
        yield from demand(resource, "settings.ipConfiguration.sslMode", _encrypted_only)
    for resource in stack.of(REDIS):
        yield from demand(resource, "transitEncryptionMode", wanted="SERVER_AUTHENTICATION")
        yield from demand(resource, "authEnabled", wanted=True)
    for resource in stack.of(KAFKA):
        yield from demand(resource, "tlsConfig.trustConfig.casConfigs", present)


def nothing_is_public(stack: Stack) -> Iterator[str]:
    """No public address of a store or a node, no open Kubernetes API, no grant to everybody."""
    for resource in stack.of(SQL):
        yield from demand(resource, "settings.ipConfiguration.ipv4Enabled", wanted=False)
        yield from demand(resource, "settings.ipConfiguration.authorizedNetworks", wanted=None)
    for resource in stack.of(CLUSTER):
        yield from demand(resource, "privateClusterConfig.enablePrivateNodes", wanted=True)
        endpoints = "controlPlaneEndpointsConfig"
        yield from demand(resource, f"{endpoints}.dnsEndpointConfig.allowExternalTraffic", wanted=False)
        networks = at(resource.inputs, "masterAuthorizedNetworksConfig")
        if at(resource.inputs, f"{endpoints}.ipEndpointsConfig.enabled") is not False:
            yield from _api_is_fenced(resource, networks, production=stack.production)
    for grant in stack.resources:
        if grant.type.startswith("gcp:") and str(grant.inputs.get("member")) in EVERYBODY:
            yield f"{grant.type} {grant.name}: grants to {grant.inputs['member']}"


def production_survives(stack: Stack) -> Iterator[str]:
    """Two zones, backups, and no deletion by accident."""
    for resource in stack.of(SQL):
        yield from demand(resource, "settings.backupConfiguration.enabled", wanted=True)
        yield from demand(resource, "settings.backupConfiguration.pointInTimeRecoveryEnabled", wanted=True)
    if not stack.production:
        return
    for resource in stack.of(SQL):
        yield from demand(resource, "settings.availabilityType", wanted="REGIONAL")
        yield from demand(resource, "settings.deletionProtectionEnabled", wanted=True)
    for resource in stack.of(REDIS):
        yield from demand(resource, "tier", wanted="STANDARD_HA")
    for resource in stack.of(SQL, REDIS, CLUSTER, "gcp:certificateauthority/authority:Authority"):
        yield from demand(resource, "deletionProtection", wanted=True)
    for resource in stack.of(BUCKET, KAFKA, "gcp:managedkafka/topic:Topic", "gcp:kms/cryptoKey:CryptoKey"):
        yield from demand(resource, "deletionPolicy", wanted="PREVENT")
    for resource in stack.of(BUCKET):
        yield from demand(resource, "forceDestroy", wanted=False)


def grants_are_narrow(stack: Stack) -> Iterator[str]:
    """No role on the whole project but the nodes' own, and no key of a service account."""
    for grant in stack.of("gcp:projects/iAMMember:IAMMember"):
        role = str(grant.inputs["role"])
        if role in WIDE_ROLES or role.endswith("Admin") or "iam.serviceAccount" in role:
            yield f"{grant.type} {grant.name}: {role} on the project is too much"
    for key in stack.of("gcp:serviceaccount/key:Key"):
        yield f"{key.type} {key.name}: a key lives until somebody remembers it; use workload identity"
    for cluster in stack.of(CLUSTER):
        own = "clusterAutoscaling.autoProvisioningDefaults.serviceAccount"
        yield from demand(cluster, own, present)


def stores_are_watched(stack: Stack) -> Iterator[str]:
    """Each kind of store has alarms on its own metrics."""
    conditions = [
        policy.inputs["conditions"] for policy in stack.of("gcp:monitoring/alertPolicy:AlertPolicy")
    ]
    filters = [at(condition, "conditionThreshold.filter") for listed in conditions for condition in listed]
    for type_, prefix in METRICS.items():
        for store in stack.of(type_):
            found = any(f'metric.type = "{prefix}' in str(text) for text in filters)
            if not found and not unsure(*conditions, *filters):
                yield f"{store.type} {store.name}: no alarm on {prefix}…"


def everything_is_labelled(stack: Stack) -> Iterator[str]:
    """The provider's default labels reach every resource that takes labels."""
    for provider in stack.of("pulumi:providers:gcp"):
        given = provider.inputs.get("defaultLabels")
        # Providers take their nested inputs as JSON text.
        labels = json.loads(given) if isinstance(given, str) else given
        for key in ("managed-by", "project", "stack", "profile"):
            if not at(labels, key):
                yield f"{provider.type} {provider.name}: no default label {key}"


POLICIES: Sequence[Policy] = (
    storage_is_encrypted_with_our_key,
    buckets_are_private_and_versioned,
    traffic_is_encrypted,
    nothing_is_public,
    production_survives,
    grants_are_narrow,
    stores_are_watched,
    everything_is_labelled,
)


def _api_is_fenced(cluster: Resource, networks: object, *, production: bool) -> Iterator[str]:
    blocks: Sequence[object] = at(networks, "cidrBlocks") or []
    if unsure(blocks):
        return
    ranges = [at(block, "cidrBlock") for block in blocks]
    if not ranges:
        yield f"{cluster.type} {cluster.name}: a public endpoint without CIDR ranges is open to all"
    if production and "0.0.0.0/0" in ranges:
        yield f"{cluster.type} {cluster.name}: the Kubernetes API is open to all"
    if at(networks, "gcpPublicCidrsAccessEnabled") is not False:
        yield f"{cluster.type} {cluster.name}: every virtual machine at Google may ask the Kubernetes API"


def _encrypted_only(value: object) -> bool:
    return value in {"ENCRYPTED_ONLY", "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"}


def _a_week_or_more(value: object) -> bool:
    return isinstance(value, int | float) and value >= 7 * 24 * 60 * 60
