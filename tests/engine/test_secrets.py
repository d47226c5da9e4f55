"""No secret stands in plain text in anything that a stack leaves behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from simcloud.run import Simulation
from simcloud.workspace import ROOT
from tests.stacks import STACKS

pytestmark = pytest.mark.engine

PLANTED: Any = yaml.safe_load((ROOT / "simcloud" / "secrets.yaml").read_text())
VALUES: list[str] = [PLANTED["rasa:license"], *PLANTED["rasa:llmKeys"].values()]
"""What a person would set with --secret; each value is one that no other text contains."""


@pytest.mark.parametrize("stack", STACKS)
def test_planted_values_are_nowhere(stack: str, tmp_path: Path) -> None:
    said: list[str] = []
    simulation = Simulation(stack, state_dir=tmp_path / "state", progress=said.append)
    result = simulation.up()
    assert result.success, result.errors
    left = {path: path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file()}
    assert any("rasa-secrets" in content for content in left.values()), "the state has the Secret"
    left[Path("output")] = "\n".join([*said, *result.errors, *result.messages, json.dumps(result.report)])
    for path, content in left.items():
        for value in VALUES:
            assert value not in content, f"{value} in {path}"
