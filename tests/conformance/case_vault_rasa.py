"""Rasa Pro's own classes with the Vault that the stack makes: reading, renewing, rotation, and bad input."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from components.contract.secrets import VaultLogin
from components.rasa.assistant import Assistant
from tests.conformance.lab import Lab
from tests.conformance.scene import PLAIN, Scene, database_init
from tests.conformance.scene import scene as rasa_scene
from tests.conformance.servers_vault import Server
from tests.conformance.tools import rasa_python
from tests.conformance.vault_scene import PASSWORD, VaultScene, vault_scene
from tests.rasa import samples
from tests.recorder import record

IN_VAULT = replace(
    PLAIN,
    secrets_manager=replace(samples.VAULT, path="rasa/tracker-store", namespace=None),
    tracker_store=replace(
        samples.POSTGRES,
        login=VaultLogin(username="rasa", key="password", password=samples.secret("postgres")),
    ),
)
"""The password is PASSWORD: the one that the bootstrap puts into Vault, and the setup Job into PostgreSQL."""


@pytest.fixture(scope="module")
def vault(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> VaultScene:
    made = vault_scene(lab, tmp_path_factory.mktemp("vault"), cloud=True)
    assert made.bootstrap().status == 0
    return made


@pytest.fixture
def rasa(lab: Lab, tmp_path: Path, vault: VaultScene) -> Scene:
    """Rasa's pod, led to that Vault."""
    assert vault.bootstrap(password=samples.secret("postgres")).status == 0
    return led(rasa_scene(lab, tmp_path, IN_VAULT), vault)


def led(made: Scene, vault: VaultScene) -> Scene:
    made.document["secrets_manager"]["url"] = vault.server.url
    made.pod.env["VAULT_TOKEN"] = vault.token
    return made


def test_rasa_reads_its_password_over_tls_with_its_token(rasa: Scene) -> None:
    assert rasa.document["tracker_store"]["password"] == {
        "source": "secrets_manager.vault",
        "secret_key": "password",
    }
    assert PASSWORD not in str(rasa.pod.env)
    outcome = rasa.run()
    assert outcome.wrong == {}, outcome.output
    assert "the token renews itself" in outcome.checks["secrets_manager"]["reason"]


def test_rasas_own_client_renews_its_token(vault: VaultScene, rasa: Scene) -> None:
    """`VaultTokenManager`, as Rasa Pro runs it, with a token of the same role that has seconds left."""
    operator = vault.log_in("operator")
    body = {"period": "30s", "policies": ["rasa"], "no_default_policy": True}
    token = vault.server.ask("POST", "auth/token/create-orphan", operator, body)["auth"]["client_token"]
    code = (
        "import sys, time; from rasa.core.secrets_manager.vault import VaultTokenManager as Manager; "
        "Manager(sys.argv[1], sys.argv[2]).start(); time.sleep(36)"
    )
    command = [str(rasa_python()), "-c", code, vault.server.url, token]
    env = {"PATH": "/usr/bin:/bin", "VAULT_CACERT": str(rasa.lab.certificates / "ca.pem")}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert vault.server.ask("GET", "auth/token/lookup-self", token)["data"]["ttl"] > 0


def test_a_rotation_loses_no_turn(lab: Lab, tmp_path: Path, vault: VaultScene, rasa: Scene) -> None:
    """The order of the stack: first Vault, then the database; meanwhile Rasa writes."""
    lab.write(rasa.pod, rasa.document)
    rasa.pod.lay_out()
    folder = rasa.pod.folder
    script = str(Path(__file__).with_name("vault_rasa.py"))
    endpoints = rasa.pod.placed("/app/endpoints.yml")
    env = {"PATH": "/usr/bin:/bin", "HOME": str(folder)}
    env |= {name: rasa.pod.placed(value) for name, value in rasa.pod.env.items()}
    command = [str(rasa_python()), script, endpoints, str(folder)]
    with subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as writer:
        goes_on(folder)
        assert vault.bootstrap(password=samples.secret("rotated")).status == 0
        goes_on(folder)
        store = replace(
            samples.POSTGRES,
            login=VaultLogin(username="rasa", key="password", password=samples.secret("rotated")),
        )
        changed = record(lambda: Assistant("assistant", replace(IN_VAULT, tracker_store=store)))
        assert database_init(lab, tmp_path / "rotated", changed, "assistant").run().status == 0
        goes_on(folder)
        (folder / "stop").touch()
        said = writer.communicate(timeout=60)[0]
    counted = said.strip().splitlines()[-1].split()
    assert counted[0] == "said", said[-2000:]
    assert counted[1] == counted[3]
    assert "password authentication failed" in said, (
        "the former password was refused once, and nobody noticed"
    )


def goes_on(folder: Path, turns: int = 25) -> None:
    """Wait for some more turns."""
    file, end = folder / "saved", time.monotonic() + 60
    before = int(file.read_text() or 0) if file.exists() else 0
    while time.monotonic() < end:
        if file.exists() and int(file.read_text() or 0) > before + turns:
            return
        time.sleep(0.1)
    raise AssertionError("Rasa's store does not go on")


# -- bad input ---------------------------------------------------------------------------------------------

SPOILT: dict[str, tuple[Callable[[VaultScene, Scene], Any], str]] = {
    "unreachable": (lambda _, made: secrets(made).update(url="https://localhost:1"), "refuses connections"),
    "a token that nobody knows": (
        lambda _, made: made.pod.env.update(VAULT_TOKEN="hvs.unknown"),
        "Vault does not know the token",
    ),
    "an expired token": (lambda vault, made: token(vault, made, ttl="1s", wait=2), "it has ended"),
    "a token without renewal": (
        lambda vault, made: token(vault, made, ttl="1h", renewable=False),
        "cannot be renewed",
    ),
    "a token that ends one day": (lambda vault, made: token(vault, made, ttl="1h"), "is not periodic"),
    "KV version 1": (
        lambda vault, made: (engine(vault, "old", "1"), secrets(made).update(mount_point="old")),
        "KV version 1",
    ),
    "a path without a secret": (
        lambda vault, made: (engine(vault, "empty", "2"), secrets(made).update(mount_point="empty")),
        "the path holds no secret",
    ),
    "a key that is not there": (
        lambda _, made: made.document["tracker_store"]["password"].update(secret_key="absent"),
        "has no key absent",
    ),
    "a path that the policy does not name": (
        lambda _, made: secrets(made).update(secrets_path="rasa/absent"),
        "its policy does not let it read the path",
    ),
    "a namespace": (
        lambda _, made: secrets(made).update(namespace="team"),
        "renews its token without the namespace team",
    ),
}


def secrets(made: Scene) -> dict[str, Any]:
    return made.document["secrets_manager"]


def token(vault: VaultScene, made: Scene, *, ttl: str, renewable: bool = True, wait: float = 0) -> None:
    body = {"ttl": ttl, "policies": ["rasa"], "no_default_policy": True, "renewable": renewable}
    answer = vault.server.ask("POST", "auth/token/create-orphan", vault.log_in("operator"), body)
    made.pod.env["VAULT_TOKEN"] = answer["auth"]["client_token"]
    time.sleep(wait)


def engine(vault: VaultScene, mount: str, version: str) -> None:
    operator = vault.log_in("operator")
    vault.server.ask("POST", f"sys/mounts/{mount}", operator, {"type": "kv", "options": {"version": version}})
    policy = vault.server.ask("GET", "sys/policies/acl/rasa", operator)["data"]["policy"]
    policy += f'path "{mount}/*" {{\n  capabilities = ["read"]\n}}\n'
    vault.server.ask("PUT", "sys/policies/acl/rasa", operator, {"policy": policy})


@pytest.mark.parametrize("name", SPOILT)
def test_bad_input_is_named(vault: VaultScene, rasa: Scene, name: str) -> None:
    spoil, words = SPOILT[name]
    spoil(vault, rasa)
    said = rasa.run().wrong
    assert "secrets_manager" in said
    assert words in said["secrets_manager"]
    print(name, "→", said["secrets_manager"])  # noqa: T201 (what a person reads)


def test_wrong_authority(rasa: Scene) -> None:
    other = (rasa.lab.certificates / "other-ca.pem").read_text()
    rasa.pod.files["/etc/rasa/authorities/secrets-manager.pem"] = other
    assert "is not signed by" in rasa.run().wrong["secrets_manager"]


def test_a_sealed_vault(vault: VaultScene, rasa: Scene) -> None:
    server: Server = vault.server
    server.ask("PUT", "sys/seal", vault.log_in("operator"), {})
    try:
        assert "Vault is sealed" in rasa.run().wrong["secrets_manager"]
    finally:
        server.restart()
