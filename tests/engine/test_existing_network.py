"""A stack in a company's network lives and dies like any other, and stays in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from simcloud.lifecycle import Lifecycle
from simcloud.wire import Value
from tests.simulations import example
from tests.variants import NETWORKS

pytestmark = pytest.mark.engine

PRODUCTION = {"aws": ("aws-production", "111122223333")}
"""Cloud → example of a protected stack with an ingress, and its account."""


@pytest.mark.long
@pytest.mark.parametrize("cloud", PRODUCTION)
def test_lifecycle(cloud: str, tmp_path: Path) -> None:
    stack, account = PRODUCTION[cloud]
    network = NETWORKS[cloud]
    simulation = example(
        stack, tmp_path / "state", config={"rasa:account": account, "rasa:network": dict(network)}
    )
    stores = {**network["subnets"], "stores": network["subnets"]["nodes"]}
    moves: list[Mapping[str, Value]] = [
        {"rasa:network": {}},
        {"rasa:network": {**network, "subnets": stores}},
    ]
    outcome = Lifecycle(simulation, lambda _: None, refused=moves).run()
    assert not outcome.problem, outcome.problem
