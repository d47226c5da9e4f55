"""Certificates that have expired, or carry another signature or another name: each caught and named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.conformance.lab import Lab
from tests.conformance.process import HOST
from tests.conformance.scene import PLAIN, Scene, scene
from tests.rasa import samples


@pytest.fixture
def plain(lab: Lab, tmp_path: Path) -> Scene:
    return scene(lab, tmp_path)


def distrust(made: Scene, role: str) -> None:
    made.pod.files[f"/etc/rasa/authorities/{role}.pem"] = (made.lab.certificates / "other-ca.pem").read_text()


@pytest.mark.parametrize("server", ["postgres", "redis", "kafka"])
def test_expired_certificate(plain: Scene, server: str) -> None:
    lab, document = plain.lab, plain.document
    match server:
        case "postgres":
            document["tracker_store"]["port"] = lab.postgres_expired.port
            plain.fails("tracker_store", "has expired", "Renew it")
        case "redis":
            document["lock_store"]["port"] = lab.redis_expired
            plain.fails("lock_store", "has expired", "Renew it")
        case _:
            document["event_broker"].update(url=f"{HOST}:{lab.kafka.expired}", sasl_mechanism="PLAIN")
            plain.fails("event_broker", "has expired", "Renew it")


@pytest.mark.parametrize(
    ("role", "check"), [("tracker-store", "tracker_store"), ("event-broker", "event_broker")]
)
def test_wrong_authority(plain: Scene, role: str, check: str) -> None:
    distrust(plain, role)
    plain.fails(check, "is not signed by", f"{role}.pem", "Give the authority")


def test_wrong_authority_of_redis(plain: Scene) -> None:
    distrust(plain, "lock-store")
    outcome = plain.run()
    assert set(outcome.wrong) == {"lock_store", "timer_store"}
    assert all("is not signed by" in said for said in outcome.wrong.values())


@pytest.mark.parametrize("kind", ["mutual-tls", "rabbitmq-tls"])
def test_wrong_authority_of_other_brokers(lab: Lab, tmp_path: Path, kind: str) -> None:
    made = scene(lab, tmp_path, replace(PLAIN, event_broker=samples.EVENT_BROKERS[kind]))
    distrust(made, "event-broker")
    made.fails("event_broker", "is not signed by")


def test_wrong_authority_of_mongodb(lab: Lab, tmp_path: Path) -> None:
    made = scene(lab, tmp_path, replace(PLAIN, tracker_store=samples.TRACKER_STORES["mongodb"]))
    distrust(made, "tracker-store")
    made.fails("tracker_store", "is not signed by")


def test_wrong_authority_of_a_side_car(lab: Lab, tmp_path: Path) -> None:
    made = scene(lab, tmp_path, replace(PLAIN, lock_store=samples.LOCK_STORES["side-car"]))
    distrust(made, "lock-store")  # Rasa trusts nobody here: HAProxy has read its own file
    assert made.run().wrong == {}


@pytest.mark.parametrize(("kind", "role"), [("server", "model-storage"), ("nlg", "nlg")])
def test_wrong_authority_of_https(lab: Lab, tmp_path: Path, kind: str, role: str) -> None:
    args = replace(PLAIN, model_storage=samples.MODEL_STORAGES["server"], nlg=samples.NLG)
    made = scene(lab, tmp_path, args)
    distrust(made, role)
    made.fails("nlg" if kind == "nlg" else "model", "is not signed by")


def test_certificate_of_another_name(plain: Scene) -> None:
    plain.document["tracker_store"]["url"] = "127.0.0.2"
    plain.fails("tracker_store", "is not made out to 127.0.0.2")


@pytest.fixture
def certified(lab: Lab, tmp_path: Path) -> Scene:
    return scene(lab, tmp_path, replace(PLAIN, tracker_store=samples.BY_CERTIFICATE))


def show(made: Scene, suffix: str, name: str) -> None:
    source = made.lab.certificates / f"{name}.{'pem' if suffix == 'crt' else 'key'}"
    made.pod.files[f"/etc/rasa/client/tracker-store.{suffix}"] = source.read_text()


def test_client_certificate_of_another_role(certified: Scene) -> None:
    show(certified, "crt", "server")
    show(certified, "key", "server")
    certified.fails("tracker_store", "is another role's", "pg_ident.conf")


def test_key_of_another_client_certificate(certified: Scene) -> None:
    show(certified, "key", "server")
    certified.fails("tracker_store", "is not the certificate's", "rasa:trackerStore.clientCertificate")


def test_client_key_that_everybody_can_read(certified: Scene) -> None:
    assert set(certified.pod.modes.values()) == {0o440}
    certified.pod.modes = dict.fromkeys(certified.pod.modes, 0o644)
    certified.fails("tracker_store", "the client's key cannot be read")


def test_no_client_certificate(certified: Scene) -> None:
    del certified.document["tracker_store"]["query"]
    certified.fails("tracker_store", "the server wants a client certificate", "ssl_ca_file")


def test_stranger_with_a_client_certificate(lab: Lab, tmp_path: Path) -> None:
    made = scene(lab, tmp_path, replace(PLAIN, event_broker=samples.EVENT_BROKERS["mutual-tls"]))
    for suffix in ("crt", "key"):
        source = lab.certificates / f"server.{'pem' if suffix == 'crt' else 'key'}"
        made.pod.files[f"/etc/rasa/client/event-broker.{suffix}"] = source.read_text()
    made.fails("event_broker", "topic")
