"""What stacks tell: all of it known, nothing secret but the kubeconfig, and commands that run as they are."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from components.stack.outputs import MEANINGS
from tests.recorder import STACK
from tests.stacks import STACKS, is_production, record_config, record_stack, stack_config

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "outputs.md"
BEGIN, END = "<!-- table: components/stack/outputs.py -->\n", "<!-- end of table -->"
STAND_INS = ("pulumi", "make", "kubectl", "curl")


def with_table(text: str) -> str:
    head, _, rest = text.partition(BEGIN)
    rows = [f"| `{name}` | {meaning} |\n" for name, meaning in MEANINGS.items()]
    return (
        head + BEGIN + "".join(["| Output | What it is |\n|---|---|\n", *rows]) + END + rest.partition(END)[2]
    )


def test_table_is_generated() -> None:
    text = DOCS.read_text()
    assert with_table(text) == text, "run: make readme"


@pytest.mark.slow
def test_each_output_has_a_meaning_and_each_meaning_an_output() -> None:
    told = {name for stack in STACKS for name in record_stack(stack).outputs}
    target = "arn:aws:sns:eu-central-1:123456789012:on-call"
    config = stack_config("aws-dev")
    released = {**json.loads(config["rasa:assistant"]), "sha256": "0" * 64}
    alarmed = record_config(
        {**config, "rasa:alarms": json.dumps({"target": target}), "rasa:assistant": json.dumps(released)}
    ).outputs
    assert alarmed["alarmTarget"] == target
    assert alarmed["modelSha256"] == "0" * 64
    assert told | set(alarmed) == set(MEANINGS)


@pytest.mark.parametrize("stack", STACKS)
def test_only_the_kubeconfig_is_secret(stack: str) -> None:
    recording = record_stack(stack)
    assert recording.secret_outputs == {"kubeconfig"}
    plain = {name: value for name, value in recording.outputs.items() if name != "kubeconfig"}
    assert "planted" not in json.dumps(plain)
    assert None not in plain.values()


@pytest.mark.parametrize("stack", [stack for stack in STACKS if stack.startswith(("aws", "azure", "gcp"))])
def test_the_ground_is_told_on_each_cloud(stack: str) -> None:
    outputs = record_stack(stack).outputs
    assert outputs["network"]["id"]
    assert all(outputs["network"]["subnets"].values())
    assert outputs["cluster"]["name"]
    whom = {
        "aws": {"roleArn"},
        "azure": {"clientId", "principalId", "tenantId"},
        "gcp": {"serviceAccount"},
    }
    assert set(outputs["rasaIdentity"]) == whom[stack.partition("-")[0]]


def commands(readme: str) -> str:
    return "\n".join(re.findall(r"^```sh\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE))


def asked(readme: str, folder: Path) -> list[str]:
    """What the commands of a readme call, in a folder like a checkout's, with stand-ins for all programs."""
    bin_, log = folder / "bin", folder / "log"
    bin_.mkdir()
    for name in STAND_INS:
        program = bin_ / name
        program.write_text(f'#!/bin/sh\necho {name} "$@" >> "{log}"\n')
        program.chmod(0o755)
    done = subprocess.run(
        ["bash", "-euc", commands(readme) + "\nwait"],
        cwd=folder,
        env={"PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return log.read_text().splitlines()


@pytest.mark.parametrize("stack", STACKS)
def test_readme_shows_the_outputs_and_its_commands_run(stack: str, tmp_path: Path) -> None:
    outputs = record_stack(stack).outputs
    readme = str(outputs["readme"])
    for name in set(outputs) - {"kubeconfig", "endpoints", "readme"}:
        assert f"| `{name}` |" in readme
    called = asked(readme, tmp_path)
    assert any(call.startswith("curl -s") and '"message": "hello"' in call for call in called)
    assert f"pulumi stack output kubeconfig --show-secrets --stack {STACK}" in called
    assert f"pulumi destroy --stack {STACK}" in called
    allowed = f"pulumi config set rasa:deletionProtection false --stack {STACK}"
    config = stack_config(stack)
    protected = json.loads(config.get("rasa:deletionProtection", str(is_production(stack)).lower()))
    assert (allowed in called) == protected
    if "url" not in outputs["models"]:
        set_ = "pulumi config set --path --type string rasa:assistant."
        pulumi = [call for call in called if call.startswith(("pulumi ", "make "))]
        first = pulumi.index(f"{set_}upload models/assistant-2.0.0.tar.gz --stack {STACK}")
        # An upload takes part only where `model` names it, or nothing.
        assert pulumi[first + 1] == f"{set_}model assistant-2.0.0 --stack {STACK}"
        assert pulumi[first + 2] == f"make up STACK={STACK}"


if __name__ == "__main__":
    DOCS.write_text(with_table(DOCS.read_text()))
