"""An account to put resources into, and simulations of the sample program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from simcloud.run import Simulation
from tests.simcloud.tenant import SAMPLE, Tenant


@pytest.fixture
def tenant(tmp_path: Path) -> Tenant:
    return Tenant(tmp_path / "account.json")


@pytest.fixture
def sample(tmp_path: Path) -> Callable[..., Simulation]:
    """Make a simulation of the sample program, with config as keywords."""

    def make(stack: str = "dev", **config: object) -> Simulation:
        return Simulation(stack, project=SAMPLE, state_dir=tmp_path / "state", config=config)

    return make
