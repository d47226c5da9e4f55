"""What a command takes of a protected stack: `destroy` in each form, an `up` or `preview` of parts of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from components.contract.data_stores import content
from components.stack.safeguards import IDENTITY
from simcloud.run import Parts, Simulation
from tests.simulations import example

pytestmark = pytest.mark.engine

PROTECTED = {"rasa:deletionProtection": True}
STASH = "pulumi:index:Stash"
STORE = "kubernetes:postgresql.cnpg.io/v1:Cluster"
FORMS = (
    ("--skip-preview",),
    ("--target", "{store}"),
    ("--target", "{store}", "--target-dependents"),
    ("--exclude-protected",),
    ("--refresh", "--skip-preview"),
    ("--continue-on-error", "--skip-preview"),
    ("--run-program", "--skip-preview"),
    ("--exclude", "{store}"),
)
"""Options of `pulumi destroy` by which it might find a way around the guard."""


def urn_of(simulation: Simulation, type_: str, name: str = "") -> str:
    urns = [str(one["urn"]) for one in simulation.workspace.resources() if one["type"] == type_]
    (found,) = [urn for urn in urns if name in urn]
    return found


def runs_of_parts_take_nothing(simulation: Simulation) -> None:
    """The engine calls no hook of what a run leaves out: that is compared with the state all the same."""
    store, identity = urn_of(simulation, STORE), urn_of(simulation, STASH, IDENTITY)
    assert not simulation.preview(replace=[store]).success
    simulation.set_config("lockStore.storageClass", "another")
    for parts in (Parts(), Parts(target=[store])):
        refused = simulation.preview(**parts)
        assert not refused.success, refused.changed
        assert "rasa:lockStore.storageClass is unset on the running" in "".join(refused.errors), (
            refused.errors
        )
    simulation.set_config("lockStore.storageClass", None)
    simulation.set_config("deletionProtection", value=False)
    refused = simulation.up(exclude=[identity])
    assert not refused.success, refused.changed
    assert "lift the protection by itself" in "".join(refused.errors), refused.errors


def test_no_command_takes_a_part_of_a_protected_stack(tmp_path: Path) -> None:
    simulation = example("local-dev", tmp_path / "state", config=PROTECTED)
    brought_up = simulation.up()
    assert brought_up.success, brought_up.errors
    # A failed `up` of a stack that runs leaves the guard where it is.
    simulation.set_config("duckling", {"from": "in-cluster"})
    assert not simulation.up(fail=["^kubernetes:apps/v1:Deployment$:create"]).success
    before = set(simulation.account.records)
    destroyed = simulation.destroy()
    assert not destroyed.success
    assert "rasa:deletionProtection must be false before a destroy" in "".join(destroyed.errors)
    assert set(simulation.account.records) == before
    for form in FORMS:
        words = [word.format(store=urn_of(simulation, STORE)) for word in form]
        done = simulation.command("destroy", "--yes", "--stack", simulation.workspace.stack, *words)
        assert set(simulation.account.records) == before, words
        assert done.returncode or "no unprotected resources to destroy" in done.stdout, done.stdout
    runs_of_parts_take_nothing(simulation)
    assert set(simulation.account.records) == before


@pytest.mark.long
def test_a_first_up_that_failed_can_be_taken_down(tmp_path: Path) -> None:
    """It has no guard yet, and no data: docs/recovery.md, "A run was cut off"."""
    simulation = example("local-dev", tmp_path / "state", config=PROTECTED)
    fault = ["^kubernetes:apps/v1:DeploymentPatch$:create"]
    assert not simulation.up(fail=fault).success
    stores = {one.key for one in simulation.account.records.values() if content(one.type, one.inputs)}
    assert stores
    assert not simulation.destroy().success
    assert stores <= set(simulation.account.records)
    simulation.set_config("deletionProtection", value=False)
    assert not simulation.up(fail=fault).success
    destroyed = simulation.destroy()
    assert destroyed.success, destroyed.errors
    assert not simulation.account.records


@pytest.mark.long
def test_the_state_gives_up_a_store_on_purpose_alone(tmp_path: Path) -> None:
    """docs/recovery.md, "The state has forgotten something"; docs/upgrading.md, the table of commands."""
    simulation = example("local-dev", tmp_path / "state", config=PROTECTED)
    assert simulation.up().success
    before = set(simulation.account.records)
    store, identity = urn_of(simulation, STORE), urn_of(simulation, STASH, IDENTITY)
    guard = urn_of(simulation, STASH, "before a destroy")
    stack, checkpoint = simulation.workspace.stack, simulation.workspace.checkpoint
    forget = ("state", "delete", "--yes", "--stack", stack)
    for words in (store, identity, guard, f"{store} --force", f"{identity} --force"):
        urn, *force = words.rsplit(" --", 1)
        refused = simulation.command(*forget, *(f"--{one}" for one in force), urn)
        assert refused.returncode, words
        assert "can't be safely deleted because" in refused.stderr, refused.stderr
    known = checkpoint.read_text()
    assert not simulation.command(*forget, "--force", "--target-dependents", store).returncode
    assert store in {change.urn for change in simulation.preview().changed}
    assert set(simulation.account.records) == before
    checkpoint.write_text(known)
    assert not simulation.preview().changed
    assert not simulation.command("state", "unprotect", "--all", "--yes", "--stack", stack).returncode
    destroyed = simulation.destroy()
    assert destroyed.success, destroyed.errors
    assert not simulation.account.records
