"""No secret stands in plain text in anything that a stack leaves behind."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from simcloud.events import Step
from simcloud.workspace import ROOT
from tests.simulations import example
from tests.stacks import STACKS

pytestmark = pytest.mark.engine

VALUES = re.findall(r"planted-[\w-]+", (ROOT / "simcloud" / "secrets.yaml").read_text())
"""What a person would set with --secret; each value is one that no other text contains."""


@pytest.mark.parametrize("stack", STACKS)
def test_planted_values_are_nowhere(stack: str, tmp_path: Path) -> None:
    said: list[Step] = []
    simulation = example(stack, tmp_path / "state", progress=said.append)
    result = simulation.up()
    assert result.success, result.errors
    left = {path: path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file()}
    assert any("rasa-secrets" in content for content in left.values()), "the state has the Secret"
    left[Path("output")] = "\n".join(
        [*map(str, said), *result.errors, *result.messages, json.dumps(result.report)]
    )
    for path, content in left.items():
        for value in VALUES:
            assert value not in content, f"{value} in {path}"


@pytest.mark.parametrize("stack", ["aws-production", "azure-production", "gcp-production"])
def test_what_vaults_bootstrap_makes_is_in_no_state(stack: str, tmp_path: Path) -> None:
    """Recovery keys, root token and Rasa's token lie in Secrets that the Job makes and no resource is."""
    simulation = example(stack, tmp_path / "state")
    result = simulation.up()
    assert result.success, result.errors
    made = {"vault-rasa-token", "vault-bootstrap", "vault-unseal"}
    for resource in simulation.workspace.resources():
        if resource["type"] == "kubernetes:core/v1:Secret":
            assert str(resource["id"]).rpartition("/")[2] not in made
        if resource["type"] == "kubernetes:core/v1:ConfigMap":
            assert "PRIVATE KEY" not in json.dumps(resource)
