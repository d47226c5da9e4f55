"""What of a preview with made-up credentials counts as passed, and what is asked for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.provider_preview import plugins, previews

ROOT = Path(__file__).parents[2]
LOGIN = "    error: azure-native:x:Y (y): could not log in:\n      AADSTS7000215: Invalid client secret\n"
WRONG = "    error: aws:rds/instance:Instance resource 'x' has a problem: \"iops\" is not a number\n"
LAST = "    error: preview failed\n"


@pytest.mark.parametrize(
    ("code", "text", "passed"),
    [
        (0, "", True),
        (255, LOGIN + LAST, True),
        (255, WRONG + LAST, False),
        (255, WRONG + LOGIN, False),
        (255, LOGIN + WRONG, False),
        (255, "", False),
    ],
)
def test_only_the_answer_to_made_up_credentials_is_forgiven(code: int, text: str, *, passed: bool) -> None:
    verdict = previews.judge("x", code, text)
    assert verdict.passed == passed
    assert any("iops" in line for line in verdict.said) == (WRONG in text)


def test_every_reference_stack_and_bootstrap_is_previewed() -> None:
    examples = {path.stem.removeprefix("Pulumi.") for path in (ROOT / "examples").glob("Pulumi.*.yaml")}
    assert set(previews.names()) == {*examples, "bootstrap/aws", "bootstrap/azure", "bootstrap/gcp"}


def test_the_plugins_are_those_of_the_locked_sdks() -> None:
    locked = (ROOT / "uv.lock").read_text()
    for plugin in plugins.needed():
        version = re.search(rf'name = "pulumi-{plugin.name}"\nversion = "([^"]+)"', locked)
        assert version
        assert version[1] == plugin.version


def test_the_workflow_demands_the_plugins() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/provider-preview.yml").read_text())
    steps = workflow["jobs"]["preview"]["steps"]
    (run,) = [step for step in steps if step.get("run") == "make provider-preview"]
    assert run["env"]["REQUIRE_PLUGINS"] == "1"
