"""Vault itself: made usable from nothing, again, after half a run; rotation, snapshots, restore."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.lab import Lab
from tests.conformance.servers_vault import jwt
from tests.conformance.vault_scene import PASSWORD, VaultScene, vault_scene


@pytest.fixture(params=["aws-kms", "no-cloud"])
def fresh(lab: Lab, tmp_path: Path, request: pytest.FixtureRequest) -> VaultScene:
    return vault_scene(lab, tmp_path, cloud=request.param == "aws-kms")


@pytest.fixture
def scene(lab: Lab, tmp_path: Path) -> VaultScene:
    return vault_scene(lab, tmp_path, cloud=True)


def succeeds(made: VaultScene) -> str:
    outcome = made.bootstrap()
    assert outcome.status == 0, outcome.output
    return outcome.output.strip().splitlines()[-1]


def test_from_nothing_and_a_second_run_changes_nothing(fresh: VaultScene) -> None:
    root: list[str] = []
    plug = fresh.cluster.before_write

    def listen(name: str, content: dict[str, str]) -> int | None:
        root.extend([content["root-token"]] if "root-token" in content else [])
        return plug(name, content)

    fresh.cluster.before_write = listen
    assert "set up" in succeeds(fresh)
    assert fresh.read()["data"] == {"username": "rasa", "password": PASSWORD}
    assert len(fresh.recovery_keys()) == (5 if fresh.cloud else 1)
    assert fresh.cluster.secrets["vault-bootstrap"] == {"stage": "done"}, "no root token is left"
    with pytest.raises(OSError, match="403"):
        fresh.server.ask("GET", "auth/token/lookup-self", root[0])
    token, writes = fresh.token, list(fresh.cluster.writes)
    assert succeeds(fresh) == "ready: nothing to change"
    assert (fresh.token, fresh.cluster.writes) == (token, writes)
    assert fresh.read()["metadata"]["version"] == 1


# -- half-finished runs ------------------------------------------------------------------------------------


def refuse(made: VaultScene, stage: str) -> None:
    """Let the cluster fail one write: that of Rasa's token, or that of a stage of the bootstrap."""
    plug, failed = made.cluster.before_write, list[str]()

    def spoil(name: str, content: dict[str, str]) -> int | None:
        if stage in {name, content.get("stage")} and not failed:
            failed.append(name)
            return 500
        return plug(name, content)

    made.cluster.before_write = spoil


@pytest.mark.parametrize("stage", ["vault-rasa-token", "initialising", "done"])
def test_half_a_run_is_completed(scene: VaultScene, stage: str) -> None:
    refuse(scene, stage)
    assert scene.bootstrap().status == 1
    succeeds(scene)
    assert scene.read()["data"]["password"] == PASSWORD
    assert len(scene.recovery_keys()) == 5
    assert scene.cluster.secrets["vault-bootstrap"] == {"stage": "done"}
    assert succeeds(scene) == "ready: nothing to change"


def test_keys_that_were_lost_are_said_and_how_to_go_on(scene: VaultScene) -> None:
    refuse(scene, "initialised")
    assert scene.bootstrap().status == 1
    outcome = scene.bootstrap()
    assert outcome.status == 1
    assert "its root token is lost. Nothing is in that Vault yet" in outcome.output
    # What the message says to do.
    scene.server.wipe()
    del scene.cluster.secrets["vault-bootstrap"]
    scene.server.start()
    succeeds(scene)
    assert scene.read()["data"]["password"] == PASSWORD


def test_a_store_that_takes_no_keys_stops_it_before_there_are_any(scene: VaultScene) -> None:
    right, scene.cloud = scene.cloud, {**scene.cloud, "secret": scene.cloud["secret"] + "-absent"}
    outcome = scene.bootstrap()
    assert outcome.status == 1
    assert "cannot put recovery keys into" in outcome.output
    assert scene.server.ask("GET", "sys/seal-status")["initialized"] is False
    scene.cloud = right
    succeeds(scene)


def test_a_vault_of_somebody_elses(scene: VaultScene) -> None:
    scene.server.ask("PUT", "sys/init", "", {"recovery_shares": 1, "recovery_threshold": 1})
    outcome = scene.bootstrap()
    assert outcome.status == 1
    assert "initialised by somebody else" in outcome.output


def test_a_server_that_is_silent_is_not_taken_for_an_empty_one(scene: VaultScene) -> None:
    scene.server.stop()
    outcome = scene.bootstrap()
    assert outcome.status == 1
    assert "no answer from" in outcome.output


# -- who may do what ---------------------------------------------------------------------------------------


def test_rasas_token_reads_one_path_and_renews_itself(scene: VaultScene) -> None:
    succeeds(scene)
    ask, token = scene.server.ask, scene.token
    known = ask("GET", "auth/token/lookup-self", token)["data"]
    assert (known["policies"], known["orphan"], known["renewable"]) == (["rasa"], True, True)
    assert known["period"] == 30 * 24 * 3600
    ask("POST", "auth/token/renew-self", token, {})
    for method, path in (
        ("GET", "secret/data/another"),
        ("POST", "secret/data/rasa/tracker-store"),
        ("GET", "secret/metadata/rasa/tracker-store"),
        ("GET", "sys/storage/raft/snapshot"),
        ("POST", "auth/token/create"),
    ):
        with pytest.raises(OSError, match="403"):
            ask(method, path, token, {} if method == "POST" else None)


def test_each_role_is_for_one_service_account(scene: VaultScene) -> None:
    succeeds(scene)
    body = {"role": "operator", "jwt": jwt("vault-snapshot")}
    with pytest.raises(OSError, match="403"):
        scene.server.ask("POST", "auth/kubernetes/login", "", body)
    taker = scene.log_in("snapshot")
    with pytest.raises(OSError, match="403"):
        scene.server.ask("GET", "secret/data/rasa/tracker-store", taker)
    assert "stdout/" in scene.server.ask("GET", "sys/audit", scene.log_in("operator"))["data"]


def test_a_token_that_has_gone_is_issued_anew(scene: VaultScene) -> None:
    succeeds(scene)
    gone = scene.token
    scene.server.ask("POST", "auth/token/revoke", scene.log_in("operator"), {"token": gone})
    assert "kubectl rollout restart" in succeeds(scene)
    assert scene.token != gone
    assert scene.read()["data"]["password"] == PASSWORD


def test_no_secret_is_in_the_audit_log(scene: VaultScene) -> None:
    succeeds(scene)
    scene.read()
    log = (scene.server.folder.parent / f"{scene.server.name}.log").read_text()
    assert '"path":"secret/data/rasa/tracker-store"' in log
    for secret in (PASSWORD, scene.token, *scene.recovery_keys()):
        assert secret not in log


# -- snapshots ---------------------------------------------------------------------------------------------


def test_a_snapshot_brings_back_what_was_there(scene: VaultScene) -> None:
    succeeds(scene)
    outcome = scene.snapshot()
    assert outcome.status == 0, outcome.output
    assert "Rasa's token is renewed" in outcome.output
    (snapshot,) = scene.snapshots()
    assert PASSWORD.encode() not in snapshot
    operator = scene.log_in("operator")
    scene.server.ask("DELETE", "secret/metadata/rasa/tracker-store", operator)
    scene.server.ask("POST", "sys/storage/raft/snapshot", operator, snapshot)
    assert scene.read_soon()["data"]["password"] == PASSWORD


def test_a_snapshot_fills_a_vault_that_has_lost_its_volumes(scene: VaultScene) -> None:
    succeeds(scene)
    operator = scene.log_in("operator")
    scene.server.ask("POST", "secret/data/people", operator, {"data": {"note": "kept"}})
    assert scene.snapshot().status == 0
    (snapshot,) = scene.snapshots()
    scene.server.wipe()
    scene.server.start()
    assert "a snapshot can be restored now" in succeeds(scene)
    scene.server.ask("POST", "sys/storage/raft/snapshot-force", scene.log_in("operator"), snapshot)
    scene.server.restart()
    # Rasa's token is the new Vault's, and what came back is the old one: the Job issues another.
    assert "Rasa's token" in succeeds(scene)
    assert scene.read()["data"]["password"] == PASSWORD
    kept = scene.server.ask("GET", "secret/data/people", scene.log_in("operator"))
    assert kept["data"]["data"] == {"note": "kept"}


def test_a_bucket_that_takes_nothing(scene: VaultScene) -> None:
    succeeds(scene)
    scene.cloud = {**scene.cloud, "bucket": "absent"}
    outcome = scene.snapshot()
    assert outcome.status == 1
    assert "vault-snapshot must be allowed to write there" in outcome.output


# -- restarts ----------------------------------------------------------------------------------------------


def test_it_opens_by_itself_after_a_restart(fresh: VaultScene) -> None:
    succeeds(fresh)
    fresh.server.restart(key=fresh.cluster.secrets.get("vault-unseal", {}).get("key", ""))
    assert fresh.read_soon()["data"]["password"] == PASSWORD
