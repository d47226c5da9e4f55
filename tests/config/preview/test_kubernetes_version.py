"""What a preview says of an existing cluster's Kubernetes, which tells its version over real TLS."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest

from components.config.preview.kubernetes_version import PATH, judge_kubernetes_version
from components.config.settings import Settings
from components.contract.errors import ConfigurationError
from components.rasa.spec.compatibility import KUBERNETES
from tests.config.everything import STACKS, settings_of
from tests.config.preview.api import TOKEN, Served, kubeconfig, served

pytestmark = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="not run: openssl missing (apt-get install openssl)"
)
MAJOR, MINOR = KUBERNETES.tried[-1]
TRIED = f"v{MAJOR}.{MINOR}.2-eks-99d6cc0"
LOGINS: dict[str, dict[str, Any]] = {
    "token": {"token": TOKEN},
    "a program logs in": {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "aws"}},
}


@pytest.fixture(scope="module", name="answers")
def fixture_answers() -> dict[str, Any]:
    return {}


@pytest.fixture(scope="module", name="api")
def fixture_api(tmp_path_factory: pytest.TempPathFactory, answers: dict[str, Any]) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("api"), answers, frozenset({PATH})) as api:
        yield api


@pytest.fixture(name="said")
def fixture_said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: True)
    monkeypatch.setattr(pulumi, "get_stack", lambda: "mine")
    monkeypatch.setattr(pulumi.log, "warn", said.append)
    return said


def on(api: Served, user: dict[str, Any]) -> Settings:
    stack = STACKS["s3"]
    return settings_of(
        {**stack, "cluster": {**stack["cluster"], "kubeconfig": json.dumps(kubeconfig(api, user))}}
    )


@pytest.mark.parametrize("user", LOGINS.values(), ids=LOGINS)
@pytest.mark.parametrize("version", ["v1.29.15", "v1.29.15-gke.1234000", "v1.9.0+k3s1"])
def test_too_old(
    api: Served, answers: dict[str, Any], said: list[str], version: str, user: dict[str, Any]
) -> None:
    answers[PATH] = {"major": "1", "minor": "29+", "gitVersion": version}
    with pytest.raises(ConfigurationError) as refused:
        judge_kubernetes_version(on(api, user))
    (problem,) = refused.value.problems
    for words in (
        f"runs Kubernetes {version}",
        "accepted: 1.30 or newer",
        "--secret --path 'rasa:cluster.kube",
    ):
        assert words in problem
    assert said == []


@pytest.mark.parametrize("version", ["v1.30.1", "v1.99.0-alpha.1+abc"])
def test_untried(api: Served, answers: dict[str, Any], said: list[str], version: str) -> None:
    answers[PATH] = {"gitVersion": version}
    judge_kubernetes_version(on(api, LOGINS["token"]))
    (warning,) = said
    assert f"runs Kubernetes {version}" in warning
    assert f"tried with {MAJOR}.{MINOR}" in warning


@pytest.mark.parametrize(
    "answer",
    [
        {"gitVersion": TRIED},
        {"gitVersion": "v1.2\nERROR"},
        {"gitVersion": 1.2},
        {"kind": "Status"},
        [],
        None,
        "v1.2",
    ],
)
def test_nothing_to_say(api: Served, answers: dict[str, Any], said: list[str], answer: object) -> None:
    """Of a version that was tried, and where the answer is not that of a Kubernetes API."""
    answers[PATH] = answer
    judge_kubernetes_version(on(api, LOGINS["token"]))
    assert said == []


def test_an_update_does_not_ask(
    api: Served, answers: dict[str, Any], said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers[PATH] = {"gitVersion": "v1.10.0"}
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: False)
    judge_kubernetes_version(on(api, LOGINS["token"]))
    assert said == []
