"""What a user keeps in `stacks/` changes no test: they run on `examples/`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from simcloud.workspace import Workspace
from tests.long import mostly_long
from tests.stacks import ROOT

SUBJECTS = ("tests/ci/test_login.py", "tests/ci/test_pipelines.py", "tests/config/test_schema.py")
"""Tests that start commands which read stack files, and one that reads beside them."""


def test_a_test_that_reads_them_is_stopped() -> None:
    for read in (
        (ROOT / "stacks" / "Pulumi.aws-dev.yaml").read_text,
        lambda: sorted((ROOT / "stacks").glob("*.yaml")),
        lambda: Workspace(ROOT, "no-such-stack", ROOT),
    ):
        with pytest.raises(AssertionError, match="belongs to the user"):
            read()


def test_by_name_a_users_stack_comes_before_an_example(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: rasa\nruntime: python\nstackConfigDir: stacks\n")
    for folder, stacks in (("stacks", "ab"), ("examples", "bc")):
        (tmp_path / folder).mkdir()
        for stack in stacks:
            (tmp_path / folder / f"Pulumi.{stack}.yaml").write_text("config: {}\n")
    found = {stack: Workspace(tmp_path, stack, tmp_path / "state").source.parent.name for stack in "abc"}
    assert found == {"a": "stacks", "b": "stacks", "c": "examples"}
    named = Workspace(tmp_path, "b", tmp_path / "state", tmp_path / "examples")
    assert named.source.parent.name == "examples"


@pytest.mark.slow
@pytest.mark.parametrize("kept", mostly_long(["hostile", "nothing"], now=["hostile"]))
def test_tests_pass_whatever_the_user_keeps(kept: str, tmp_path: Path) -> None:
    """What the hook of conftest.py cannot see: the scripts and commands that tests start."""
    copy = tmp_path / "copy"
    shutil.copytree(ROOT, copy, ignore=_left_out, symlinks=True)
    (copy / "stacks").mkdir()
    shutil.copy(ROOT / "stacks" / "schema.json", copy / "stacks")
    if kept == "hostile":
        for example in (ROOT / "examples").glob("Pulumi.*.yaml"):
            shutil.copy(example, copy / "stacks")
        _make_hostile(copy / "stacks")
        _run_tests(copy, "--collect-only", "tests")
    # The linters look at the pipelines, not at stacks.
    _run_tests(copy, "-m", "not engine", "-k", "not linter", *SUBJECTS)


def _run_tests(copy: Path, *words: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *words]
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def _left_out(folder: str, names: list[str]) -> set[str]:
    if folder != str(ROOT):
        return {"__pycache__"}
    return {name for name in names if name.startswith(".") and name not in {".github", ".ci"}} | {"stacks"}


def _make_hostile(stacks: Path) -> None:
    """As a user would leave it: a licence encrypted, keys changed, stacks removed and added, one broken."""
    (stacks / "Pulumi.gcp-dev.yaml").unlink()
    mine = stacks / "Pulumi.aws-dev.yaml"
    edited = mine.read_text().replace("rasa:profile: dev", "rasa:profile: production")
    secret = "  rasa:license:\n    secure: v1:bm9uY2U=:c2VhbGVk\n"
    mine.write_text(f"encryptionsalt: v1:c2FsdA==:v1:bm9uY2U=:c2VhbGVk\n{edited}{secret}")
    for name in ("aws-production", "my-own", "azure-staging"):
        other = "config:\n  rasa:cloud: azure\n  rasa:profile: dev\n  rasa:nonsense: [1]\n"
        (stacks / f"Pulumi.{name}.yaml").write_text(other)
    (stacks / "Pulumi.broken.yaml").write_text("config: {")
