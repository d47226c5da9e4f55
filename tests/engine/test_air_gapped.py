"""A stack of a company's registry, nodes and labels lives and dies like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from simcloud.lifecycle import Lifecycle
from tests.engine import operators
from tests.simulations import example
from tests.variants import AIR_GAPPED, LOGINS, PODS, with_anonymized_events

pytestmark = [pytest.mark.engine, pytest.mark.long]


def test_lifecycle(tmp_path: Path) -> None:
    registry = {**AIR_GAPPED, "pullSecret": {"secure": LOGINS}}
    simulation = example(
        "local-dev",
        tmp_path / "state",
        config={"rasa:registry": registry, "rasa:pods": PODS, **with_anonymized_events("local-dev")},
    )
    outcome = Lifecycle(simulation, lambda _: None).run()
    assert not outcome.problem, outcome.problem
    first, last = next(step for step in outcome.steps if step.command == "up"), outcome.steps[-1]
    operators.come_first_and_go_last(first, last)
