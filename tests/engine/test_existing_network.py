"""A stack in a company's network, with its key, names and rules, lives and dies like any other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from simcloud.lifecycle import Lifecycle
from simcloud.wire import Value
from tests.simulations import example
from tests.variants import HOST, KEYS, NETWORKS, company

pytestmark = pytest.mark.engine


@pytest.mark.long
@pytest.mark.parametrize("cloud", NETWORKS)
def test_lifecycle(cloud: str, tmp_path: Path) -> None:
    network = NETWORKS[cloud]
    simulation = example(f"{cloud}-production", tmp_path / "state", config=dict(company(cloud)))
    other = [f"{HOST}/global/addresses/other-services"] if cloud == "gcp" else network["subnets"]["nodes"]
    stores = {**network["subnets"], "stores": other}
    moves: list[Mapping[str, Value]] = [
        {"rasa:network": {}},
        {"rasa:network": {**network, "subnets": stores}},
        *([{"rasa:encryptionKey": KEYS[cloud].replace("0001", "0002")}] if cloud == "aws" else []),
    ]
    outcome = Lifecycle(simulation, lambda _: None, refused=moves).run()
    assert not outcome.problem, outcome.problem
