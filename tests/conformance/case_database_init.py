"""`jobs/database_init` against real PostgreSQL, with the files and variables of the recorded Job."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from components.rasa.assistant import Assistant
from tests.conformance.lab import Lab
from tests.conformance.pod import Pod
from tests.conformance.scene import PLAIN, database_init, scene
from tests.conformance.servers_sql import Postgres, reset
from tests.rasa import samples
from tests.recorder import record

ANALYTICS = {
    "database": "analytics",
    "role": "analytics",
    "login": "password",
    "password_variable": "ROLE_PASSWORD",
}


@pytest.fixture
def server(lab: Lab) -> Postgres:
    reset(lab.postgres, "rasa", "analytics")
    return lab.postgres


@pytest.fixture
def job(lab: Lab, tmp_path: Path, server: Postgres) -> Pod:
    del server
    return database_init(lab, tmp_path, record(lambda: Assistant("assistant", PLAIN)), "assistant")


def fails(job: Pod, *words: str) -> None:
    job.env["WAIT_SECONDS"] = "2"
    outcome = job.run()
    assert outcome.status == 1
    assert outcome.seconds < 30
    message = outcome.output.strip().splitlines()[-1]
    assert message.startswith("database_init: ")
    assert "planted-secret" not in outcome.output
    for word in words:
        assert word in message, outcome.output


def test_it_makes_role_and_database_and_a_second_run_changes_nothing(job: Pod, server: Postgres) -> None:
    first = job.run()
    assert (first.status, "created role rasa" in first.output) == (0, True)
    state = server.run("SELECT * FROM pg_database, pg_roles WHERE datname = 'rasa' AND rolname = 'rasa'")
    second = job.run()
    assert (second.status, "created" in second.output) == (0, False)
    assert state == server.run(
        "SELECT * FROM pg_database, pg_roles WHERE datname = 'rasa' AND rolname = 'rasa'"
    )


def test_a_changed_password_takes_effect(lab: Lab, job: Pod, tmp_path: Path) -> None:
    job.env["ROLE_PASSWORD"] = "another"
    assert job.run().status == 0
    made = scene(lab, tmp_path / "next")  # runs the Job again, with the stack's password
    assert made.run().wrong == {}
    made.pod.env["TRACKER_STORE_PASSWORD"] = "another"
    made.fails("tracker_store", "password are wrong")


def test_two_databases_are_closed_to_each_other(job: Pod, server: Postgres) -> None:
    job.env["DATABASES"] = json.dumps([*json.loads(job.env["DATABASES"]), ANALYTICS])
    assert job.run().status == 0
    rights = "has_database_privilege('{}', '{}', 'CONNECT')"
    asked = [("rasa", "rasa"), ("rasa", "analytics"), ("analytics", "rasa"), ("analytics", "analytics")]
    answers = server.run("SELECT " + ", ".join(rights.format(*pair) for pair in asked))
    assert answers == "t|f|f|t"


def test_the_role_may_no_more_than_it_needs(lab: Lab, job: Pod, server: Postgres, tmp_path: Path) -> None:
    assert job.run().status == 0
    may = "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication FROM pg_roles WHERE rolname = 'rasa'"
    assert server.run(may) == "f|f|f|f"
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'rasa'"
    assert server.run(owner) == "postgres"
    made = scene(lab, tmp_path / "next")
    assert made.run().wrong == {}
    # Once its tables are there, Rasa starts and writes without any right to make more.
    server.run("REVOKE CREATE ON SCHEMA public FROM rasa", "rasa")
    assert made.run().wrong == {}


def test_rds_iam(lab: Lab, tmp_path: Path) -> None:
    args = replace(PLAIN, tracker_store=samples.RDS)
    reset(lab.rds, "rasa")
    job = database_init(lab, tmp_path, record(lambda: Assistant("assistant", args)), "assistant")
    assert job.run().status == 0
    assert lab.rds.run("SELECT pg_has_role('rasa', 'rds_iam', 'MEMBER')") == "t"
    assert lab.rds.run("SELECT rolpassword IS NULL FROM pg_authid WHERE rolname = 'rasa'") == "t"
    assert "planted" not in json.dumps(job.env)


def test_a_role_of_rds_iam_gets_a_password(lab: Lab, tmp_path: Path) -> None:
    """`trackerStore.login` identity → password on a stack that is up."""
    args = replace(PLAIN, tracker_store=samples.RDS)
    reset(lab.rds, "rasa")
    before = database_init(lab, tmp_path / "a", record(lambda: Assistant("assistant", args)), "assistant")
    assert before.run().status == 0
    after = database_init(lab, tmp_path / "b", record(lambda: Assistant("assistant", PLAIN)), "assistant")
    after.env["PGPORT"] = str(lab.rds.port)
    for _ in range(2):
        assert after.run().status == 0
        assert lab.rds.run("SELECT pg_has_role('rasa', 'rds_iam', 'MEMBER')") == "f"
        assert lab.rds.run("SELECT rolpassword LIKE 'SCRAM%' FROM pg_authid WHERE rolname = 'rasa'") == "t"


def test_wrong_password_of_the_administrator(job: Pod) -> None:
    job.env["PGPASSWORD"] = "not-the-one"
    fails(job, "administrator's user name or password is wrong")


def test_an_administrator_without_rights(job: Pod, server: Postgres) -> None:
    reset(server, "clerk")
    server.run("CREATE ROLE clerk LOGIN PASSWORD 'clerk'")
    job.env.update(PGUSER="clerk", PGPASSWORD="clerk")
    fails(job, "needs CREATEROLE and CREATEDB")
    reset(server, "clerk")


def test_wrong_authority(lab: Lab, job: Pod) -> None:
    job.files["/etc/database-init/authority.pem"] = (lab.certificates / "other-ca.pem").read_text()
    fails(job, "not signed by the authority")


def test_expired_certificate(lab: Lab, job: Pod) -> None:
    job.env["PGPORT"] = str(lab.postgres_expired.port)
    fails(job, "certificate")


def test_another_name(job: Pod) -> None:
    job.env["PGHOST"] = "127.0.0.2"
    fails(job, "does not carry the name")


def test_unreachable_server(job: Pod) -> None:
    job.env["PGPORT"] = "1"
    fails(job, "did not let us in", "firewall")


def test_a_secret_that_cannot_be_read(lab: Lab, tmp_path: Path) -> None:
    args = replace(PLAIN, tracker_store=samples.RDS)
    job = database_init(lab, tmp_path, record(lambda: Assistant("assistant", args)), "assistant")
    job.env["ADMIN_SECRET_ID"] = "absent"
    fails(job, "cannot read the administrator's secret", "secretsmanager:GetSecretValue")
