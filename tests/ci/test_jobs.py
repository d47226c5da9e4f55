"""The jobs without a cloud: what they run, refuse and say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ci import digest, jobs, pulumi_cli, stacks
from ci.errors import JobError
from ci.forges import GitHub, GitLab
from ci.preview_comment import ALLOW_LABEL, marker, render
from ci.production import judge
from ci.pulumi_cli import Outcome

RDS = "aws:rds/instance:Instance"


def document(op: str = "replace", type_: str = RDS) -> str:
    urn = f"urn:pulumi:aws-production::rasa::{type_}::tracker-store"
    state = {"type": type_, "urn": urn, "custom": True}
    steps = [
        {"op": word, "urn": urn, "newState": state, "replaceReasons": ["storageEncrypted"]}
        for word in (("create-replacement", "replace", "delete-replaced") if op == "replace" else (op,))
    ]
    return "warning: said before the document\n" + json.dumps({"steps": steps})


@dataclass
class Pulumi:
    """Answers as the CLI would; keeps what it was asked."""

    answers: Mapping[str, Outcome]
    asked: list[str] = field(default_factory=list[str])

    def __call__(self, *command: str, live: bool = False) -> Outcome:
        del live
        self.asked.append(command[1])
        return self.answers.get(command[1], Outcome(code=0, stdout="", stderr=""))


def use(monkeypatch: pytest.MonkeyPatch, **answers: Outcome) -> Pulumi:
    fake = Pulumi(answers)
    for function in (
        pulumi_cli.preview,
        pulumi_cli.up,
        pulumi_cli.drift,
        pulumi_cli.settle,
        pulumi_cli.outputs,
        pulumi_cli.set_model,
    ):
        monkeypatch.setitem(function.__kwdefaults__ or {}, "runner", fake)
    return fake


def said(text: str, code: int = 0) -> Outcome:
    return Outcome(code=code, stdout=text, stderr=text if code else "")


JOB = jobs.this_job({"GITHUB_SHA": "abc", "PULL_REQUEST": "7"})


def test_up_of_production_refuses_to_lose_data(monkeypatch: pytest.MonkeyPatch) -> None:
    pulumi = use(monkeypatch, preview=said(document()))
    with pytest.raises(JobError, match=r"replace of tracker-store.*storageEncrypted") as error:
        jobs.up("aws-production", JOB, None)
    assert "--allow-data-loss" in str(error.value).splitlines()[-1]
    assert pulumi.asked == ["stack", "preview"]
    jobs.up("aws-production", JOB, None, allow_data_loss=True)
    assert pulumi.asked == ["stack", "preview", "stack", "preview", "up"]


@pytest.mark.parametrize(
    ("outputs", "asked"),
    [
        ({"model": "a" * 40, "modelSha256": "b" * 64}, ["stack", "config", "config", "preview"]),
        # Nothing was released: the stack's file names the model.
        ({"model": "assistant-1.0.0"}, ["stack", "preview"]),
        ({}, ["stack", "preview"]),
    ],
)
def test_a_preview_keeps_the_released_model(
    outputs: dict[str, str], asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pulumi = use(monkeypatch, stack=said(json.dumps(outputs)), preview=said('{"steps": []}'))
    jobs.preview("aws-dev", JOB, None)
    assert pulumi.asked == asked


@pytest.mark.parametrize(
    ("served", "asked"),
    [("first-1", ["stack", "config", "config", "config", "preview"]), ("x", ["stack", "preview"])],
)
def test_the_file_of_the_first_model_is_asked_for_until_the_model_is_up(
    served: str, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def upload(_: str) -> str:
        return "first-1"

    monkeypatch.setattr("ci.stacks.upload", upload)
    pulumi = use(monkeypatch, stack=said(json.dumps({"model": served})), preview=said('{"steps": []}'))
    jobs.preview("aws-dev", JOB, None)
    assert pulumi.asked == asked


def test_a_preview_without_a_state_says_so_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = said("error: no stack named 'aws-dev' found", code=255)
    use(monkeypatch, stack=nothing, preview=nothing)
    with pytest.raises(JobError) as error:
        jobs.preview("aws-dev", JOB, None)
    assert "-m ci move-state aws-dev" in str(error.value).splitlines()[-1]


def test_up_of_dev_may(monkeypatch: pytest.MonkeyPatch) -> None:
    pulumi = use(monkeypatch, preview=said(document("delete")))
    jobs.up("aws-dev", JOB, None)
    assert pulumi.asked == ["stack", "preview", "up"]


def merged_by(request: Mapping[str, object]) -> GitHub:
    def call(_method: str, _path: str, _body: Mapping[str, object] | None) -> Any:
        return [request]

    return GitHub(repository="a/b", call=call)


def test_the_label_of_the_merged_request_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    pulumi = use(monkeypatch, preview=said(document()))
    merged = {"merged_at": "now", "merge_commit_sha": "abc", "labels": [{"name": ALLOW_LABEL}]}
    other = {**merged, "merge_commit_sha": "def"}
    with pytest.raises(JobError):
        jobs.up("aws-production", JOB, merged_by(other))
    jobs.up("aws-production", JOB, merged_by(merged))
    assert pulumi.asked[-1] == "up"


FAILURES = [
    ("AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity", "bootstrap/ was told of"),
    (
        "AADSTS700213: No matching federated identity record found for presented assertion subject",
        "was told of",
    ),
    (
        '"error":"unauthorized_client","The given credential is rejected by the attribute condition."',
        "was told of",
    ),
    ("Permission 'iam.serviceAccounts.getAccessToken' denied on resource", "bootstrap/ was told of"),
    ("InvalidIdentityToken: Incorrect token audience", "another audience"),
    (
        "AADSTS700212: No matching federated identity record for presented assertion audience",
        "another audience",
    ),
    ("invalid_grant: The audience in ID Token [x] does not match the expected audience", "another audience"),
    ("Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable", "id-token: write"),
    ("ExpiredToken: The security token included in the request is expired", "run the job again"),
    ("AADSTS700024: Client assertion is not within its valid time range", "run the job again"),
    ("NoSuchBucket: The specified bucket does not exist", "PULUMI_BACKEND_URL"),
    ("could not list bucket: blob (code=Unknown): no such host", "PULUMI_BACKEND_URL"),
    ("RESPONSE 404: ERROR CODE: ContainerNotFound", "PULUMI_BACKEND_URL"),
    ("RESPONSE 403: ERROR CODE: AuthorizationPermissionMismatch", "PULUMI_BACKEND_URL"),
    ("googleapi: Error 404: The specified bucket does not exist., notFound", "PULUMI_BACKEND_URL"),
    ("ci@p.iam.gserviceaccount.com does not have storage.objects.list access", "PULUMI_BACKEND_URL"),
    ("secrets: kms: AccessDeniedException: not authorized to perform: kms:Decrypt", "decrypt on the key"),
    ("GET https://v.vault.azure.net/keys/secrets RESPONSE 403 Forbidden", "decrypt on the key"),
    (
        "gcpkms: rpc error: code = PermissionDenied desc = cryptoKeyVersions.useToDecrypt",
        "decrypt on the key",
    ),
    ("error: the stack is currently locked by 1 lock(s)", "pulumi cancel --stack aws-dev"),
    ("error: no stack named 'aws-dev' found", "-m ci move-state aws-dev"),
    (
        "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions",
        "PULUMI_BACKEND_URL",
    ),
    ("error: problem logging in: invalid access token", "PULUMI_BACKEND_URL"),
]


@pytest.mark.parametrize(("error", "remedy"), FAILURES)
def test_the_remedy_is_the_last_line(monkeypatch: pytest.MonkeyPatch, error: str, remedy: str) -> None:
    pulumi = use(monkeypatch, preview=said(error, code=255))
    with pytest.raises(JobError) as refused:
        jobs.up("aws-dev", JOB, None)
    assert remedy in str(refused.value).splitlines()[-1]
    assert "up" not in pulumi.asked


STATE = {"type": RDS, "inputs": {"tags": {"a": "b"}}}
DRIFTED = json.dumps(
    {
        "steps": [
            {
                "op": "update",
                "urn": f"urn:pulumi:aws-dev::rasa::{RDS}::tracker-store",
                "oldState": STATE,
                "newState": {**STATE, "inputs": {}},
                "detailedDiff": {"tags": {"kind": "delete"}},
            }
        ]
    }
)


def test_drift_opens_one_issue(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, refresh=said(DRIFTED))
    calls: list[tuple[str, str]] = []

    def call(method: str, path: str, _: Mapping[str, object] | None) -> Any:
        calls.append((method, path.partition("?")[0]))
        return [{"title": "Drift: aws-dev", "number": 5, "iid": 5}] if method == "GET" else None

    with pytest.raises(JobError, match="has drifted"):
        jobs.drift("aws-dev", JOB, GitHub(repository="a/b", call=call))
    assert calls[-1] == ("PATCH", "/repos/a/b/issues/5")
    with pytest.raises(JobError, match="has drifted"):
        jobs.drift("aws-dev", JOB, GitLab(project="1", call=call))
    assert calls[-1] == ("PUT", "/projects/1/issues/5")


def test_the_comment_is_edited_in_place_but_never_a_persons() -> None:
    line = marker("aws-dev")
    theirs = {"id": 1, "body": line, "user": {"type": "User"}}
    ours = {"id": 2, "body": f"{line}\nold", "user": {"type": "Bot"}}
    calls: list[tuple[str, str]] = []

    def comment(*known: object) -> tuple[str, str]:
        def call(method: str, path: str, _: Mapping[str, object] | None) -> Any:
            calls.append((method, path))
            return list(known) if method == "GET" else None

        GitHub(repository="a/b", call=call).comment("7", line, "new")
        return calls[-1]

    assert comment(theirs, ours) == ("PATCH", "/repos/a/b/issues/comments/2")
    assert comment(theirs) == ("POST", "/repos/a/b/issues/7/comments")


def test_stacks_that_a_change_concerns() -> None:
    assert stacks.concerned(["README.md", "tests/conftest.py"]) == []
    assert stacks.concerned([f"{stacks.FOLDER}/Pulumi.aws-dev.yaml"]) == ["aws-dev"]
    assert set(stacks.concerned(["components/stack/platform.py"])) == set(stacks.names())
    assert all(name.startswith("aws-") for name in stacks.concerned(["components/aws/postgres.py"]))


def test_text_from_outside_stays_text() -> None:
    preview = digest.failed("aws-dev", ["```\n</details> @everyone"])
    text = render(preview, judge(preview))
    assert "````\n```\n</details> @everyone\n````" in text
    long = digest.failed("aws-dev", ["x" * 200_000])
    assert len(render(long, judge(long))) < 65_536


def test_tiers_are_the_order_of_a_change() -> None:
    found = stacks.tiers()
    assert list(found) == ["dev", "staging", "production", "all"]
    assert "aws-dev" in found["dev"]
    assert "aws-production" in found["production"]
    assert found["all"] == [*found["dev"], *found["staging"], *found["production"]]
    assert set(found["all"]) < set(stacks.names()), "what is not listed is not deployed"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dev: [aws-dev]\ntest: []\n", "there is no tier 'test'"),
        ("dev: [aws-dev]\nproduction: [aws-dev]\n", "aws-dev is listed 2 times"),
        ("dev: [nope]\n", "there is no stack 'nope'"),
    ],
)
def test_a_wrong_list_of_tiers_is_one_line(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / stacks.FOLDER).mkdir()
    (tmp_path / stacks.FOLDER / "Pulumi.aws-dev.yaml").write_text("config: {}\n")
    (tmp_path / stacks.FOLDER / "tiers.yaml").write_text(text)
    with pytest.raises(JobError, match=said):
        stacks.tiers(tmp_path)


def test_what_is_not_listed_is_never_brought_up(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = use(monkeypatch)
    with pytest.raises(JobError, match="is not listed") as error:
        jobs.up("local-dev", JOB, None)
    assert str(error.value).endswith("dev: [local-dev]")
    assert not fake.asked


def test_no_document_is_an_error() -> None:
    with pytest.raises(JobError, match="no document"):
        digest.read("aws-dev", "{ not json")
