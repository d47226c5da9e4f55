"""Two assistants in one cluster, as docs/quick-start-own-cluster.md tells them: one's operators run both."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from simcloud.run import Simulation
from simcloud.wire import as_map
from tests.simulations import example
from tests.stacks import ROOT

pytestmark = pytest.mark.engine

DOCUMENT = ROOT / "docs" / "quick-start-own-cluster.md"
RELEASE, KAFKA = "kubernetes:helm.sh/v3:Release", "kubernetes:kafka.strimzi.io/v1:Kafka"


def told(simulation: Simulation, keys: dict[str, Any]) -> Simulation:
    """With these keys besides; those of the cluster beside its others."""
    cluster: dict[str, Any] = keys.pop("rasa:cluster")
    for key, value in {**keys, **{f"rasa:cluster.{name}": one for name, one in cluster.items()}}.items():
        simulation.set_config(key, value)
    return simulation


def test_the_second_one_needs_no_operators_of_its_own(tmp_path: Path) -> None:
    section = DOCUMENT.read_text().partition("## 9. A second assistant")[2]
    (text,) = re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)
    first, second = yaml.safe_load_all(text)

    one = example("local-dev", tmp_path / "one")
    assert one.up().success
    result = told(one, first).up()
    assert result.success, result.errors
    assert {(change.op, change.name) for change in result.changed} == {
        ("update", "cloudnative-pg"),
        ("update", "strimzi"),
    }
    assert one.destroy().success

    two = told(example("local-dev", tmp_path / "two"), second)
    result = two.up()
    assert result.success, result.errors
    kafka = next(two.account.of_type(KAFKA))
    assert as_map(kafka.inputs["metadata"])["namespace"] == "bots"
    assert [release.inputs["name"] for release in two.account.of_type(RELEASE)] == ["rasa"]
    assert not two.up().changed
    result = two.destroy()
    assert result.success, result.errors
