from __future__ import annotations

from typing import Any

import pytest

from components.azure import documentdb, postgres
from components.azure.event_broker import NAMESPACES
from components.azure.lock_store import CACHES
from components.contract.connections import AzureBlob, Kafka, MongoDb, Postgres, SaslTls
from components.contract.secrets import PasswordLogin
from tests.azure.stores import (
    ACTION_GROUP,
    ALERT,
    ENDPOINT,
    LOCK,
    OFFICE,
    RECORD,
    STORES,
    ZONE,
    ZONE_LINK,
    make,
)
from tests.recorder import Recording, is_secret, value_of

CASES = [(store, profile) for store in STORES for profile in ("dev", "production")]
ACCOUNT = "azure-native:storage:StorageAccount"
SERVER = "azure-native:dbforpostgresql:Server"


@pytest.fixture(scope="module", params=CASES, ids="-".join)
def any_store(request: pytest.FixtureRequest) -> Recording[Any]:
    return make(*request.param)


def urns(connection: Any) -> set[str]:
    return {value_of(resource.urn) for resource in connection.ready}


# --- what holds for each of them


def test_no_store_waits_for_the_cluster(any_store: Recording[Any]) -> None:
    cluster = any_store.one("azure-native:managedidentity:UserAssignedIdentity", "cluster").urn
    waiting = {made.type for made in any_store.resources if cluster in any_store.waits_for(made)}
    assert waiting <= {"azure-native:managedidentity:FederatedIdentityCredential"}


def test_pods_wait_for_the_name_of_each_endpoint(any_store: Recording[Any]) -> None:
    wanted = [*any_store.of(RECORD), *any_store.of(ZONE_LINK)]
    assert {made.urn for made in wanted} <= urns(any_store.result.connection)


def test_each_endpoint_has_its_zone(any_store: Recording[Any]) -> None:
    zones = {zone.inputs["privateZoneName"] for zone in any_store.of(ZONE)}
    assert len(zones) == len(any_store.of(ZONE)) == 1
    for endpoint in any_store.of(ENDPOINT):
        assert endpoint.inputs["subnet"]["id"] == "endpoints-id"
        assert next(iter(zones)).startswith("privatelink.")


def test_alerts_are_there_but_silent_without_an_action_group(any_store: Recording[Any]) -> None:
    assert any_store.of(ALERT)
    assert not any(alert.inputs["actions"] for alert in any_store.of(ALERT))


@pytest.mark.parametrize("store", STORES)
def test_alerts_notify_where_an_action_group_is_given(store: str) -> None:
    for alert in make(store, "dev", action_group_id=ACTION_GROUP).of(ALERT):
        assert alert.inputs["actions"] == [{"actionGroupId": ACTION_GROUP}]


@pytest.mark.parametrize(("store", "profile"), CASES)
def test_preview_shows_what_update_makes(store: str, profile: str) -> None:
    assert make(store, profile, preview=True).urns() == make(store, profile).urns()


@pytest.mark.parametrize("store", ["model-storage", "postgres", "mongodb", "event-broker", "vault-unseal"])
def test_data_is_protected_in_production_only(store: str) -> None:
    assert any(made.protect for made in make(store, "production").resources)
    assert not any(made.protect for made in make(store, "dev").resources)


@pytest.mark.parametrize("store", ["model-storage", "postgres", "mongodb", "vault-unseal"])
def test_what_nobody_can_make_again_is_locked_in_production_only(store: str) -> None:
    locks = make(store, "production").of(LOCK)
    assert {lock.inputs["level"] for lock in locks} == {"CanNotDelete"}
    assert not make(store, "dev").of(LOCK)


# --- model storage


def test_rasa_may_read_and_list_and_nothing_else() -> None:
    made = make("model-storage", "production")
    connection: AzureBlob = made.result.connection
    assert is_secret(connection.credential)
    sas = dict(field.split("=", 1) for field in value_of(connection.credential).split("&"))
    assert value_of(connection.credential).startswith("sv=")
    assert (sas["sp"], sas["srt"], sas["spr"]) == ("rl", "co", "https")
    assert sas["se"] == "2028-11-22T00:00:00Z"


def test_models_are_reached_from_the_listed_addresses_or_from_inside_alone() -> None:
    listed = make("model-storage", "dev").one(ACCOUNT).inputs
    assert listed["networkRuleSet"]["ipRules"] == [{"iPAddressOrRange": OFFICE, "action": "Allow"}]
    assert listed["networkRuleSet"]["defaultAction"] == "Deny"
    assert (
        make("model-storage", "dev", allowed_cidrs=()).one(ACCOUNT).inputs["publicNetworkAccess"]
        == "Disabled"
    )


def test_models_are_copied_to_zones_where_there_are_any() -> None:
    assert make("model-storage", "dev").one(ACCOUNT).inputs["sku"] == {"name": "Standard_ZRS"}
    assert make("model-storage", "dev", zones=()).one(ACCOUNT).inputs["sku"] == {"name": "Standard_LRS"}


# --- lock store


def test_the_database_is_there_before_its_key_is_asked_for() -> None:
    made = make("lock-store", "production")
    login = made.result.connection.login
    assert is_secret(login.password)
    assert login.username == "default"
    database = made.one("azure-native:redisenterprise:Database")
    assert database.urn in urns(made.result.connection)
    assert database.inputs["clusteringPolicy"] == "NoCluster"


def test_no_cache_is_larger_than_its_policy_takes() -> None:
    assert all(int(cache.sku.removeprefix("Balanced_B")) < 25 for cache in CACHES.values())
    assert {cache.high_availability for (profile, _), cache in CACHES.items() if profile == "production"} == {
        "Enabled"
    }


# --- tracker store


def test_the_server_waits_for_its_zone_to_be_seen() -> None:
    made = make("postgres", "dev")
    server, link = made.one(SERVER), made.one(ZONE_LINK)
    assert link.urn in server.data_flow
    assert server.inputs["network"]["privateDnsZoneArmResourceId"].startswith("/zones/")


def test_parameters_are_set_one_after_another() -> None:
    made = make("postgres", "dev")
    first, *others = made.of("azure-native:dbforpostgresql:Configuration")
    before = {first.urn}
    for parameter in others:
        assert parameter.depends_on == before
        before = {parameter.urn}


def test_both_passwords_are_secret_and_different() -> None:
    made = make("postgres", "production")
    connection: Postgres = made.result.connection
    assert isinstance(connection.admin, PasswordLogin)
    assert isinstance(connection.login, PasswordLogin)
    assert is_secret(connection.admin.password)
    assert is_secret(connection.login.password)
    assert value_of(connection.admin.password) != value_of(connection.login.password)
    assert "administratorLoginPassword" in made.one(SERVER).secret_inputs


def test_no_standby_is_asked_of_a_burstable_machine() -> None:
    servers = {server.tier for (profile, _), server in postgres.SERVERS.items() if profile == "production"}
    assert "Burstable" not in servers
    tiers = {c.tier for (profile, _), c in documentdb.CLUSTERS.items() if profile == "production"}
    assert not tiers & {"M10", "M20", "M25"}


def test_mongodb_is_found_by_its_srv_record() -> None:
    connection: MongoDb = make("mongodb", "dev").result.connection
    assert connection.srv
    assert value_of(connection.hosts) == "test-tracker-store-0a1b2c.x"
    assert not is_secret(connection.hosts)
    assert isinstance(connection.login, PasswordLogin)
    assert is_secret(connection.login.password)


# --- event broker


def test_rasa_may_send_to_one_hub() -> None:
    made = make("event-broker", "production")
    rule = made.one("azure-native:eventhub:EventHubAuthorizationRule")
    assert (rule.inputs["rights"], rule.inputs["eventHubName"]) == (["Send"], "rasa-events")
    connection: Kafka = made.result.connection
    assert isinstance(connection.security, SaslTls)
    assert connection.security.username == "$ConnectionString"
    assert is_secret(connection.security.password)
    assert value_of(connection.security.password).startswith("Endpoint=sb://")


def test_units_only_grow() -> None:
    assert all(space.units <= space.most_units <= 40 for space in NAMESPACES.values())


def test_the_parameters_go_with_their_server() -> None:
    """One by one they would be set back first, each a change for which the server may be busy."""
    recording = make("postgres", "dev")
    server = recording.one("azure-native:dbforpostgresql:Server")
    parameters = recording.of("azure-native:dbforpostgresql:Configuration")
    assert parameters
    assert {one.deleted_with for one in parameters} == {server.urn}
