"""Pulumi Cloud in place of a bucket: which token a job exchanges, for what, and how a refusal is told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml

from bootstrap.audiences import pulumi_audience
from bootstrap.tiers import variable
from ci import login, pulumi_cli, pulumi_cloud, tokens
from ci.errors import JobError
from ci.pulumi_cli import Outcome
from tests.ci.test_login import GIVEN, ROOT
from tests.http_server import Quiet, serve

ORGANIZATION = {"PULUMI_ORGANIZATION": "acme"}
AUDIENCE = "urn:pulumi:org:acme"
CLOUDLESS = "existing-production"


class Service(Quiet):
    """GitHub's tokens and Pulumi Cloud's exchange, as its documentation tells it."""

    asked: list[dict[str, str]]

    def do_GET(self) -> None:
        query = dict(parse_qsl(urlsplit(self.path).query))
        self._answer(200, {"value": f"planted-id-token for {query['audience']}"})

    def do_POST(self) -> None:
        assert self.path == "/api/oauth/token"
        assert self.headers["Content-Type"] == "application/x-www-form-urlencoded"
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = dict(parse_qsl(body, keep_blank_values=True))
        Service.asked.append(form)
        for key, wanted in (
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:id_token"),
            ("audience", AUDIENCE),
        ):
            assert form[key] == wanted
        if form["subject_token"] != f"planted-id-token for {AUDIENCE}":
            self._answer(400, {"error": "invalid_request", "error_description": "no policy matches"})
        else:
            self._answer(200, {"access_token": "planted-access-token", "token_type": "bearer"})

    def _answer(self, status: int, document: dict[str, str]) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(document).encode())


@pytest.fixture
def url() -> Iterator[str]:
    Service.asked = []
    with serve(Service) as port:
        yield f"http://127.0.0.1:{port}"


def on_github(url: str, **further: str) -> dict[str, str]:
    """A job on GitHub, in whose repository all clouds were bootstrapped with Pulumi Cloud for the states."""
    variables = {name: url if "_BACKEND_URL" in name else value for name, value in GIVEN.items()}
    return {
        "VARIABLES": json.dumps({**variables, **ORGANIZATION, **further}),
        "GITHUB_ACTIONS": "true",
        tokens.REQUEST_URL: f"{url}/token?api-version=2",
        tokens.REQUEST_TOKEN: "planted-request-token",
    }


@pytest.mark.parametrize("stack", ["azure-dev", "gcp-dev"])
def test_a_job_gets_both_the_cloud_and_the_states(stack: str, url: str, tmp_path: Path) -> None:
    found = login.log_in(stack, "DEPLOY", tmp_path, on_github(url))
    assert found["PULUMI_BACKEND_URL"] == url
    assert found["PULUMI_ORGANIZATION"] == "acme"
    assert found["PULUMI_ACCESS_TOKEN"] == "planted-access-token"
    assert found.get("ARM_CLIENT_ID", "writer") == "writer"
    (form,) = Service.asked
    assert form["requested_token_type"] == "urn:pulumi:token-type:access_token:organization"
    assert (form["scope"], form["expiration"]) == ("", str(4 * 3600))


def test_previews_take_a_team_of_their_own(url: str, tmp_path: Path) -> None:
    given = on_github(url, PULUMI_PREVIEW_TEAM="readers")
    login.log_in("gcp-dev", "PREVIEW", tmp_path, given)
    login.log_in("gcp-dev", "DEPLOY", tmp_path, given)
    assert [(form["scope"], form["requested_token_type"].rpartition(":")[2]) for form in Service.asked] == [
        ("team:readers", "team"),
        ("", "organization"),
    ]
    assert Service.asked[0]["expiration"] == "3600"


def test_a_stack_without_a_cloud_needs_nothing_else(url: str, tmp_path: Path) -> None:
    alone = {**ORGANIZATION, "PULUMI_BACKEND_URL": url}
    assert login.cloud_of(CLOUDLESS, alone) == "none"
    assert login.is_bootstrapped(CLOUDLESS, alone)
    assert not login.is_bootstrapped("aws-dev", alone)
    assert not login.is_bootstrapped("local-dev", alone)
    environment = {**alone, "PULUMI_TOKEN": f"planted-id-token for {AUDIENCE}"}
    found = login.log_in(CLOUDLESS, "PREVIEW", tmp_path, environment)
    assert found == {**alone, "PULUMI_ACCESS_TOKEN": "planted-access-token"}
    # A bucket in a variable of that name is a shell's, not a repository's.
    bucket = {"PULUMI_BACKEND_URL": "file://~", variable("GCP_BACKEND_URL", CLOUDLESS): "gs://x"}
    assert login.cloud_of(CLOUDLESS, bucket) == "gcp"


def test_a_secret_is_taken_where_there_are_no_tokens(url: str, tmp_path: Path) -> None:
    environment = {**ORGANIZATION, "PULUMI_BACKEND_URL": url, "PULUMI_ACCESS_TOKEN": "planted-secret"}
    assert login.log_in(CLOUDLESS, "DEPLOY", tmp_path, environment)["PULUMI_ACCESS_TOKEN"] == "planted-secret"
    assert Service.asked == []


def test_refusals_are_explained(url: str, tmp_path: Path) -> None:
    environment = {**ORGANIZATION, "PULUMI_BACKEND_URL": url, "PULUMI_TOKEN": "planted-other-token"}
    with pytest.raises(JobError, match="no policy matches") as error:
        login.log_in(CLOUDLESS, "DEPLOY", tmp_path, environment)
    assert "OIDC Issuers" in str(error.value).splitlines()[-1]
    assert "planted" not in str(error.value)
    with pytest.raises(JobError, match="PULUMI_ORGANIZATION is not set"):
        login.log_in(CLOUDLESS, "DEPLOY", tmp_path, {**environment, "PULUMI_ORGANIZATION": ""})
    with pytest.raises(JobError, match="neither PULUMI_TOKEN nor CLOUD_TOKEN"):
        login.log_in(CLOUDLESS, "DEPLOY", tmp_path, {**ORGANIZATION, "PULUMI_BACKEND_URL": url})
    nobody = {**environment, "PULUMI_BACKEND_URL": "http://127.0.0.1:1"}
    with pytest.raises(JobError, match="gave no access token"):
        login.log_in(CLOUDLESS, "DEPLOY", tmp_path, nobody)


def test_the_access_token_is_masked(tmp_path: Path) -> None:
    said = login.hand_over({pulumi_cloud.ACCESS_TOKEN: "planted"}, {"GITHUB_ENV": str(tmp_path / "env")})
    assert said == "::add-mask::planted\n"


def test_pulumi_is_asked_for_the_whole_name(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []

    def runner(*command: str, live: bool = False) -> Outcome:
        del live
        asked.append(command)
        return Outcome(code=0, stdout='{"steps": []}', stderr="")

    def all_commands() -> set[str]:
        asked.clear()
        pulumi_cli.preview("aws-dev", runner=runner)
        pulumi_cli.up("aws-dev", runner=runner)
        pulumi_cli.drift("aws-dev", runner=runner)
        pulumi_cli.output("aws-dev", "url", runner=runner)
        pulumi_cli.outputs("aws-dev", runner=runner)
        pulumi_cli.set_model("aws-dev", "m", "", runner=runner)
        return {command[command.index("--stack") + 1] for command in asked}

    monkeypatch.setenv("PULUMI_BACKEND_URL", "https://api.pulumi.com")
    monkeypatch.setenv("PULUMI_ORGANIZATION", "acme")
    assert all_commands() == {"acme/rasa/aws-dev"}
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://state")
    assert all_commands() == {"aws-dev"}


@pytest.mark.slow
def test_a_shell_gets_the_access_token_and_loses_the_other(url: str, clone: Path, tmp_path: Path) -> None:
    """The script that the other three systems source, for a stack that needs no cloud's tools."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHON": sys.executable,
        "STACK": CLOUDLESS,
        "IDENTITY": "DEPLOY",
        "PULUMI_BACKEND_URL": url,
        "PULUMI_TOKEN": f"planted-id-token for {AUDIENCE}",
        **ORGANIZATION,
    }
    script = 'set -eu; . ci/cloud-login.sh; echo "$PULUMI_ACCESS_TOKEN ${PULUMI_TOKEN:-gone}"'
    done = subprocess.run(
        ["bash", "-c", script], cwd=clone, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "planted-access-token gone\n"


def test_each_pipeline_asks_for_the_audience_that_bootstrap_prints() -> None:
    whose = "$PULUMI_ORGANIZATION"
    wanted = pulumi_audience(whose)
    gitlab: dict[str, Any] = yaml.safe_load((ROOT / "ci/gitlab/.gitlab-ci.yml").read_text())
    assert gitlab[".cloud"]["id_tokens"]["PULUMI_TOKEN"]["aud"] == wanted
    assert wanted in (ROOT / "ci/circleci/config.yml").read_text()
    assert pulumi_audience("<organisation>") in (ROOT / "ci/jenkins/Jenkinsfile").read_text()
