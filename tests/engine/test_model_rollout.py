"""A model is rolled out by its name, and rolled back by the one before: one Job and one release change."""

from __future__ import annotations

from pathlib import Path

import pytest

from simcloud.run import Result
from tests.simulations import example

pytestmark = pytest.mark.engine

STACK = "existing-production"
JOB, RELEASE = "kubernetes:batch/v1:Job", "kubernetes:helm.sh/v3:Release"


def changes(result: Result) -> list[tuple[str, str]]:
    assert result.success, result.errors
    return sorted((change.type, change.op) for change in result.changed)


def test_a_model_is_rolled_out_and_back(tmp_path: Path) -> None:
    simulation = example(STACK, tmp_path / "state")
    assert simulation.up().success
    simulation.set_config("rasa:assistant.model", "assistant-1.1.0")
    forth = changes(simulation.up())
    assert forth, "nothing was rolled out"
    assert {type_ for type_, _ in forth} == {JOB, RELEASE}
    assert {op for type_, op in forth if type_ == RELEASE} == {"update"}
    assert {op for type_, op in forth if type_ == JOB} <= {"replace", "create-replacement", "delete-replaced"}
    assert not simulation.up().changed
    simulation.set_config("rasa:assistant.model", "assistant-1.0.0")
    assert changes(simulation.up()) == forth


def test_a_model_that_fails_the_preflight_is_not_rolled_out(tmp_path: Path) -> None:
    simulation = example(STACK, tmp_path / "state")
    assert simulation.up().success
    simulation.set_config("rasa:assistant.model", "assistant-1.1.0")
    refused = simulation.up(fail=["batch/v1:Job:create"])
    assert not refused.success
    assert RELEASE not in {change.type for change in refused.changed}
    assert simulation.up().success, "nothing else is needed once the model is right"
