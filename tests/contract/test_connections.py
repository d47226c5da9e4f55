"""The contract, written once for every package: what a platform hands to Rasa, wherever it comes from.

A platform joins with a row in `REGION` and `KINDS`, one that is not all managed with a row in `BLOCKS`, and
nothing else.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from pulumi import Output, Resource
from pydantic.alias_generators import to_camel

from components.config.load import parse
from components.contract import connections as c
from components.stack.platform import Platform, build_platform
from tests.config import blocks
from tests.recorder import Recording, is_secret, record, value_of

REGION = {
    "aws": "eu-central-1",
    "aws-mixed": "eu-central-1",
    "azure": "westeurope",
    "gcp": "europe-west3",
    "in-cluster": "",
    "none": "eu-central-1",
}
KINDS = {
    "aws": ("postgres", "dynamodb", "mongodb"),
    "aws-mixed": ("postgres", "dynamodb", "mongodb"),
    "azure": ("postgres", "mongodb"),
    "gcp": ("postgres",),
    "in-cluster": ("postgres",),
    "none": ("postgres", "dynamodb", "mongodb", "custom"),
}
ASKED_FOR: dict[str, dict[str, Any]] = {
    "azure": {"cluster": {"admins": [f"user:{0:08}-0000-4000-8000-{10:012}"]}},
    "gcp": {"account": "example-project"},
}
"""What a cloud's stack file must say besides."""
NETWORK = {
    "clusterName": "company-eks",
    "id": "vpc-0a1b2c3d4e5f60718",
    "subnets": [f"subnet-0a1b2c3d4e5f6071{n}" for n in range(3)],
    "clients": "sg-0a1b2c3d4e5f60719",
}
BLOCKS: dict[str, dict[str, Any]] = {
    "aws-mixed": {
        "cloud": "aws",
        "account": "123456789012",
        "cluster": {**blocks.CLUSTER, "network": NETWORK},
        "eventBroker": blocks.EVENT_BROKERS["sasl"],
    },
    "in-cluster": {
        "cloud": "none",
        "cluster": {**blocks.CLUSTER, "hasNamespace": False},
        "modelStorage": {"from": "in-cluster", "storageClass": "shared"},
        **{key: {"from": "in-cluster"} for key in ("lockStore", "trackerStore", "eventBroker")},
    },
    "none": {key: value for key, value in blocks.existing_stack().items() if key != "trackerStore"},
}
"""What of a platform is not managed by a cloud of its name."""
PLATFORMS = [
    pytest.param(cloud, kind, profile, id=f"{cloud}-{kind}-{profile}")
    for cloud, kinds in KINDS.items()
    for kind in kinds
    for profile in ("dev", "production")
]
CLUSTERS = {
    "aws:eks/cluster:Cluster",
    "azure-native:containerservice:ManagedCluster",
    "gcp:container/cluster:Cluster",
}
STORES = {
    "aws:docdb/cluster:Cluster",
    "aws:dynamodb/table:Table",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:msk/cluster:Cluster",
    "aws:rds/instance:Instance",
    "aws:s3/bucket:Bucket",
    "azure-native:dbforpostgresql:Server",
    "azure-native:eventhub:Namespace",
    "azure-native:mongocluster:MongoCluster",
    "azure-native:redisenterprise:RedisEnterprise",
    "azure-native:storage:StorageAccount",
    "gcp:managedkafka/cluster:Cluster",
    "gcp:redis/instance:Instance",
    "gcp:sql/databaseInstance:DatabaseInstance",
    "gcp:storage/bucket:Bucket",
}
SECRET_FIELDS = {"password", "credential", "token", "key", "secret_access_key", "access_key_id"}

pytestmark = pytest.mark.parametrize(("cloud", "kind", "profile"), PLATFORMS)
Built = Recording[Platform]


@pytest.fixture(scope="module", name="built")
def fixture_built() -> Any:
    """Build each platform once for all tests of this file."""
    cache: dict[tuple[str, str, str, bool], Built] = {}

    def build(cloud: str, kind: str, profile: str, *, preview: bool = False) -> Built:
        key = (cloud, kind, profile, preview)
        if key not in cache:
            cache[key] = record(lambda: _platform(cloud, kind, profile), preview=preview)
        return cache[key]

    return build


def stack_file(cloud: str, kind: str, profile: str) -> dict[str, Any]:
    return {
        "cloud": cloud,
        "region": REGION[cloud],
        "assistant": {"model": "m"},
        "license": "x",
        **ASKED_FOR.get(cloud, {}),
        "trackerStore": blocks.TRACKER_STORES[kind] if cloud == "none" else {"kind": kind},
        **BLOCKS.get(cloud, {}),
        "profile": profile,
    }


def _platform(cloud: str, kind: str, profile: str) -> Platform:
    raw = stack_file(cloud, kind, profile)
    settings = parse(raw, secret_keys=frozenset(raw), stack=f"{cloud}-{profile}")
    return build_platform(settings, tags={"stack": "test"}, stack="test")


def is_made(cloud: str, dependency: str) -> bool:
    """Whether the stack makes a dependency, rather than being told of it."""
    block = stack_file(cloud, KINDS[cloud][0], "dev").get(to_camel(dependency), {})
    return block.get("from", "managed") != "existing"


def connections(platform: Platform) -> dict[str, c.Connection]:
    found = {field.name: getattr(platform, field.name) for field in dataclasses.fields(platform)}
    return {name: value for name, value in found.items() if isinstance(value, c.Connection)}


def outputs(value: object, path: str = "") -> Iterator[tuple[str, Output[Any]]]:
    if isinstance(value, Output):
        yield path, value
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from outputs(getattr(value, field.name), f"{path}.{field.name}")


def test_every_output_has_a_value(built: Any, cloud: str, kind: str, profile: str) -> None:
    for name, connection in connections(built(cloud, kind, profile).result).items():
        for path, output in outputs(connection, name):
            assert value_of(output), path


def test_secrets_are_secret(built: Any, cloud: str, kind: str, profile: str) -> None:
    platform: Platform = built(cloud, kind, profile).result
    for name, connection in connections(platform).items():
        for path, output in outputs(connection, name):
            if path.rpartition(".")[2] in SECRET_FIELDS:
                assert is_secret(output), path
    assert is_secret(platform.access.cluster.kubeconfig)


def test_traffic_is_encrypted_and_verified(built: Any, cloud: str, kind: str, profile: str) -> None:
    platform: Platform = built(cloud, kind, profile).result
    assert platform.lock_store.tls
    match platform.tracker_store:
        case c.Postgres() as postgres:
            assert postgres.tls in {"verify-full", "verify-ca"}
            assert postgres.ca is not None
        case c.MongoDb() as mongodb:
            assert mongodb.tls
        case _:
            pass  # an HTTPS API of the cloud
    assert isinstance(platform.event_broker, c.Kafka)
    assert not isinstance(platform.event_broker.security, c.Plaintext)


def test_kind_is_the_one_asked_for(built: Any, cloud: str, kind: str, profile: str) -> None:
    types = {
        "postgres": c.Postgres,
        "dynamodb": c.DynamoDb,
        "mongodb": c.MongoDb,
        "custom": c.CustomTrackerStore,
    }
    assert isinstance(built(cloud, kind, profile).result.tracker_store, types[kind])


def test_what_must_be_ready_is_in_the_stack(built: Any, cloud: str, kind: str, profile: str) -> None:
    recording: Built = built(cloud, kind, profile)
    urns = recording.urns()
    for name, connection in connections(recording.result).items():
        assert connection.ready or not is_made(cloud, name), f"{name}: no grant, no rule, no topic?"
        for resource in connection.ready:
            assert isinstance(resource, Resource)
            assert value_of(resource.urn) in urns


def test_preview_shows_every_resource_that_an_update_makes(
    built: Any, cloud: str, kind: str, profile: str
) -> None:
    preview = built(cloud, kind, profile, preview=True)
    assert preview.urns() == built(cloud, kind, profile).urns()


def test_every_resource_descends_from_a_component(built: Any, cloud: str, kind: str, profile: str) -> None:
    recording: Built = built(cloud, kind, profile)
    for resource in recording.resources:
        if not resource.type.startswith(("rasa:", "pulumi:providers:")):
            assert resource.parent is not None, resource.urn
            assert "::rasa:" in resource.urn, resource.urn


def test_every_resource_names_its_provider(built: Any, cloud: str, kind: str, profile: str) -> None:
    recording: Built = built(cloud, kind, profile)
    for resource in recording.resources:
        if resource.custom and not resource.type.startswith("pulumi:providers:"):
            assert resource.provider, resource.urn


def test_no_store_waits_for_the_cluster(built: Any, cloud: str, kind: str, profile: str) -> None:
    """The longest waits run side by side: a store is made while the cluster is."""
    recording: Built = built(cloud, kind, profile)
    clusters = {r.urn for r in recording.resources if r.type in CLUSTERS}
    assert bool(clusters) == is_made(cloud, "cluster")
    for store in (r for r in recording.resources if r.type in STORES):
        assert not recording.waits_for(store) & clusters, store.urn
