"""docs/upgrading.md, "On purpose": a protected stack goes over to a store that exists, and keeps all else."""

from __future__ import annotations

from pathlib import Path

import pytest

from components.contract.data_stores import content
from simcloud.run import Simulation
from simcloud.wire import Properties, as_map
from tests.simulations import example

pytestmark = pytest.mark.engine

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIauthority\n-----END CERTIFICATE-----\n"
THERE: Properties = {
    "from": "existing",
    "host": "db.company.invalid",
    "password": {"secure": "of-the-company"},
    "ca": CERTIFICATE,
}


def stores(simulation: Simulation) -> dict[str, str]:
    """URN → id of what holds data."""
    return {
        str(one["urn"]): str(one.get("id"))
        for one in simulation.workspace.resources()
        if content(str(one["type"]), as_map(one.get("inputs")))
    }


@pytest.mark.long
def test_from_the_stacks_own_database_to_one_that_exists(tmp_path: Path) -> None:
    simulation = example("local-dev", tmp_path / "state", config={"rasa:deletionProtection": True})
    brought_up = simulation.up()
    assert brought_up.success, brought_up.errors
    before = stores(simulation)

    own = simulation.workspace.config["rasa:trackerStore"]
    simulation.set_config("trackerStore", THERE)
    refused = simulation.up()
    assert not refused.success
    assert "rasa:trackerStore" in "".join(refused.errors)
    assert stores(simulation) == before

    simulation.set_config("trackerStore", own)
    simulation.set_config("deletionProtection", value=False)
    lifted = simulation.up()
    assert lifted.success, lifted.errors
    assert stores(simulation) == before

    simulation.set_config("trackerStore", THERE)
    changed = simulation.up()
    assert changed.success, changed.errors
    gone = before.keys() - stores(simulation).keys()
    assert gone
    assert all("rasa:in_cluster:TrackerStore$" in urn for urn in gone), gone
    assert before.items() - {urn: before[urn] for urn in gone}.items() <= stores(simulation).items()
