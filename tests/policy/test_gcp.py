"""Every policy for Google Cloud can be broken."""

from __future__ import annotations

import pytest

from policy import gcp
from policy.stack import Policy
from tests.policy.test_stacks import spoil

AUTHORITY = "gcp:certificateauthority/authority:Authority"
PROJECT_GRANT = "gcp:projects/iAMMember:IAMMember"
BUCKET_GRANT = "gcp:storage/bucketIAMMember:BucketIAMMember"

SPOILT: list[tuple[Policy, str, str, object]] = [
    *[(gcp.storage_is_encrypted_with_our_key, type_, path, None) for type_, path in gcp.KEYS.items()],
    (gcp.storage_is_encrypted_with_our_key, "gcp:kms/cryptoKey:CryptoKey", "rotationPeriod", None),
    (gcp.buckets_are_private_and_versioned, gcp.BUCKET, "uniformBucketLevelAccess", False),
    (gcp.buckets_are_private_and_versioned, gcp.BUCKET, "publicAccessPrevention", "inherited"),
    (gcp.buckets_are_private_and_versioned, gcp.BUCKET, "versioning.enabled", False),
    (
        gcp.traffic_is_encrypted,
        gcp.SQL,
        "settings.ipConfiguration.sslMode",
        "ALLOW_UNENCRYPTED_AND_ENCRYPTED",
    ),
    (gcp.traffic_is_encrypted, gcp.REDIS, "transitEncryptionMode", "DISABLED"),
    (gcp.traffic_is_encrypted, gcp.REDIS, "authEnabled", False),
    (gcp.traffic_is_encrypted, gcp.KAFKA, "tlsConfig", {}),
    (gcp.nothing_is_public, gcp.SQL, "settings.ipConfiguration.ipv4Enabled", True),
    (gcp.nothing_is_public, gcp.CLUSTER, "privateClusterConfig.enablePrivateNodes", False),
    (gcp.nothing_is_public, gcp.CLUSTER, "masterAuthorizedNetworksConfig", {}),
    (
        gcp.nothing_is_public,
        gcp.CLUSTER,
        "controlPlaneEndpointsConfig.dnsEndpointConfig.allowExternalTraffic",
        True,
    ),
    (gcp.nothing_is_public, BUCKET_GRANT, "member", "allUsers"),
    (gcp.production_survives, gcp.SQL, "settings.availabilityType", "ZONAL"),
    (gcp.production_survives, gcp.SQL, "settings.backupConfiguration.pointInTimeRecoveryEnabled", False),
    (gcp.production_survives, gcp.REDIS, "tier", "BASIC"),
    (gcp.production_survives, AUTHORITY, "deletionProtection", False),
    (gcp.production_survives, gcp.KAFKA, "deletionPolicy", "DELETE"),
    (gcp.grants_are_narrow, PROJECT_GRANT, "role", "roles/editor"),
    (gcp.grants_are_narrow, gcp.CLUSTER, "clusterAutoscaling", {}),
    (gcp.stores_are_watched, "gcp:monitoring/alertPolicy:AlertPolicy", "", None),
    (gcp.everything_is_labelled, "pulumi:providers:gcp", "defaultLabels", {}),
]


@pytest.mark.parametrize(
    ("policy", "type_", "path", "value"), SPOILT, ids=[f"{s[0].__name__}-{i}" for i, s in enumerate(SPOILT)]
)
def test_policy_can_be_broken(policy: Policy, type_: str, path: str, value: object) -> None:
    assert list(policy(spoil("gcp-production", type_, path, value)))


def test_every_policy_has_been_seen_to_fail() -> None:
    assert {policy for policy, *_ in SPOILT} == set(gcp.POLICIES)
