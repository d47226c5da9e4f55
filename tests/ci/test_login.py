"""How a job comes by its identity, on each cloud and CI system; and what it is told when it does not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bootstrap.audiences import AUDIENCES
from bootstrap.tiers import variable
from ci import login, tokens
from ci.errors import JobError
from tests.aws_emulator import aws_emulator
from tests.ci.uploads import QUIET, sdk
from tests.http_server import Quiet, serve

ROOT = Path(__file__).parents[2]
VALUES = {
    "AWS_REGION": "eu-central-1",
    "AWS_BACKEND_URL": "s3://state?region=eu-central-1&awssdk=v2",
    "AWS_PREVIEW_ROLE": "arn:aws:iam::123456789012:role/preview",
    "AWS_DEPLOY_ROLE": "arn:aws:iam::123456789012:role/deploy",
    "AZURE_TENANT_ID": "tenant",
    "AZURE_SUBSCRIPTION_ID": "subscription",
    "AZURE_BACKEND_URL": "azblob://states?storage_account=account",
    "AZURE_PREVIEW_CLIENT_ID": "reader",
    "AZURE_DEPLOY_CLIENT_ID": "writer",
    "GCP_PROJECT": "project",
    "GCP_BACKEND_URL": "gs://state",
    "GCP_PREVIEW_PROVIDER": "projects/1/locations/global/workloadIdentityPools/p/providers/preview",
    "GCP_PREVIEW_ACCOUNT": "preview@project.iam.gserviceaccount.com",
    "GCP_DEPLOY_PROVIDER": "projects/1/locations/global/workloadIdentityPools/p/providers/deploy",
    "GCP_DEPLOY_ACCOUNT": "deploy@project.iam.gserviceaccount.com",
}
GIVEN = {variable(name, f"{name.partition('_')[0].lower()}-dev"): value for name, value in VALUES.items()}
"""Those of the stacks of dev, as bootstrap/ names them."""
TOKEN = "planted.oidc.token"
ELSEWHERE = {**GIVEN, "CLOUD_TOKEN": TOKEN}
"""The environment of a job on GitLab, CircleCI or Jenkins."""


class GitHub(Quiet):
    """Hands out tokens that say whom they are for, a new one each time."""

    asked = 0

    def do_GET(self) -> None:
        GitHub.asked += 1
        allowed = self.headers["Authorization"] == "Bearer planted-request-token"
        (audience,) = parse_qs(urlsplit(self.path).query)["audience"]
        self.send_response(200 if allowed else 403)
        self.end_headers()
        self.wfile.write(json.dumps({"value": f"{TOKEN}-for-{audience}-{GitHub.asked}"}).encode())


@pytest.fixture
def github() -> Iterator[dict[str, str]]:
    with serve(GitHub) as port:
        yield {
            "VARIABLES": json.dumps(GIVEN),
            "GITHUB_ACTIONS": "true",
            tokens.REQUEST_URL: f"http://127.0.0.1:{port}/token?api-version=2",
            tokens.REQUEST_TOKEN: "planted-request-token",
        }


def test_azure_reads_its_token_from_a_file(github: dict[str, str], tmp_path: Path) -> None:
    found = login.log_in("azure-dev", "DEPLOY", tmp_path, github)
    path = Path(found[tokens.FILE])
    assert path.read_text().startswith(f"{TOKEN}-for-{AUDIENCES['azure']}")
    assert path.stat().st_mode & 0o077 == 0
    assert found["PULUMI_BACKEND_URL"] == VALUES["AZURE_BACKEND_URL"]
    assert found["ARM_CLIENT_ID"] == found["AZURE_CLIENT_ID"] == "writer"
    assert found["ARM_OIDC_TOKEN_FILE_PATH"] == str(path)
    assert login.log_in("azure-dev", "PREVIEW", tmp_path, github)["ARM_CLIENT_ID"] == "reader"


def test_the_file_is_kept_fresh_while_something_runs(github: dict[str, str], tmp_path: Path) -> None:
    found = login.log_in("azure-dev", "DEPLOY", tmp_path, github)
    path = Path(found[tokens.FILE])
    seen: set[str] = set()
    with tokens.kept_fresh({**github, **found}, every=0.02):
        for _ in range(500):
            seen.add(path.read_text())
            if len(seen) >= 3:
                break
            threading.Event().wait(0.01)
    assert len(seen) >= 3
    assert all(text.startswith(TOKEN) for text in seen)
    asked = GitHub.asked
    threading.Event().wait(0.1)
    assert GitHub.asked == asked, "it goes on although nothing runs"


def test_elsewhere_nothing_is_renewed(tmp_path: Path) -> None:
    found = login.log_in("azure-dev", "DEPLOY", tmp_path, ELSEWHERE)
    with tokens.kept_fresh({**ELSEWHERE, **found}, every=0.001):
        assert Path(found[tokens.FILE]).read_text() == TOKEN


def test_google_asks_github_itself(github: dict[str, str], tmp_path: Path) -> None:
    found = login.log_in("gcp-dev", "DEPLOY", tmp_path, github)
    document = json.loads(Path(found["GOOGLE_APPLICATION_CREDENTIALS"]).read_text())
    assert document["audience"] == f"//iam.googleapis.com/{VALUES['GCP_DEPLOY_PROVIDER']}"
    # Google's own library understands the file, and gets a token for the audience that the provider takes.
    credentials: Any = sdk("google.auth.identity_pool").Credentials.from_info(document)
    request: Any = sdk("google.auth.transport.requests").Request()
    assert credentials.retrieve_subject_token(request).startswith(f"{TOKEN}-for-{AUDIENCES['gcp']}")
    assert credentials.service_account_email == VALUES["GCP_DEPLOY_ACCOUNT"]


def test_google_reads_a_file_elsewhere(tmp_path: Path) -> None:
    found = login.log_in("gcp-dev", "PREVIEW", tmp_path, {**ELSEWHERE, "GCP_TOKEN": "planted-for-google"})
    document = json.loads(Path(found["CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE"]).read_text())
    credentials: Any = sdk("google.auth.identity_pool").Credentials.from_info(document)
    assert credentials.retrieve_subject_token(None) == "planted-for-google"
    assert credentials.service_account_email == VALUES["GCP_PREVIEW_ACCOUNT"]


@pytest.fixture
def sts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with aws_emulator() as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        yield


@pytest.mark.filterwarnings(*QUIET)
@pytest.mark.usefixtures("sts")
def test_aws_hands_out_credentials_for_the_whole_job(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[dict[str, Any]] = []
    boto: Any = sdk("boto3")
    real = boto.client

    def client(*words: Any, **options: Any) -> Any:
        made = real(*words, **options)
        exchange = made.assume_role_with_web_identity

        def noted(**given: Any) -> Any:
            asked.append(given)
            return exchange(**given)

        made.assume_role_with_web_identity = noted
        return made

    monkeypatch.setattr(boto, "client", client)
    found = login.log_in("aws-dev", "DEPLOY", tmp_path, ELSEWHERE)
    assert found["AWS_SESSION_TOKEN"]
    assert asked[0]["RoleArn"] == VALUES["AWS_DEPLOY_ROLE"]
    assert asked[0]["DurationSeconds"] == 4 * 3600
    login.log_in("aws-dev", "PREVIEW", tmp_path, ELSEWHERE)
    assert (asked[1]["RoleArn"], asked[1]["DurationSeconds"]) == (VALUES["AWS_PREVIEW_ROLE"], 3600)


def test_aws_says_no(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for said, remedy in (
        ("AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity", "bootstrap/ was told of"),
        ("InvalidIdentityToken: Incorrect token audience", "another audience"),
        ("something new", "role's trust policy"),
    ):
        monkeypatch.setattr(sdk("boto3"), "client", _refusing(said))
        with pytest.raises(JobError) as error:
            login.log_in("aws-dev", "DEPLOY", tmp_path, ELSEWHERE)
        assert remedy in str(error.value).splitlines()[-1]
        assert TOKEN not in str(error.value)


def _refusing(said: str) -> Any:
    class Client:
        def assume_role_with_web_identity(self, **_: Any) -> Any:
            raise RuntimeError(said)

    def client(*_: Any, **__: Any) -> Client:
        return Client()

    return client


def test_a_job_without_the_permission_is_told(tmp_path: Path) -> None:
    environment = {"GITHUB_ACTIONS": "true", "VARIABLES": json.dumps(GIVEN)}
    for stack in ("aws-dev", "azure-dev", "gcp-dev"):
        with pytest.raises(JobError, match="may not ask GitHub for an identity") as error:
            login.log_in(stack, "PREVIEW", tmp_path, environment)
        assert "id-token: write" in str(error.value).splitlines()[-1]
        with pytest.raises(JobError, match="has no OIDC token") as error:
            login.log_in(stack, "PREVIEW", tmp_path, GIVEN)
        assert "id_tokens (GitLab)" in str(error.value).splitlines()[-1]


def test_github_that_refuses_is_explained(github: dict[str, str]) -> None:
    with pytest.raises(JobError, match="GitHub gave no OIDC token: HTTP Error 403") as error:
        tokens.fetch("aws", {**github, tokens.REQUEST_TOKEN: "expired"})
    assert "id-token: write" in str(error.value).splitlines()[-1]


@pytest.mark.parametrize("name", GIVEN)
def test_a_missing_variable_is_named(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sdk("boto3"), "client", _refusing("nobody asks"))
    cloud = name.partition("_")[0].lower()
    identity: login.Identity = "PREVIEW" if "PREVIEW" in name else "DEPLOY"
    with pytest.raises(JobError, match=f"{name} is not set") as error:
        login.log_in(f"{cloud}-dev", identity, tmp_path, {**ELSEWHERE, name: ""})
    assert f"bootstrap/{cloud}" in str(error.value).splitlines()[-1]


def test_a_stack_without_a_cloud_logs_in_where_its_state_is() -> None:
    only_google = {variable("GCP_BACKEND_URL", "existing-production"): "gs://state"}
    assert login.cloud_of("existing-production", only_google) == "gcp"
    assert login.cloud_of("azure-production", only_google) == "azure"
    assert login.is_bootstrapped("existing-production", only_google)
    assert not login.is_bootstrapped("azure-production", only_google)
    assert not login.is_bootstrapped("local-dev", {variable("AWS_BACKEND_URL", "local-dev"): "s3://x"})


def test_a_stack_has_its_own_variables_and_no_others(tmp_path: Path) -> None:
    """Production is in another account: nothing of dev's leads there."""
    with pytest.raises(JobError, match="AWS_BACKEND_URL_AWS_PRODUCTION is not set"):
        login.log_in("aws-production", "PREVIEW", tmp_path, ELSEWHERE)


def test_production_is_previewed_for_real_where_somebody_approves(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {variable("AWS_BACKEND_URL", stack): "s3://x" for stack in ("aws-dev", "aws-production")}
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    assert login.previews_for_real("aws-dev", given)
    assert not login.previews_for_real("aws-production", given)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert login.previews_for_real("aws-production", given)


def test_github_gets_masks_and_the_next_steps_the_environment(tmp_path: Path) -> None:
    later = tmp_path / "env"
    found = {
        "AWS_ACCESS_KEY_ID": "id",
        "AWS_SECRET_ACCESS_KEY": "planted-key",
        "AWS_SESSION_TOKEN": "planted-s",
    }
    said = login.hand_over(found, {"GITHUB_ENV": str(later)})
    assert said == "::add-mask::planted-key\n::add-mask::planted-s\n"
    assert later.read_text().splitlines() == [f"{name}={value}" for name, value in found.items()]


@pytest.mark.slow
def test_a_shell_gets_exports(clone: Path, tmp_path: Path) -> None:
    """The script that the other three systems source: the environment is there, the token is gone."""
    (tmp_path / "bin").mkdir()
    plugin = tmp_path / "bin" / "gke-gcloud-auth-plugin"
    plugin.write_text("#!/bin/sh\n")
    plugin.chmod(0o755)
    environment = {
        **ELSEWHERE,
        "PATH": f"{plugin.parent}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "RUNNER_TEMP": str(tmp_path),
        "PYTHON": sys.executable,
        "STACK": "gcp-dev",
        "IDENTITY": "PREVIEW",
    }
    script = (
        'set -eu; . ci/cloud-login.sh; echo "$PULUMI_BACKEND_URL ${CLOUD_TOKEN:-gone}"; '
        'cat "$GOOGLE_APPLICATION_CREDENTIALS"'
    )
    done = subprocess.run(
        ["bash", "-c", script], cwd=clone, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "gs://state gone"
    assert '"external_account"' in done.stdout
    refused = subprocess.run(
        ["bash", "-c", f"{script}; echo reached"],
        cwd=clone,
        env={**environment, "GCP_BACKEND_URL_GCP_DEV": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode != 0
    assert "reached" not in refused.stdout
    assert refused.stderr.splitlines()[-1].startswith("Run `pulumi up` in bootstrap/gcp")
