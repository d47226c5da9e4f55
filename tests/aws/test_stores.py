from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from pulumi import Output, Resource

from components.contract.connections import MongoDb, Postgres
from components.contract.secrets import PasswordLogin
from tests.aws.stores import (
    ALARM,
    ALARM_TOPIC,
    DOCUMENTDB,
    INGRESS,
    LOG_GROUP,
    POSTGRES,
    ROLE_POLICY,
    STORES,
    TOPIC,
    VALKEY,
    make,
    placement,
    statements,
)
from tests.computed import ACCOUNT, REGION
from tests.made_alone import maker
from tests.recorder import Recording, is_secret, value_of

CASES = [(store, profile) for store in STORES for profile in ("dev", "production")]


@pytest.fixture(scope="module", params=CASES, ids="-".join)
def any_store(request: pytest.FixtureRequest) -> Recording[Any]:
    return make(*request.param)


def resources(statement: Mapping[str, Any]) -> list[str]:
    named = statement["Resource"]
    return [named] if isinstance(named, str) else named


def urns(made: tuple[Resource, ...]) -> set[str]:
    return {value_of(resource.urn) for resource in made}


# --- what holds for each of them


def test_grants_name_single_resources_and_actions(any_store: Recording[Any]) -> None:
    for policy in any_store.of(ROLE_POLICY):
        for statement in statements(policy):
            assert not [action for action in statement["Action"] if "*" in action]
            for arn in resources(statement):
                # Only the objects of a bucket have no names yet.
                assert arn.startswith("arn:aws:")
                assert "*" not in arn or (statement["Action"] == ["s3:GetObject"] and arn.count("*") == 1)


def test_only_the_cluster_may_come_in(any_store: Recording[Any]) -> None:
    cluster = any_store.one("aws:ec2/securityGroup:SecurityGroup", "cluster")
    for rule in any_store.of(INGRESS):
        assert rule.inputs["referencedSecurityGroupId"] == f"test-{cluster.name}-0a1b2c-id"
        assert rule.inputs["fromPort"] == rule.inputs["toPort"]
        assert not {"cidrIpv4", "cidrIpv6", "prefixListId"} & rule.inputs.keys()


def test_only_the_rule_waits_for_the_cluster(any_store: Recording[Any]) -> None:
    cluster = any_store.one("aws:ec2/securityGroup:SecurityGroup", "cluster").urn
    waiting = [made.urn for made in any_store.resources if cluster in any_store.waits_for(made)]
    assert waiting == [rule.urn for rule in any_store.of(INGRESS)]


def test_connection_is_ready_when_granted_and_admitted(any_store: Recording[Any]) -> None:
    ready = urns(any_store.result.connection.ready)
    wanted = [*any_store.of(ROLE_POLICY), *any_store.of(INGRESS), *any_store.of(TOPIC)]
    assert {made.urn for made in wanted} <= ready


def test_logs_are_encrypted_and_do_not_stay(any_store: Recording[Any]) -> None:
    for group in any_store.of(LOG_GROUP):
        assert group.inputs["kmsKeyId"].endswith("key/stack")
        assert 0 < group.inputs["retentionInDays"] <= 90


def test_alarms_are_there_but_silent_without_a_topic(any_store: Recording[Any]) -> None:
    alarms = any_store.of(ALARM)
    assert alarms
    assert not any(alarm.inputs["actionsEnabled"] for alarm in alarms)


@pytest.mark.parametrize("store", STORES)
def test_alarms_notify_where_a_topic_is_given(store: str) -> None:
    for alarm in make(store, "dev", alarm_topic_arn=ALARM_TOPIC).of(ALARM):
        assert alarm.inputs["alarmActions"] == [ALARM_TOPIC]


@pytest.mark.parametrize(("store", "profile"), CASES)
def test_preview_shows_what_update_makes(store: str, profile: str) -> None:
    assert make(store, profile, preview=True).urns() == make(store, profile).urns()


# --- model storage


def test_models_are_private_encrypted_and_versioned() -> None:
    made = make("model-storage", "production")
    assert made.one("aws:s3/bucket:Bucket").inputs["forceDestroy"] is False
    block = made.one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").inputs
    assert {value for key, value in block.items() if key != "bucket"} == {True}
    only_tls, *_ = statements(made.one("aws:s3/bucketPolicy:BucketPolicy"))
    assert only_tls["Effect"] == "Deny"
    assert only_tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    lifecycle = made.one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")
    assert made.one("aws:s3/bucketVersioning:BucketVersioning").urn in lifecycle.dependencies


# --- lock store


def test_a_released_model_is_not_overwritten_and_in_production_not_deleted() -> None:
    """S3 user guide, "Enforce conditional writes on Amazon S3 buckets"."""
    denied = {
        "dev": ["s3:PutObject"],
        "production": ["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"],
    }
    for profile, actions in denied.items():
        policy = make("model-storage", profile).one("aws:s3/bucketPolicy:BucketPolicy")
        found = [one for one in statements(policy) if "?" in str(one["Resource"])]
        assert [action for one in found for action in one["Action"]] == actions
        for one in found:
            assert (one["Effect"], one["Principal"]) == ("Deny", {"AWS": "*"})
            assert one["Resource"].endswith("/" + "?" * 40 + ".tar.gz")
        assert found[0]["Condition"] == {
            "Null": {"s3:if-none-match": "true"},
            "Bool": {"s3:ObjectCreationOperation": "true"},
        }


def test_rasa_is_the_only_user_and_has_no_password() -> None:
    made = make("lock-store", "production")
    user = made.one("aws:elasticache/user:User")
    assert user.inputs["authenticationMode"] == {"type": "iam"}
    assert user.inputs["userId"] == user.inputs["userName"]
    group = made.one("aws:elasticache/userGroup:UserGroup")
    assert (group.inputs["engine"], group.inputs["userIds"]) == ("valkey", [user.inputs["userId"]])
    (connect,) = statements(made.one(ROLE_POLICY))
    assert len(connect["Resource"]) == 2
    assert value_of(made.result.connection.login.username) == user.inputs["userName"]


@pytest.mark.parametrize(("profile", "nodes"), [("dev", 1), ("production", 2)])
def test_lock_store_survives_a_zone_in_production(profile: str, nodes: int) -> None:
    group = make("lock-store", profile).one(VALKEY).inputs
    assert group["numCacheClusters"] == nodes
    assert {group["automaticFailoverEnabled"], group["multiAzEnabled"]} == {nodes > 1}
    assert group["transitEncryptionMode"] == "required"
    assert group["atRestEncryptionEnabled"] is True


# --- tracker store


@pytest.mark.parametrize(("store", "type_"), [("postgres", POSTGRES), ("mongodb", DOCUMENTDB)])
def test_log_groups_are_there_before_the_database(store: str, type_: str) -> None:
    made = make(store, "production")
    database, groups = made.one(type_), made.of(LOG_GROUP)
    identifier = database.inputs.get("identifier") or database.inputs["clusterIdentifier"]
    assert {group.urn for group in groups} == database.depends_on
    logged = {group.inputs["name"].rsplit("/", 1)[1] for group in groups}
    assert logged == set(database.inputs["enabledCloudwatchLogsExports"])
    assert all(f"/{identifier}/" in group.inputs["name"] for group in groups)


def test_postgres_is_kept_in_production_and_thrown_away_in_dev() -> None:
    production, dev = (make("postgres", profile).one(POSTGRES).inputs for profile in ("production", "dev"))
    assert production["multiAz"] is production["deletionProtection"] is True
    assert production["finalSnapshotIdentifier"] == f"{production['identifier']}-final"
    assert production["skipFinalSnapshot"] is production["deleteAutomatedBackups"] is False
    assert dev["skipFinalSnapshot"] is dev["deleteAutomatedBackups"] is True
    for database in (production, dev):
        assert database["manageMasterUserPassword"] is database["storageEncrypted"] is True
        assert "password" not in database


def test_rasa_logs_in_as_its_role_and_setup_reads_the_password() -> None:
    made = make("postgres", "production")
    connection: Postgres = made.result.connection
    (connect,) = statements(made.one(ROLE_POLICY, "tracker-store"))
    assert connect["Resource"] == f"arn:aws:rds-db:{REGION}:{ACCOUNT}:dbuser:db-RESOURCE/rasa"
    setup = made.one(ROLE_POLICY, "tracker-store-setup")
    assert setup.inputs["role"] == "setup-role"
    assert connection.admin is not None
    parameters = made.one("aws:rds/parameterGroup:ParameterGroup").inputs["parameters"]
    values = {parameter["name"]: parameter["value"] for parameter in parameters}
    assert values["max_connections"] == str(connection.max_connections)
    assert values["rds.force_ssl"] == "1"


def test_mongodb_password_is_secret() -> None:
    made = make("mongodb", "production")
    connection: MongoDb = made.result.connection
    assert isinstance(connection.login, PasswordLogin)
    assert isinstance(connection.login.password, Output)
    assert is_secret(connection.login.password)
    assert "masterPassword" in made.one(DOCUMENTDB).secret_inputs
    assert connection.options["retryWrites"] == "false"
    assert len(made.of("aws:docdb/clusterInstance:ClusterInstance")) == 3


def test_dynamodb_has_the_index_that_rasa_asks_for() -> None:
    table = make("dynamodb", "production").one("aws:dynamodb/table:Table").inputs
    (index,) = table["globalSecondaryIndexes"]
    assert (table["hashKey"], index["name"]) == ("sender_id", "user_id-index")
    assert table["pointInTimeRecovery"]["enabled"] is table["deletionProtectionEnabled"] is True


def test_with_a_password_rasa_needs_no_right_and_its_role_gets_the_password() -> None:
    made = maker("aws", placement)("postgres", "production")
    assert made.one(POSTGRES).inputs["iamDatabaseAuthenticationEnabled"] is False
    assert [policy.name for policy in made.of(ROLE_POLICY)] == ["tracker-store-setup"]
    (password,) = made.of("random:index/randomPassword:RandomPassword")
    login = made.result.connection.login
    assert isinstance(login, PasswordLogin)
    assert isinstance(login.password, Output)
    assert is_secret(login.password)
    assert password.name == "tracker-store-role"
