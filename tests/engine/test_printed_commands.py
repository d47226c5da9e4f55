"""The commands that a refusal prints are run as printed, by the `pulumi` command: the mistake is gone.

Placeholders such as <value> are what a person fills in; each case says with what.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.config.load import parse
from components.contract.errors import ConfigurationError
from simcloud import engine
from tests.config.rules.test_stack import GOOD
from tests.config.test_types import KAFKA, REDIS, SASL

pytestmark = pytest.mark.engine

STACK = "aws-dev"
COMMAND = re.compile(
    r"pulumi config (?:set|rm) (?:--[\w-]+ (?:string |aws-dev )?)*"
    r"""'[^']+'(?: "[^"]+"| <[^>]+>| [^\s;,&]+)?"""
)
BASE = {key: value for key, value in GOOD.items() if key != "license"}

CASES: list[tuple[str, dict[str, Any], str]] = [
    ("licence forgotten", {}, "a-licence"),
    ("model forgotten", {"assistant": {}}, "20261125"),
    ("model as a number", {"assistant": {"model": 20261125}}, ""),
    ("model as a truth value", {"assistant": {"model": True}}, ""),
    ("model latest", {"assistant": {"model": "latest"}}, "20261125"),
    ("replicas in words", {"assistant": {"model": "m", "replicas": "three"}}, "3"),
    ("unknown size", {"lockStore": {"size": "huge"}}, "large"),
    ("unknown key", {"lockStore": {"hots": "x"}}, ""),
    ("unknown key at the top", {"lockstore": {}}, ""),
    ("word for a block", {"lockStore": "existing"}, "managed"),
    ("text for a list", {"cluster": {"allowedCidrs": "203.0.113.7/32"}}, "203.0.113.7/32"),
    ("word for a choice", {"eventBroker": {**KAFKA, "security": "plaintext"}}, "plaintext"),
    ("number for a choice", {"lockStore": {"from": 3}}, "managed"),
    ("tag as a number", {"tags": {"cost.centre": 7}}, ""),
    ("secret as a number", {"lockStore": {**REDIS, "port": 6379, "password": 7391}}, "7391"),
    ("secret below a choice", {"eventBroker": {**KAFKA, "security": {**SASL, "password": 1}}}, "7391"),
    ("plain secret", {"llmKeys": {"OPENAI_API_KEY": "sk-plain"}}, "sk-other"),
    ("region missing", {"region": ""}, "eu-central-1"),
    ("account", {"account": "12"}, "111122223333"),
    ("network too small", {"network": {"cidr": "10.20.0.0/24"}}, ""),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the stack and a back end, to be copied: `stack init` takes a second."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "Pulumi.yaml").write_text("name: rasa\nruntime: python\nstackConfigDir: stacks\n")
    (folder / "stacks").mkdir()
    pulumi(folder, "stack", "init", STACK)
    return folder


@pytest.mark.parametrize(("changes", "value"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_command_mends_the_mistake(
    changes: dict[str, Any], value: str, project: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(project, tmp_path / "project"))
    path = folder / "stacks" / f"Pulumi.{STACK}.yaml"
    config = {f"rasa:{key}": value for key, value in {**BASE, **changes}.items()}
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), "config": config}))
    if changes:
        pulumi(folder, "config", "set", "--secret", "rasa:license", "a-licence")
    problem, text = refusal(folder)
    commands = COMMAND.findall(text)
    assert commands, text
    for command in commands:
        filled = re.sub(r"<[^>]+>", value, command)
        assert value or filled == command, f"{command} asks for a value"
        run(["bash", "-euc", filled], folder)
    left = "\n".join(problems(folder))
    assert problem not in left
    assert re.split(r" |: ", problem)[0] not in left, left


def refusal(folder: Path) -> tuple[str, str]:
    """The one problem of the case, bare and as the program prints it."""
    with pytest.raises(ConfigurationError) as refused:
        read(folder)
    (problem,) = refused.value.problems
    return problem, str(refused.value)


def problems(folder: Path) -> tuple[str, ...]:
    try:
        read(folder)
    except ConfigurationError as error:
        return error.problems
    return ()


def read(folder: Path) -> None:
    """Hand the program what the engine would: text at the top, JSON below, and which keys are secret."""
    said: Mapping[str, Any] = json.loads(pulumi(folder, "config", "--show-secrets", "--json"))
    raw = {key.removeprefix("rasa:"): one.get("objectValue", one.get("value")) for key, one in said.items()}
    secret = frozenset(key.removeprefix("rasa:") for key, one in said.items() if one["secret"])
    parse(raw, secret_keys=secret, stack=STACK)


def pulumi(folder: Path, *arguments: str) -> str:
    return run(
        ["pulumi", *arguments, "--stack", STACK] if arguments[0] == "config" else ["pulumi", *arguments],
        folder,
    )


def run(command: list[str], folder: Path) -> str:
    found = engine.find().command
    environment = {
        **os.environ,
        "PATH": f"{Path(found).parent}:{os.environ['PATH']}",
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_BACKEND_URL": f"file://{folder}",
        "PULUMI_CONFIG_PASSPHRASE": "of-the-test",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout
