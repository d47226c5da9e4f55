from __future__ import annotations

import re

from components.contract.connections import Kafka, MutualTls
from components.contract.topics import Topics
from components.gcp.client_certificate import LIFETIME_DAYS, WARNING_DAYS, seconds_since_epoch
from components.gcp.event_broker import PRINCIPAL, PRINCIPAL_RULES, mutual_tls_address
from tests.gcp.stores import ALARM, make
from tests.recorder import is_secret, value_of

KAFKA = "gcp:managedkafka/cluster:Cluster"
CERTIFICATE = "gcp:certificateauthority/certificate:Certificate"
AUTHORITY = "gcp:certificateauthority/authority:Authority"


def test_rasa_dials_the_port_for_certificates() -> None:
    connection: Kafka = make("event-broker", "production").result.connection
    assert value_of(connection.bootstrap).endswith(".cloud.goog:9192")
    assert mutual_tls_address("a:9092,b:9092") == "a:9192,b:9192"


def test_key_and_certificate_are_shown_and_the_key_is_secret() -> None:
    security = make("event-broker", "production").result.connection.security
    assert isinstance(security, MutualTls)
    assert is_secret(security.key)
    assert security.ca is not None


def test_the_certificate_is_for_whom_the_access_list_admits() -> None:
    made = make("event-broker", "production")
    name = made.one("tls:index/certRequest:CertRequest").inputs["subject"]["commonName"]
    rule = PRINCIPAL_RULES.removeprefix("RULE:").partition("/")[0]
    found = re.match(rule, f"CN={name}")
    assert found
    acl = made.one("gcp:managedkafka/acl:Acl").inputs
    assert {entry["principal"] for entry in acl["aclEntries"]} == {f"User:{found[1]}"}
    assert found[1] == PRINCIPAL


def test_rasa_writes_events_and_nothing_else() -> None:
    acl = make("event-broker", "production").one("gcp:managedkafka/acl:Acl").inputs
    assert acl["aclId"] == f"topic/{Topics().events}"
    assert {entry["operation"] for entry in acl["aclEntries"]} == {"DESCRIBE", "WRITE"}


def test_brokers_wait_for_an_authority_that_they_may_read() -> None:
    made = make("event-broker", "production")
    cluster = made.one(KAFKA)
    reader = made.one("gcp:certificateauthority/caPoolIamMember:CaPoolIamMember")
    assert made.one(AUTHORITY).urn in cluster.dependencies
    assert reader.urn in cluster.data_flow
    assert reader.inputs["role"] == "roles/privateca.poolReader"


def test_the_authority_signs_clients_and_no_longer_than_needed() -> None:
    made = make("event-broker", "production")
    policy = made.one("gcp:certificateauthority/caPool:CaPool").inputs["issuancePolicy"]
    baseline = policy["baselineValues"]
    assert baseline["keyUsage"]["extendedKeyUsage"] == {"clientAuth": True}
    assert baseline["caOptions"] == {"isCa": False, "nonCa": True}
    assert policy["maximumLifetime"] == made.one(CERTIFICATE).inputs["lifetime"]


def test_the_alarm_comes_while_there_is_time_to_renew() -> None:
    alarm = make("event-broker", "production").one(ALARM, "event-broker-client-expiry").inputs
    (condition,) = alarm["conditions"]
    fires = int(condition["conditionPrometheusQueryLanguage"]["query"].rpartition(" ")[2])
    assert seconds_since_epoch("2027-05-21T12:00:00Z") - fires == WARNING_DAYS * 24 * 60 * 60
    assert WARNING_DAYS < LIFETIME_DAYS


def test_a_stack_in_development_can_be_deleted_at_once() -> None:
    production, dev = (make("event-broker", p).one(AUTHORITY).inputs for p in ("production", "dev"))
    assert production["deletionProtection"] is True
    assert production["skipGracePeriod"] is False
    assert dev["deletionProtection"] is False
    assert dev["skipGracePeriod"] is dev["ignoreActiveCertificatesOnDeletion"] is True
