"""A mistake in the config ends the command with one message per problem, and nothing was made."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.simulations import IN_EXAMPLES, example

pytestmark = pytest.mark.engine

MISTAKES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "several at once": (
        {"rasa:region": "mars", "rasa:lockstore": {}, "rasa:trackerStore.kind": "oracle"},
        ["rasa:region", "rasa:lockstore", "rasa:trackerStore.kind"],
    ),
    "wrong type": ({"rasa:assistant.replicas": "three"}, ["rasa:assistant.replicas"]),
    "open to the internet": (
        {"rasa:profile": "production", "rasa:cluster.allowedCidrs[0]": "0.0.0.0/0"},
        ["rasa:cluster.allowedCidrs[0]"],
    ),
    "existing without its address": (
        {"rasa:lockStore.from": "existing"},
        ["rasa:lockStore.host is missing", "rasa:lockStore.port is missing"],
    ),
    "managed without a cloud": (
        {"rasa:cloud": "none", "rasa:region": ""},
        [
            f"{dependency} from managed"
            for dependency in ("cluster", "modelStorage", "lockStore", "trackerStore", "eventBroker")
        ],
    ),
    "model latest": ({"rasa:assistant.model": "latest"}, ["rasa:assistant.model"]),
    "missing licence": ({"rasa:license": {"secure": ""}}, ["rasa:license is missing"]),
    "endpoint that Rasa ignores": (
        {"rasa:assistant.extraEndpoints": {"trackerStore": {"type": "SQL"}}},
        ["trackerStore"],
    ),
}


def test_a_cluster_that_does_not_answer_is_said_once_and_the_plan_is_shown(tmp_path: Path) -> None:
    result = example("existing-production", tmp_path / "state").preview()
    assert result.success, result.errors
    said = [message for message in result.messages if "does not answer" in message]
    assert len(said) == 1, result.messages
    assert "kubernetes.company.invalid" in said[0]
    assert any(change.type == "kubernetes:helm.sh/v3:Release" for change in result.changed)


@pytest.mark.parametrize(("config", "named"), MISTAKES.values(), ids=MISTAKES)
def test_up_is_refused_with_one_message(config: dict[str, Any], named: list[str], tmp_path: Path) -> None:
    simulation = example("aws-dev", tmp_path / "state", config=config)
    result = simulation.up()
    assert not result.success
    text = "\n".join(result.errors)
    for words in named:
        assert sum(words in line for line in text.splitlines()) == 1, text
    assert "Traceback" not in text
    assert f"{len(named)} problem" in text
    assert not simulation.account.records


def test_the_command_line_says_it_too(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "simcloud", "up", "aws-dev", *IN_EXAMPLES]
    done = subprocess.run(
        [*command, "--state-dir", str(tmp_path / "state"), "--config", "rasa:region=mars"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    output = done.stdout + done.stderr
    assert "rasa:region 'mars' is not a region of aws" in output
    assert "Traceback" not in output


def test_unknown_stack_is_one_message(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "simcloud", "up", "nope", "--state-dir", str(tmp_path / "state")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "nope" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
