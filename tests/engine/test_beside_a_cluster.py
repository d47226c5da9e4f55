"""Stores beside a company's cluster live and die like any other, and the cluster stays."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from simcloud.lifecycle import Lifecycle
from simcloud.wire import Value
from tests.simulations import example
from tests.variants import CLUSTERS, HOST, beside_a_cluster

pytestmark = pytest.mark.engine


@pytest.mark.long
@pytest.mark.parametrize("cloud", CLUSTERS)
def test_lifecycle(cloud: str, tmp_path: Path) -> None:
    cluster = beside_a_cluster(cloud)
    block = {**cluster, "kubeconfig": {"secure": cluster["kubeconfig"]}}
    config: Mapping[str, Value] = {"rasa:cluster": block, "rasa:deletionProtection": True}
    simulation = example(f"{cloud}-dev", tmp_path / "state", config=config)
    elsewhere = {**CLUSTERS[cloud], "subnets": [f"{HOST}/global/addresses/other-services"]}
    moves: list[Mapping[str, Value]] = [
        {"rasa:cluster": {}},
        {"rasa:cluster": {**block, "network": elsewhere}},
    ]
    outcome = Lifecycle(simulation, lambda _: None, refused=moves).run()
    assert not outcome.problem, outcome.problem
