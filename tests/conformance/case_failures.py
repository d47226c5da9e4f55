"""What goes wrong in real life: each caught by the one check that it concerns, in time, with one message."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conformance.lab import MODEL, Lab
from tests.conformance.process import HOST
from tests.conformance.scene import PLAIN, Scene, scene
from tests.conformance.servers_sql import Postgres
from tests.rasa import samples


@pytest.fixture
def plain(lab: Lab, tmp_path: Path) -> Scene:
    return scene(lab, tmp_path)


# -- passwords ---------------------------------------------------------------------------------------------


def test_wrong_password_of_postgres(plain: Scene) -> None:
    plain.pod.env["TRACKER_STORE_PASSWORD"] = "not-the-one"
    plain.fails("tracker_store", "password are wrong", "Set the password")


def test_wrong_password_of_redis(lab: Lab, tmp_path: Path) -> None:
    made = scene(lab, tmp_path)
    made.pod.env["LOCK_STORE_PASSWORD"] = "not-the-one"
    outcome = made.run()
    assert set(outcome.wrong) == {"lock_store", "timer_store"}
    assert all("password are wrong" in said for said in outcome.wrong.values())


@pytest.mark.parametrize("kind", ["scram", "event-hubs"])
def test_wrong_password_of_kafka(lab: Lab, tmp_path: Path, kind: str) -> None:
    made = scene(lab, tmp_path, replace(PLAIN, event_broker=samples.EVENT_BROKERS[kind]))
    made.pod.env["EVENT_BROKER_PASSWORD"] = "not-the-one"
    made.fails("event_broker", "password are wrong", "Set the password")


@pytest.mark.parametrize("kind", ["rabbitmq", "rabbitmq-tls"])
def test_wrong_password_of_rabbitmq(lab: Lab, tmp_path: Path, kind: str) -> None:
    made = scene(lab, tmp_path, replace(PLAIN, event_broker=samples.EVENT_BROKERS[kind]))
    made.pod.env["EVENT_BROKER_PASSWORD"] = "not-the-one"
    made.fails("event_broker", "password are wrong")


def test_wrong_password_of_mongodb(lab: Lab, tmp_path: Path) -> None:
    made = scene(lab, tmp_path, replace(PLAIN, tracker_store=samples.TRACKER_STORES["mongodb"]))
    made.pod.env["TRACKER_STORE_PASSWORD"] = "not-the-one"
    made.fails("tracker_store", "password are wrong")


def test_wrong_sas_of_blob(lab: Lab, tmp_path: Path) -> None:
    made = scene(lab, tmp_path, replace(PLAIN, model_storage=samples.MODEL_STORAGES["azure"]))
    made.pod.env["AZURE_ACCOUNT_KEY"] = made.pod.env["AZURE_ACCOUNT_KEY"].replace("sig=", "sig=A")
    made.fails("model", "SAS are wrong")


def test_wrong_token_of_model_server(lab: Lab, tmp_path: Path) -> None:
    made = scene(lab, tmp_path, replace(PLAIN, model_storage=samples.MODEL_STORAGES["server"]))
    made.pod.env["MODEL_SERVER_TOKEN"] = "not-the-one"
    made.fails("model", "refuses the token")


def test_wrong_token_of_nlg(lab: Lab, tmp_path: Path) -> None:
    made = scene(lab, tmp_path, replace(PLAIN, nlg=samples.NLG))
    made.pod.env["NLG_SERVER_TOKEN"] = "not-the-one"
    made.fails("nlg", "refuses the token")


def test_wrong_token_of_vault(lab: Lab, tmp_path: Path) -> None:
    made = scene(lab, tmp_path, replace(PLAIN, secrets_manager=samples.VAULT))
    made.pod.env["VAULT_TOKEN"] = "not-the-one"
    outcome = made.run()
    assert set(outcome.wrong) == {"secrets_manager", "tracker_store"}
    assert "Vault refuses the token" in outcome.wrong["secrets_manager"]
    assert "See the check secrets_manager" in outcome.wrong["tracker_store"]


def test_no_aws_identity(lab: Lab, tmp_path: Path) -> None:
    made = scene(lab, tmp_path, replace(PLAIN, event_broker=samples.EVENT_BROKERS["msk-iam"]))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del made.pod.env[name]
    made.pod.env["AWS_EC2_METADATA_DISABLED"] = "true"
    outcome = made.run()
    assert set(outcome.wrong) == {"identity", "event_broker", "model"}
    assert all("no AWS credentials" in said for said in outcome.wrong.values()), outcome.output


# -- things that are not there -----------------------------------------------------------------------------


def test_missing_topic(plain: Scene) -> None:
    plain.document["event_broker"]["topic"] = "misspelt"
    plain.fails("event_broker", "misspelt", "Make the topic")


def test_missing_topic_without_personal_data(plain: Scene) -> None:
    plain.document["event_broker"] |= {"type": "kafka", "anonymization_topics": ["misspelt"]}
    plain.fails("event_broker", "misspelt", "Make the topic")


def test_topic_without_a_right(lab: Lab, tmp_path: Path) -> None:
    made = scene(lab, tmp_path, replace(PLAIN, event_broker=samples.EVENT_BROKERS["event-hubs"]))
    made.document["event_broker"]["sasl_username"] = "stranger"
    made.fails("event_broker", "rasa-events", "closed to this user")


@pytest.mark.parametrize("kind", ["s3", "gcs", "azure"])
def test_missing_model(lab: Lab, tmp_path: Path, kind: str) -> None:
    args = replace(PLAIN, model="prod/absent", model_storage=samples.MODEL_STORAGES[kind])
    scene(lab, tmp_path, args).fails("model", "prod/absent.tar.gz", "is not there", "Upload it")


def test_missing_model_in_a_volume(lab: Lab, tmp_path: Path) -> None:
    made = scene(lab, tmp_path, replace(PLAIN, model_storage=samples.MODEL_STORAGES["volume"]))
    del made.pod.files[f"/app/models/{MODEL}"]
    made.fails("model", "is not in the volume")


def test_missing_model_on_a_server(lab: Lab, tmp_path: Path) -> None:
    made = scene(lab, tmp_path, replace(PLAIN, model_storage=samples.MODEL_STORAGES["server"]))
    made.document["models"]["url"] += "/../nothing"
    made.fails("model", "no model (HTTP 404)")


@pytest.mark.parametrize(("model", "said"), [("prod/empty", "is empty"), ("prod/text", "no model archive")])
def test_no_real_model(lab: Lab, tmp_path: Path, model: str, said: str) -> None:
    scene(lab, tmp_path, replace(PLAIN, model=model)).fails("model", said)


@pytest.mark.parametrize("kind", ["s3", "gcs", "azure"])
def test_missing_bucket(lab: Lab, tmp_path: Path, kind: str) -> None:
    made = scene(lab, tmp_path, replace(PLAIN, model_storage=samples.MODEL_STORAGES[kind]))
    made.pod.env.update({"BUCKET_NAME": "absent", "AZURE_CONTAINER": "absent"})
    made.fails("model", "the bucket does not exist")


@pytest.fixture
def server(plain: Scene) -> Iterator[Postgres]:
    """PostgreSQL, whose rights are mended afterwards."""
    made = plain.lab.postgres
    made.run("DROP TABLE IF EXISTS events, users", "rasa")
    yield made
    made.run("GRANT USAGE, CREATE ON SCHEMA public TO rasa; DROP TABLE IF EXISTS events, users", "rasa")


def test_missing_right_to_make_tables(plain: Scene, server: Postgres) -> None:
    server.run("REVOKE CREATE ON SCHEMA public FROM rasa", "rasa")
    plain.fails("tracker_store", "permission denied for schema public", "Grant it")


def test_missing_right_to_write(plain: Scene, server: Postgres) -> None:
    assert plain.run().wrong == {}
    server.run("ALTER TABLE events OWNER TO postgres; GRANT SELECT ON events TO rasa", "rasa")
    plain.fails("tracker_store", "permission denied for table events", "Grant it")


def test_missing_database(plain: Scene) -> None:
    plain.document["tracker_store"]["db"] = "absent"
    plain.fails("tracker_store", "does not exist")


def test_missing_right_in_redis(plain: Scene) -> None:
    plain.document["lock_store"]["username"] = "limited"
    plain.fails("lock_store", "may not run a command", "Grant")


def test_misspelt_key(plain: Scene) -> None:
    plain.document["event_broker"]["partition_by_sendr"] = True
    plain.fails("endpoints", "ignores 'partition_by_sendr'", "did you mean partition_by_sender?")


def test_unset_variable(plain: Scene) -> None:
    del plain.pod.env["LOCK_STORE_PASSWORD"]
    plain.fails("endpoints", "LOCK_STORE_PASSWORD", "pulumi config set --secret")


# -- servers that cannot be reached ------------------------------------------------------------------------


@pytest.fixture
def full() -> Iterator[int]:
    """The port of a server whose queue is full: as behind a firewall, nobody answers."""
    with socket.socket() as server, contextlib.ExitStack() as waiting:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(4):
            client = waiting.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(server.getsockname())
        yield server.getsockname()[1]


def test_unreachable_hosts(plain: Scene, full: int) -> None:
    document = plain.document
    document["tracker_store"].update(url="127.0.0.1", port=full)
    document["lock_store"]["host"] = "absent.invalid"
    document["event_broker"]["url"] = f"{HOST}:1"
    outcome = plain.run()
    assert outcome.seconds < 30
    assert set(outcome.wrong) == {"tracker_store", "lock_store", "event_broker"}
    assert f"127.0.0.1:{full} does not answer" in outcome.wrong["tracker_store"]
    assert "security group" in outcome.wrong["tracker_store"]
    assert "absent.invalid is not known here" in outcome.wrong["lock_store"]
    assert f"{HOST}:1 refuses connections" in outcome.wrong["event_broker"]


def test_server_that_says_nothing(plain: Scene) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        plain.document["tracker_store"]["port"] = silent.getsockname()[1]
        plain.fails("tracker_store", "no answer within 20 s", "proxies")


# -- what the stack says about it --------------------------------------------------------------------------


def test_a_check_may_only_warn(lab: Lab, tmp_path: Path) -> None:
    made = scene(lab, tmp_path, replace(PLAIN, model="prod/absent", warn_only=("model",)))
    outcome = made.run()
    assert outcome.status == 0
    assert outcome.checks["model"]["verdict"] == "warning"
    assert "model warning: prod/absent.tar.gz" in outcome.output
