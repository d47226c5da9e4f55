"""Stores beside a company's cluster live and die like any other, and the cluster stays."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from simcloud.lifecycle import Lifecycle
from simcloud.wire import Value
from tests.simulations import example
from tests.variants import BESIDE_IN, CLUSTERS, HOST, beside_a_cluster

pytestmark = pytest.mark.engine


@pytest.mark.long
@pytest.mark.parametrize("cloud", CLUSTERS)
def test_lifecycle(cloud: str, tmp_path: Path) -> None:
    cluster = beside_a_cluster(cloud)
    block = {**cluster, "kubeconfig": {"secure": cluster["kubeconfig"]}}
    config: Mapping[str, Value] = {
        "rasa:cluster": block,
        "rasa:deletionProtection": True,
        "rasa:account": BESIDE_IN[cloud],
    }
    simulation = example(f"{cloud}-dev", tmp_path / "state", config=config)
    subnets = {"azure": CLUSTERS["azure"]["subnets"][:1], "gcp": [f"{HOST}/global/addresses/other-services"]}
    elsewhere = {**CLUSTERS[cloud], "subnets": subnets[cloud]}
    moves: list[Mapping[str, Value]] = [
        {"rasa:cluster": {}},
        {"rasa:cluster": {**block, "network": elsewhere}},
    ]
    outcome = Lifecycle(simulation, lambda _: None, refused=moves).run()
    assert not outcome.problem, outcome.problem
