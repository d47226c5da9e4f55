"""The `pulumi` command itself, from a fresh clone to a destroy, for one stack per cloud."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.cli.shell import ROOT, Shell

pytestmark = pytest.mark.engine

LICENSE, KEY = "planted-license-of-cli", "planted-key-of-cli"
STACKS = ("aws-dev", "azure-dev", "gcp-dev")  # local-dev: test_make.py
MISTAKES = {
    "rasa:region": "mars",
    "rasa:cluster": "foo",
    "rasa:lockstore": "x",
    "rasa:trackerStore.kind": "oracle",
    "rasa:lockStore.size": "huge",
    "rasa:network.cidr": "10.0.0.1/16",
    "rasa:assistant.replicas": "three",
    "rasa:account": "12",
    "rasa:topics.events": "",
}


def begin(shell: Shell, stack: str, source: str) -> Path:
    """Make a stack of one's own, out of a reference stack's file."""
    file = shell.clone / "stacks" / f"Pulumi.{stack}.yaml"
    file.write_text((ROOT / "examples" / f"Pulumi.{source}.yaml").read_text())
    shell.run(f"pulumi stack init {stack}")
    return file


@pytest.mark.parametrize("source", STACKS)
def test_life(source: str, shell: Shell) -> None:
    stack = f"my-{source}"
    file = begin(shell, stack, source)
    shell.run(
        f"""
        pulumi config set --secret rasa:license {LICENSE}
        pulumi config set --secret --path rasa:llmKeys.OPENAI_API_KEY {KEY}
        pulumi config set --path --type string rasa:assistant.model 20261125
        """
    )
    written = file.read_text()
    assert LICENSE not in written
    assert KEY not in written
    assert yaml.safe_load(written)["config"]["rasa:assistant"]["model"] == "20261125"
    assert "secure" in yaml.safe_load(written)["config"]["rasa:license"]
    before = len(shell.account.records)
    done = shell.run("pulumi up")
    assert "created" in done.text
    assert len(shell.account.records) > before
    outputs = json.loads(shell.run("pulumi stack output --json").stdout)
    assert outputs["model"] == "20261125"
    assert LICENSE not in done.text
    if source == "azure-dev":
        # What Azure fills in, and the program leaves alone (`ignore_changes`): natGateway of the address,
        # customDnsConfigs of three private endpoints.
        filled = shell.run("pulumi refresh").text
        assert "~ 4 updated" in filled, filled
        assert filled.count("[diff: +customDnsConfigs]") == filled.count("[diff: +natGateway]") * 3, filled
    shell.run("pulumi refresh --expect-no-changes")
    shell.run("pulumi config set rasa:deletionProtection false && pulumi destroy && pulumi stack rm --yes")
    assert len(shell.account.records) == before


def test_every_mistake_at_once_from_the_program(shell: Shell) -> None:
    begin(shell, "mistaken", "aws-dev")
    words = " ".join(f"--plaintext '{key}={value}'" for key, value in MISTAKES.items())
    shell.run(f"pulumi config rm rasa:cluster; pulumi config set-all --path {words}")
    done = shell.run("pulumi preview", check=False)
    assert done.code
    assert "Traceback" not in done.text
    assert "has 10 problems; nothing was changed" in done.text, done.text
    for key in (*MISTAKES, "rasa:license"):
        assert any(f"  - {key}" in line for line in done.text.splitlines()), f"{key}\n{done.text}"
    shell.run("pulumi stack rm --yes --preserve-config")


def test_a_licence_in_plain_text_is_refused_by_the_program(shell: Shell) -> None:
    begin(shell, "plain", "aws-dev")
    shell.run(f"pulumi config set rasa:license {LICENSE}")
    done = shell.run("pulumi preview", check=False)
    assert "rasa:license is in plain text" in done.text
    assert "--secret 'rasa:license' <value>" in done.text
    assert LICENSE not in done.text
    shell.run("pulumi stack rm --yes")
