"""Options, stack names and the engine: a mistake ends in one message, not in a traceback."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from simcloud import engine
from simcloud.cli import main
from simcloud.errors import CloudError, SimcloudError
from simcloud.faults import Drift, Fault, Faults
from simcloud.workspace import Workspace
from tests.simcloud.tenant import SAMPLE


def test_fail_is_read_from_the_right() -> None:
    fault = Fault.parse("aws:rds/instance:Instance:create:3")
    assert (fault.pattern.pattern, fault.operation, fault.left) == ("aws:rds/instance:Instance", "create", 3)
    assert Fault.parse("rds:delete").left == 1


@pytest.mark.parametrize("text", ["rds", "rds:make", ":create", "rds:create:x", "(:create"])
def test_bad_fail(text: str) -> None:
    with pytest.raises(SimcloudError, match="--fail"):
        Fault.parse(text)


def test_a_fault_strikes_as_often_as_asked() -> None:
    faults = Faults.parse(["rds:create:2"])
    for _ in range(2):
        with pytest.raises(CloudError, match="SimulatedFault"):
            faults.strike("aws:rds/instance:Instance", "create")
    faults.strike("aws:rds/instance:Instance", "create")
    faults.strike("aws:rds/instance:Instance", "delete")


def test_drift() -> None:
    drift = Drift.parse("aws:rds/instance:Instance:tags.a=b=c")
    assert (drift.pattern.pattern, drift.path, drift.value) == ("aws:rds/instance:Instance", "tags.a", "b=c")
    assert Drift.parse("rds:multiAz=false").value is False
    with pytest.raises(SimcloudError, match="--drift"):
        Drift.parse("rds:multiAz")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["up", "nowhere"], "there is no stack 'nowhere'"),
        (["up", "../dev"], "is no stack name"),
        (["up", "dev", "--config", "profile"], "must be KEY=VALUE"),
        (["up", "dev", "--fail", "("], "--fail"),
        (["refresh", "dev", "--drift", "x"], "--drift"),
        (["preview", "dev", "--project", "/nowhere"], "has no Pulumi.yaml"),
    ],
)
def test_mistakes_on_the_command_line(tmp_path: Path, arguments: list[str], message: str) -> None:
    common = ["--project", str(SAMPLE), "--state-dir", str(tmp_path)]
    options = arguments[2:] if "--project" in arguments else [*common, *arguments[2:]]
    result = CliRunner().invoke(main, [*arguments[:2], *options])
    assert result.exit_code == 1
    assert message in " ".join(result.output.split())
    assert "Traceback" not in result.output


def test_config_paths_and_planted_secrets(tmp_path: Path) -> None:
    workspace = Workspace(SAMPLE, "dev", tmp_path)
    workspace.set_config("rasa:trackerStore.kind", "dynamodb")
    workspace.set_config("profile", "production")
    assert workspace.config["rasa:trackerStore"] == {"kind": "dynamodb"}
    assert workspace.setting("profile") == "production"
    assert "planted-license" in str(workspace.config["rasa:license"])


def test_no_way_to_an_engine_is_one_message(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("RASA_PULUMI_ENGINE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(engine, "INSTALLER", "http://127.0.0.1:1/install.sh")
    said: list[str] = []
    with pytest.raises(SimcloudError) as refused:
        engine.find(said.append)
    text = str(refused.value)
    assert all(way in text for way in ("pulumi.com/docs/install", "127.0.0.1:1", "go.dev/dl"))
    assert "there is no `go` on PATH" in text


def test_an_old_engine_on_path_is_not_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    old = tmp_path / "pulumi"
    old.write_text("#!/bin/sh\necho v3.100.0\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{Path(str(shutil.which('sh'))).parent}")
    monkeypatch.setenv("RASA_PULUMI_ENGINE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(engine, "INSTALLER", "http://127.0.0.1:1/install.sh")
    monkeypatch.setattr(engine, "MODULE", tmp_path)
    with pytest.raises(SimcloudError, match=r"pulumi on PATH is 3\.100\.0, older than 3\.230\.0"):
        engine.find(lambda _: None)
