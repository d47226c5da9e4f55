"""Rasa Pro Services: its values for every login of Kafka's, and what it shares with Rasa."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, cast

import jsonschema
import pytest
from pulumi import Output

from components.contract.connections import AwsIam, Kafka
from components.contract.secrets import PasswordLogin, SecretRef
from components.rasa.analytics_values import Place, analytics_files, analytics_values
from components.rasa.assistant import Assistant
from tests.rasa import samples
from tests.rasa.samples_companions import ALL_COMPANIONS, analytics
from tests.rasa.test_values import SCHEMA, as_helm_checks
from tests.recorder import Recording, record, value_of

RELEASE, JOB = "kubernetes:helm.sh/v3:Release", "kubernetes:batch/v1:Job"
BROKERS = {name: it for name, it in samples.EVENT_BROKERS.items() if isinstance(it, Kafka)}
PLACE = Place(
    service_account="an-account",
    license=SecretRef(name="the-secret", key="RASA_PRO_LICENSE"),
    secrets=samples.known("the-passwords"),
    files=samples.known("the-files"),
    pod_labels={"wi": "use"},
)


def written(wanted: Any) -> dict[str, Any]:
    document = analytics_values(wanted, PLACE)
    return value_of(cast("Output[dict[str, Any]]", Output.from_input(cast("Any", document))))


def run(broker: Kafka, **more: Any) -> Recording[Assistant]:
    wanted = replace(analytics(broker), **more)
    args = replace(samples.BASE, event_broker=broker, companions=replace(ALL_COMPANIONS, analytics=wanted))
    return record(lambda: Assistant("assistant", args))


@pytest.mark.parametrize("broker", BROKERS.values(), ids=BROKERS)
def test_the_chart_takes_them_and_no_secret_is_in_them(broker: Kafka) -> None:
    found = written(analytics(broker))
    assert "planted" not in json.dumps(found)
    if SCHEMA.exists():
        validator = jsonschema.Draft7Validator(json.loads(SCHEMA.read_text()))
        assert not [e.message for e in validator.iter_errors(as_helm_checks(found))]  # pyright: ignore[reportUnknownMemberType]: jsonschema's stubs
    services = found["rasaProServices"]
    assert found["rasa"]["enabled"] is False
    assert services["kafka"]["topic"] == broker.topics.events
    assert services["kafka"]["dlqTopic"] == broker.topics.analytics_dead_letter
    assert services["kafka"]["securityProtocol"]
    mounted = {f"/etc/rasa-analytics/{file}" for file in analytics_files(analytics(broker))}
    named = {value for key, value in services["kafka"].items() if key.endswith("Location")}
    assert named <= mounted


def test_kafka_on_aws_takes_the_pods_identity() -> None:
    found = written(analytics(BROKERS["msk-iam"]))["rasaProServices"]
    assert found["kafka"]["enableAwsMskIam"] is True
    assert "saslPassword" not in found["kafka"]
    assert found["useCloudProviderIam"] == {"enabled": True, "provider": "aws", "region": samples.REGION}


def test_the_reader_may_have_a_login_of_its_own() -> None:
    reader = BROKERS["scram"].security
    own = replace(BROKERS["event-hubs"], reader=reader)
    assert written(analytics(own))["rasaProServices"]["kafka"]["saslMechanism"] == "SCRAM-SHA-512"


def test_the_password_is_a_variable_that_comes_before_the_url() -> None:
    found = written(analytics(BROKERS["scram"]))["rasaProServices"]
    (variable,) = found["additionalEnv"]
    assert variable["valueFrom"]["secretKeyRef"]["name"] == "the-passwords"
    assert (
        f":$({variable['name']})@db.example:5432/rasa_analytics?sslmode=verify-full"
        in found["database"]["url"]
    )
    theirs = replace(
        analytics(BROKERS["scram"]),
        login=PasswordLogin(username="a", password=SecretRef(name="their-db", key="pw")),
    )
    (variable,) = written(theirs)["rasaProServices"]["additionalEnv"]
    assert variable["valueFrom"]["secretKeyRef"] == {"name": "their-db", "key": "pw"}


@pytest.mark.parametrize("broker", BROKERS.values(), ids=BROKERS)
def test_it_never_holds_rasa_up(broker: Kafka) -> None:
    recording = run(broker)
    release = recording.one(RELEASE, "assistant-release")
    services = recording.one(RELEASE, "assistant-analytics")
    assert services.urn not in recording.waits_for(release)
    job = recording.one(JOB, "assistant-analytics-database-init")
    assert job.urn in recording.waits_for(services)
    (container,) = job.inputs["spec"]["template"]["spec"]["containers"]
    env = {entry["name"]: entry.get("value") for entry in container["env"]}
    (database,) = json.loads(env["DATABASES"])
    assert (database["database"], database["role"]) == ("rasa_analytics", "rasa_analytics")


@pytest.mark.parametrize("broker", BROKERS.values(), ids=BROKERS)
def test_it_has_rasas_account_only_where_that_is_the_login(broker: Kafka) -> None:
    values = run(broker).one(RELEASE, "assistant-analytics").inputs["values"]
    account = values["rasaProServices"]["serviceAccount"]
    assert account["create"] is False
    assert (account["name"] == "rasa") is isinstance(broker.security, AwsIam)


def test_a_database_that_exists_is_not_made() -> None:
    database = replace(analytics(BROKERS["scram"]).database, admin=None)
    recording = run(BROKERS["scram"], database=database, beside_rasa=False)
    assert not [job for job in recording.of(JOB) if "analytics" in job.name]
