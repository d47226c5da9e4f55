"""What the drift job makes of the engine's document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from ci import drift, pulumi_cli
from ci.errors import JobError
from ci.pulumi_cli import Outcome

AKS, RDS = "azure-native:containerservice:ManagedCluster", "aws:rds/instance:Instance"


def document(type_: str, old: Mapping[str, Any], new: Mapping[str, Any] | None, **diff: str) -> str:
    urn = f"urn:pulumi:s::rasa::{type_}::one"
    step: dict[str, Any] = {"op": "update", "urn": urn, "oldState": {"type": type_, "custom": True, **old}}
    if new is None:
        step["op"] = "delete"
    else:
        step["newState"] = {"type": type_, "custom": True, **new}
        step["detailedDiff"] = {path.replace("__", "."): {"kind": kind} for path, kind in diff.items()}
    refresh = {"op": "refresh", "urn": f"{urn}-2", "oldState": {"type": type_}, "newState": {"type": type_}}
    return json.dumps({"steps": [refresh, step]})


def judged(type_: str, old: Mapping[str, Any], new: Mapping[str, Any] | None, **diff: str) -> drift.Finding:
    (found,) = drift.findings("s", document(type_, old, new, **diff))
    return found


def inputs(**values: Any) -> dict[str, Any]:
    return {"inputs": values}


@pytest.mark.parametrize(
    ("ignored", "verdict"),
    [
        ("storage.size", "left alone"),
        ("storage", "left alone"),
        ("storage.siz", "changed"),
        ("other", "changed"),
    ],
)
def test_what_the_program_ignores(ignored: str, verdict: str) -> None:
    old = {**inputs(storage={"size": 1}), "ignoreChanges": [ignored]}
    assert judged("a:b:C", old, inputs(storage={"size": 2}), storage__size="update").verdict == verdict


def test_what_the_program_ignores_in_every_member() -> None:
    old = {**inputs(pools=[{"zone": 1}]), "ignoreChanges": ["pools[*].zone"]}
    text = document("a:b:C", old, inputs(pools=[{"zone": 2}])).replace(
        '"detailedDiff": {}', '"detailedDiff": {"pools[0].zone": {"kind": "update"}}'
    )
    (found,) = drift.findings("s", text)
    assert (found.verdict, found.was, found.now) == ("left alone", "1", "2")


@pytest.mark.parametrize(
    ("now", "verdict"),
    [("1.36.4", "upgraded"), ("1.37", "outgrown"), ("1.37.1", "outgrown"), ("1.35.9", "changed")],
)
def test_a_version_that_the_cloud_moves(now: str, verdict: str) -> None:
    found = judged(
        AKS, inputs(kubernetesVersion="1.36"), inputs(kubernetesVersion=now), kubernetesVersion="update"
    )
    assert found.verdict == verdict
    assert found.is_drift == (verdict != "upgraded")


def test_no_version_of_another_type() -> None:
    found = judged("a:b:C", inputs(version="1.36"), inputs(version="1.36.4"), version="update")
    assert found.verdict == "changed"


@pytest.mark.parametrize(("reported", "verdict"), [("small", "waits"), ("large", "changed")])
def test_what_waits_for_its_window(reported: str, verdict: str) -> None:
    """Asked for and reported as before: the service has yet to do it. Else somebody has undone it."""
    old = {**inputs(instanceClass="large"), "outputs": {"instanceClass": reported}}
    assert judged(RDS, old, inputs(instanceClass="small"), instanceClass="update").verdict == verdict


@pytest.mark.parametrize(
    ("kind", "protect", "said"),
    [
        ("update", False, "yes"),
        ("update-replace", False, "only by replacing it"),
        ("add-replace", True, "only by replacing it, which its protection refuses"),
    ],
)
def test_whether_it_is_put_back(kind: str, *, protect: bool, said: str) -> None:
    old = {**inputs(engine="a"), "protect": protect}
    assert judged(RDS, old, inputs(engine="b"), engine=kind).put_back == said


def test_a_data_store_comes_back_empty() -> None:
    assert "EMPTY" in judged(RDS, inputs(), None).put_back
    assert judged("aws:iam/role:Role", inputs(), None).put_back == "yes, it makes it anew."


def test_drift_comes_first_and_values_stay_text() -> None:
    calm = drift.findings(
        "s",
        document(
            AKS,
            inputs(kubernetesVersion="1.36"),
            inputs(kubernetesVersion="1.36.4"),
            kubernetesVersion="update",
        ),
    )
    loud = drift.findings("s", document(RDS, inputs(x="a|`b`"), inputs(x="c" * 99), x="update"))
    text = drift.render("s", [*calm, *loud], "https://log")
    assert text.index("changed") < text.index("No drift") < text.index("upgraded") < text.index("https://log")
    assert "`a\\|'b'`" in text
    assert "c" * 61 not in text
    assert "make up" not in drift.render("s", calm, "")


def said(stdout: str = "", code: int = 0) -> Outcome:
    return Outcome(code=code, stdout=stdout, stderr="")


class Pulumi:
    """Answers as the CLI would, and keeps what it was asked."""

    def __init__(self, **answers: Outcome) -> None:
        self.answers = answers
        self.asked: list[tuple[str, ...]] = []

    def __call__(self, *command: str, live: bool = False) -> Outcome:
        del live
        self.asked.append(command)
        return self.answers.get(command[1], said())


def state(*resources: dict[str, Any]) -> Outcome:
    return said(json.dumps({"deployment": {"resources": resources}}))


def test_only_what_is_ignored_is_read_anew() -> None:
    pulumi = Pulumi(
        stack=state(
            {"urn": "grows", "type": "azure-native:a:B", "custom": True, "ignoreChanges": ["x"]},
            {"urn": "stays", "type": "azure-native:a:B", "custom": True},
            {"urn": "applied", "type": "kubernetes:a:B", "custom": True, "ignoreChanges": ["x"]},
        )
    )
    assert pulumi_cli.settle("s", runner=pulumi) == ["grows"]
    refresh = pulumi.asked[-1]
    assert refresh[:2] == ("pulumi", "refresh")
    assert refresh[-2:] == ("--target", "grows")
    assert "--show-secrets" not in pulumi.asked[0]


@pytest.mark.parametrize("answer", [state(), said(code=255)])
def test_nothing_is_read_without_a_target(answer: Outcome) -> None:
    """Without one `pulumi refresh` would read everything."""
    pulumi = Pulumi(stack=answer)
    assert pulumi_cli.settle("s", runner=pulumi) == []
    assert [command[1] for command in pulumi.asked] == ["stack"]


def test_what_cannot_be_read_stops_an_up() -> None:
    ignoring = {"urn": "grows", "type": "azure-native:a:B", "custom": True, "ignoreChanges": ["x"]}
    with pytest.raises(JobError, match="nothing was changed"):
        pulumi_cli.settle("s", runner=Pulumi(stack=state(ignoring), refresh=said(code=1)))


def test_drift_is_looked_for_and_mended_by_nobody() -> None:
    pulumi = Pulumi(refresh=said('{"steps": []}'))
    assert pulumi_cli.drift("s", runner=pulumi) == []
    (asked,) = pulumi.asked
    assert "--preview-only" in asked
    excluded = [asked[index + 1] for index, word in enumerate(asked) if word == "--exclude"]
    assert excluded == ["**kubernetes:**", "**::model-storage-upload-*", "**gcp:redis/instance:Instance**"]
