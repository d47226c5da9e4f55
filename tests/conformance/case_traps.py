"""The traps of docs/rasa-pro.md: our code refuses them, or the preflight says what a person needs to know."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pulumi import RunError

from components.kubernetes.documents import as_yaml
from components.rasa.spec.literal_keys import credentials_with_variables, key_variables
from tests.conformance.lab import ENDPOINTS, Lab
from tests.conformance.scene import PLAIN, Scene, scene
from tests.conformance.tools import rasa_python
from tests.http_server import Quiet, serve
from tests.rasa import samples
from tests.rasa.samples import endpoints
from tests.rasa.test_values import written
from tests.recorder import value_of


@pytest.fixture
def plain(lab: Lab, tmp_path: Path) -> Scene:
    return scene(lab, tmp_path)


def refused(extra: dict[str, Any], *words: str) -> None:
    """Our code does not write that."""
    with pytest.raises(RunError) as raised:
        endpoints(PLAIN, extra)
    for word in words:
        assert word in str(raised.value)


@pytest.mark.parametrize("kind", ["kafka", "concurrent_kafka"])
@pytest.mark.parametrize("value", [False, None])
def test_t1_kafka_without_host_names(plain: Scene, kind: str, value: object) -> None:
    refused({"event_broker": {"ssl_check_hostname": False}}, "ssl_check_hostname", "Kafka over TLS")
    block = plain.document["event_broker"]
    block.update(type=kind, ssl_check_hostname=value)
    if value is None:
        del block["ssl_check_hostname"]
    plain.fails("event_broker", "no producer can be built", "ssl_check_hostname: true")


def test_t2_a_tracker_store_that_only_logs(plain: Scene) -> None:
    plain.pod.env["POSTGRESQL_SCHEMA"] = "absent"
    plain.fails("tracker_store", "schema")


def test_t3_a_model_that_is_not_there(lab: Lab, tmp_path: Path) -> None:
    scene(lab, tmp_path, replace(PLAIN, model="absent")).fails("model", "absent.tar.gz", "is not there")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("password: ${LOCK_STORE_PASSWORD}", 'password: "${LOCK_STORE_PASSWORD}"', "stays literally"),
        ("password: ${LOCK_STORE_PASSWORD}", "password: ${ABSENT}", "ABSENT, which the pod's environment"),
        ("topic: rasa-events", "topic: pre-${ABSENT}", "stays literally ${ABSENT}"),
        ("topic: rasa-events", "topic: ${TOPIC:-rasa-events}", "TOPIC"),
        ("topic: rasa-events", "topic: |\n    ${HOME}", "stays literally"),
    ],
)
def test_t4_variables_that_stay(plain: Scene, before: str, after: str, said: str) -> None:
    plain.lab.write(plain.pod, plain.document)
    text = str(plain.pod.files[ENDPOINTS])
    assert before in text
    plain.pod.files[ENDPOINTS] = text.replace(before, after)
    outcome = plain.pod.run()
    assert "endpoints" in outcome.wrong, outcome.output
    assert said in outcome.wrong["endpoints"], outcome.output


def test_t5_keys_that_are_never_expanded(plain: Scene) -> None:
    plain.document["event_broker"]["client_id"] = "${HOME}"
    plain.fails("endpoints", "event_broker.client_id stays literally ${HOME}")


def test_t5_a_key_that_is_a_variable() -> None:
    """The way past it (components/rasa/spec/literal_keys.py), through Rasa's own reader."""
    code = (
        "import json, pathlib, sys, tempfile; from rasa.shared.utils.yaml import read_config_file; "
        "file = pathlib.Path(tempfile.mkdtemp()) / 'credentials.yml'; file.write_text(sys.stdin.read()); "
        "print(json.dumps(read_config_file(file)))"
    )
    credentials = credentials_with_variables({"facebook": {"verify": "v", "secret": "${FACEBOOK}"}})
    done = subprocess.run(
        [str(rasa_python()), "-c", code],
        input=value_of(as_yaml(credentials)),
        env={"FACEBOOK": "s3cret", **{one.name: str(one.value) for one in key_variables(credentials)}},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert json.loads(done.stdout.splitlines()[-1]) == {"facebook": {"verify": "v", "secret": "s3cret"}}


def test_t6_url_instead_of_host(plain: Scene) -> None:
    refused({"lock_store": {"url": "redis"}}, "lock_store.url", "did you mean host?")
    block = plain.document["lock_store"]
    block["url"] = block.pop("host")
    outcome = plain.run()
    assert "lock_store.url" in outcome.wrong["endpoints"]


def test_t7_a_password_without_a_user(plain: Scene) -> None:
    block = plain.document["lock_store"]
    block["type"] = "redis"
    del block["username"]
    plain.fails("lock_store", "username")


def test_t8_a_database_that_is_not_there(plain: Scene) -> None:
    plain.document["lock_store"].update(port=plain.lab.redis_cluster[0], db=1, username="default")
    plain.fails("lock_store", "db: 0")


@pytest.mark.parametrize("kind", ["redis", "concurrent_redis"])
def test_t8_cluster_mode_without_saying_so(plain: Scene, kind: str) -> None:
    plain.document["lock_store"].update(type=kind, port=plain.lab.redis_cluster[0])
    plain.fails("lock_store", "the server runs in cluster mode", "deployment_mode: cluster")


def test_t9_tls_that_is_left_out(plain: Scene) -> None:
    refused({"tracker_store": {"login_db": "postgres"}}, "login_db")
    refused({"tracker_store": {"dialect": "postgresql+psycopg2"}}, "dialect", "PostgreSQL")
    plain.document["tracker_store"]["dialect"] = "postgresql+psycopg2"
    plain.fails("tracker_store", "instead of verify-full", "Write dialect: postgresql")


def test_t10_a_list_of_brokers(plain: Scene) -> None:
    refused({"event_broker": {"url": ["a:1", "b:1"]}}, "Kafka addresses")
    block = plain.document["event_broker"]
    block["url"] = [block["url"]]
    plain.fails("event_broker", "url is a list", "host:port,host:port")


def test_t11_endpoints_that_are_not_mounted(plain: Scene) -> None:
    assert "endpointsRaw" not in str(written(PLAIN))
    del plain.pod.files[ENDPOINTS]
    outcome = plain.pod.run()
    assert list(outcome.wrong) == ["endpoints"]
    assert "keep everything in memory" in outcome.wrong["endpoints"]


def test_t12_blocks_in_camel_case(plain: Scene) -> None:
    refused({"trackerStore": {}}, "did you mean tracker_store?")
    plain.document["trackerStore"] = plain.document.pop("tracker_store")
    plain.fails("endpoints", "'trackerStore'", "there is no block 'tracker_store'")


def test_t13_tokens_that_the_chart_refers_to(plain: Scene) -> None:
    settings = written(PLAIN)["rasa"]["settings"]
    for key in ("authToken", "jwtSecret"):
        assert settings[key]["secretKey"] in plain.pod.env


def test_t14_services_that_are_on_by_default() -> None:
    assert written(PLAIN)["rasaProServices"] == {"enabled": False}


def test_t15_network_policies_of_the_chart() -> None:
    assert written(PLAIN)["networkPolicy"] == {"enabled": False}


def test_t16_a_mantle_project_in_the_image(plain: Scene) -> None:
    plain.pod.files.update({"/app/agent.yml": "name: bot\n", "/app/integrations.yml": "channels: {}\n"})
    outcome = plain.run()
    assert "Mantle" in outcome.wrong["endpoints"], outcome.output


class Forbidding(Quiet):
    """Cloud Storage without the right storage.buckets.get."""

    def do_GET(self) -> None:
        body = b'{"error": {"code": 403, "message": "storage.buckets.get access denied"}}'
        self.send_response(403)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def forbidding() -> Iterator[str]:
    with serve(Forbidding) as port:
        yield f"http://127.0.0.1:{port}"


def test_t17_no_right_to_see_the_bucket(lab: Lab, tmp_path: Path, forbidding: str) -> None:
    made = scene(lab, tmp_path, replace(PLAIN, model_storage=samples.MODEL_STORAGES["gcs"]))
    made.pod.env["STORAGE_EMULATOR_HOST"] = forbidding
    made.fails("model", "may not see the bucket")


def test_t18_blob_without_a_key(lab: Lab, tmp_path: Path) -> None:
    made = scene(lab, tmp_path, replace(PLAIN, model_storage=samples.MODEL_STORAGES["azure"]))
    del made.pod.env["AZURE_ACCOUNT_KEY"]
    made.fails("model")


def test_t19_a_secret_without_the_key(lab: Lab, tmp_path: Path) -> None:
    vault = replace(samples.VAULT, path="other")
    made = scene(lab, tmp_path, replace(samples.AZURE, secrets_manager=vault))
    outcome = made.run()
    assert "has no key db-password" in outcome.wrong["secrets_manager"], outcome.output


def test_t19_a_reference_where_rasa_resolves_none(plain: Scene) -> None:
    plain.document["lock_store"]["password"] = {"source": "secrets_manager.vault", "secret_key": "x"}
    outcome = plain.run()
    assert "lock_store" in outcome.wrong, outcome.output


def test_t20_pools_by_the_names_that_are_read(plain: Scene) -> None:
    assert not [name for name in plain.pod.env if name.startswith("POSTGRESQL_")]
    code = (
        "from rasa.core.tracker_stores.sql_tracker_store import create_engine_kwargs as made; "
        "found = made('postgresql://rasa@host/rasa'); print(found['pool_size'], found['max_overflow'])"
    )
    done = subprocess.run(
        [str(rasa_python()), "-c", code], env=plain.pod.env, capture_output=True, text=True, check=True
    )
    wanted = [plain.pod.env["SQL_POOL_SIZE"], plain.pod.env["SQL_MAX_OVERFLOW"]]
    assert done.stdout.split()[-2:] == wanted
