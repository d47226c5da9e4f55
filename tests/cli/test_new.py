"""`pulumi new` from this repository: it asks for little, and its commands say the rest."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from tests.cli.shell import Shell, opened
from tests.cli.stacks import KUBECONFIG
from tests.clone import copy

pytestmark = pytest.mark.engine

LICENSE = "planted-license-of-new"


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    with opened(tmp_path / "shell") as shell:
        yield shell


def new(shell: Shell, folder: Path, cloud: str) -> Shell:
    """A shell in the folder that `pulumi new` made, with the environment of the tests."""
    template = folder / "template"
    copy(template)
    # What the host would install takes minutes (tests/conformance/case_fresh_clone.py).
    (template / "requirements.txt").write_text("")
    answers = f"--name rasa --stack mine --yes --config rasa:cloud={cloud}"
    shell.run(f"pulumi new {template} --dir {folder / 'made'} {answers}")
    made = replace(shell, clone=folder / "made")
    made.run(f"rm -r .venv && ln -s {sys.prefix} .venv")
    return made


def told(said: str) -> list[str]:
    """The commands that a refusal prints."""
    return re.findall(r"(?:with|run): (pulumi config set [^\n;,]+)", said)


def test_a_cluster_of_ones_own_has_no_region_and_is_previewed_after_the_commands_of_the_refusals(
    shell: Shell, tmp_path: Path
) -> None:
    made = new(shell, tmp_path, "none")
    config = yaml.safe_load((made.clone / "stacks" / "Pulumi.mine.yaml").read_text())["config"]
    assert config == {"rasa:cloud": "none", "rasa:profile": "dev"}
    done = made.run("pulumi preview", check=False)
    for _ in range(5):
        if not done.code:
            break
        commands = told(done.text)
        assert commands, done.text
        for command in commands:
            made.run(re.sub(r"<[^>]*>", '"$GIVEN"', command), GIVEN=given(command))
        done = made.run("pulumi preview", check=False)
    assert "to create" in done.text, done.text


def given(command: str) -> str:
    """What the owner answers for a placeholder."""
    if "kubeconfig" in command:
        return KUBECONFIG
    return LICENSE if "license" in command else "assistant-1.0.0"


@pytest.mark.long
def test_a_cloud_without_its_region_is_told_so(shell: Shell, tmp_path: Path) -> None:
    said = new(shell, tmp_path, "gcp").run("pulumi preview", check=False).text
    for key in ("rasa:region", "rasa:account", "rasa:license"):
        assert f"{key} is missing" in said, said
