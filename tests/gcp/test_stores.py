from __future__ import annotations

import pytest

from components.contract.connections import Gcs, Postgres, Redis
from components.contract.errors import NotSupported
from components.contract.provider import TrackerStoreArgs
from components.contract.secrets import PasswordLogin
from components.contract.terms import TrackerStoreKind
from components.gcp.tracker_store import TrackerStore
from tests.gcp.stores import ALARM, CHANNEL, CLUSTER, STORES, make, placement
from tests.made_alone import given
from tests.recorder import is_secret, record, value_of

SQL = "gcp:sql/databaseInstance:DatabaseInstance"
REDIS = "gcp:redis/instance:Instance"
BUCKET = "gcp:storage/bucket:Bucket"
KEY_GRANT = "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"
BOTH = pytest.mark.parametrize("profile", ["dev", "production"])
EACH = pytest.mark.parametrize("store", sorted(STORES))


@EACH
@BOTH
def test_preview_shows_the_resources_of_the_update(store: str, profile: str) -> None:
    assert make(store, profile, preview=True).urns() == make(store, profile).urns()


@pytest.mark.parametrize("store", sorted(set(STORES) - {"vault-unseal"}))
def test_nothing_waits_for_the_cluster(store: str) -> None:
    made = make(store, "production")
    (cluster,) = {r.urn for r in made.of(CLUSTER)}
    assert not [r.urn for r in made.resources if cluster in made.waits_for(r)]


@pytest.mark.parametrize("store", sorted(set(STORES) - {"vault-unseal"}))
def test_alarms_notify_the_channel_they_are_given(store: str) -> None:
    alarms = make(store, "production", alarm_channel=CHANNEL).of(ALARM)
    assert alarms
    assert all(alarm.inputs["notificationChannels"] == [CHANNEL] for alarm in alarms)


@EACH
def test_a_service_may_use_the_key_before_it_needs_it(store: str) -> None:
    made = make(store, "production")
    grants = [grant for grant in made.of(KEY_GRANT) if grant.inputs["cryptoKeyId"] == "the-stacks-key"]
    assert len(grants) == 1
    encrypted = [r for r in made.resources if grants[0].urn in r.data_flow]
    assert encrypted, "nothing takes the key from the grant"


@pytest.mark.parametrize("kind", ["dynamodb", "mongodb"])
def test_what_google_has_not_says_what_to_use(kind: TrackerStoreKind) -> None:
    args = TrackerStoreArgs(placement=placement(), kind=kind, **given("dev", "small"))
    with pytest.raises(NotSupported, match="kind postgres"):
        record(lambda: TrackerStore("tracker-store", args))


def test_rasa_may_ask_for_the_bucket_and_read_it() -> None:
    made = make("model-storage", "production")
    grants = made.of("gcp:storage/bucketIAMMember:BucketIAMMember")
    assert {grant.inputs["role"] for grant in grants} == {
        "roles/storage.objectViewer",
        "roles/storage.legacyBucketReader",
    }
    connection: Gcs = made.result.connection
    assert {value_of(r.urn) for r in connection.ready} == {grant.urn for grant in grants}


@BOTH
def test_bucket_goes_with_its_content_only_when_unprotected(profile: str) -> None:
    bucket = make("model-storage", profile).one(BUCKET).inputs
    assert bucket["forceDestroy"] is (profile == "dev")
    assert bucket["deletionPolicy"] == ("DELETE" if profile == "dev" else "PREVENT")


def test_redis_is_behind_its_side_car() -> None:
    made = make("lock-store", "production")
    redis: Redis = made.result.connection
    assert redis.side_car is not None
    config = value_of(redis.side_car.files["haproxy.cfg"])
    assert "server redis 10.20.64.3:6378 ssl verify required" in config
    assert "verifyhost" not in config.replace("No `verifyhost`", "")
    assert value_of(redis.side_car.files["authority.pem"]).startswith("-----BEGIN CERTIFICATE-----")
    assert isinstance(redis.login, PasswordLogin)
    assert is_secret(redis.login.password)


def test_redis_has_a_standby_in_another_zone_in_production_only() -> None:
    production, dev = (make("lock-store", profile).one(REDIS).inputs for profile in ("production", "dev"))
    assert production["tier"] == "STANDARD_HA"
    assert production["locationId"] != production["alternativeLocationId"]
    assert dev["tier"] == "BASIC"
    assert not {"alternativeLocationId", "persistenceConfig"} & dev.keys()
    assert production["redisConfigs"] == dev["redisConfigs"] == {"maxmemory-policy": "noeviction"}


def test_database_is_protected_twice_and_restorable_in_production() -> None:
    production, dev = (make("postgres", profile).one(SQL).inputs for profile in ("production", "dev"))
    assert production["deletionProtection"] is production["settings"]["deletionProtectionEnabled"] is True
    assert dev["deletionProtection"] is dev["settings"]["deletionProtectionEnabled"] is False
    assert production["settings"]["availabilityType"] == "REGIONAL"
    for database in (production, dev):
        assert database["settings"]["backupConfiguration"]["pointInTimeRecoveryEnabled"] is True
        assert database["settings"]["edition"] == "ENTERPRISE"


def test_rasa_and_the_administrator_have_passwords_of_their_own() -> None:
    made = make("postgres", "production")
    postgres: Postgres = made.result.connection
    assert isinstance(postgres.login, PasswordLogin)
    assert isinstance(postgres.admin, PasswordLogin)
    assert is_secret(postgres.login.password)
    assert value_of(postgres.login.password) != value_of(postgres.admin.password)
    assert "rootPassword" in made.one(SQL).secret_inputs
    assert not made.of("gcp:sql/user:User")
    flags = {flag["name"]: flag["value"] for flag in made.one(SQL).inputs["settings"]["databaseFlags"]}
    assert flags["max_connections"] == str(postgres.max_connections)


def test_server_is_verified_by_its_own_authority() -> None:
    postgres: Postgres = make("postgres", "production").result.connection
    assert postgres.tls == "verify-ca"
    assert postgres.ca is not None
    assert value_of(postgres.ca).startswith("-----BEGIN CERTIFICATE-----")
