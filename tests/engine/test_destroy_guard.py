"""What a command takes of a protected stack: `destroy` in each form, an `up` or `preview` of parts of it."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from components.contract.data_stores import GO_WITH_PROTECTION, content
from components.stack.safeguards import IDENTITY
from simcloud.run import Parts, Simulation
from tests.long import mostly_long
from tests.simulations import example

pytestmark = pytest.mark.engine

PROTECTED = {"rasa:deletionProtection": True}
STASH = "pulumi:index:Stash"
IN_CLUSTER = "kubernetes:postgresql.cnpg.io/v1:Cluster"
STORES = {
    "local-dev": IN_CLUSTER,
    "openshift-production": IN_CLUSTER,
    "aws-production": "aws:rds/instance:Instance",
    "azure-production": "azure-native:dbforpostgresql:Server",
    "gcp-production": "gcp:sql/databaseInstance:DatabaseInstance",
}
"""Stack → type of its tracker store."""
KEPT_BY_THE_CLOUD = {"aws-production", "gcp-production"}
"""Their stores have a protection of their own; Azure's locks go first, being the stack's own, too."""
EACH = pytest.mark.parametrize("stack", mostly_long(STORES, now=["local-dev"]))
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


def tracker_store(simulation: Simulation) -> str:
    return urn_of(simulation, STORES[simulation.workspace.stack])


def stores_in(simulation: Simulation) -> set[str]:
    """What holds data, in the account."""
    held = [one for one in simulation.account.records.values() if one.type not in GO_WITH_PROTECTION]
    return {one.key for one in held if content(one.type, one.inputs)}


def urn_of(simulation: Simulation, type_: str, name: str = "") -> str:
    urns = [str(one["urn"]) for one in simulation.workspace.resources() if one["type"] == type_]
    (found,) = [urn for urn in urns if name in urn]
    return found


def running(stack: str, folder: Path) -> Simulation:
    simulation = example(stack, folder / "state", config=PROTECTED)
    brought_up = simulation.up()
    assert brought_up.success, brought_up.errors
    return simulation


def runs_of_parts_take_nothing(simulation: Simulation) -> None:
    """The engine calls no hook of what a run leaves out: that is compared with the state all the same."""
    store, identity = tracker_store(simulation), urn_of(simulation, STASH, IDENTITY)
    known = copy.deepcopy(simulation.workspace.config)
    simulation.set_config("topics.events", "others")
    for parts in (Parts(), Parts(target=[store]), Parts(exclude=[identity])):
        refused = simulation.preview(**parts)
        assert not refused.success, refused.changed
        assert "rasa:topics.events is " in "".join(refused.errors), refused.errors
    simulation.workspace.config = known
    simulation.set_config("deletionProtection", value=False)
    for parts in (Parts(exclude=[identity]), Parts(target=[store])):
        refused = simulation.up(**parts)
        assert not refused.success, refused.changed
        assert "lift the protection by itself" in "".join(refused.errors), refused.errors
    simulation.set_config("deletionProtection", value=True)


def replacing_takes_nothing(simulation: Simulation) -> None:
    """`--replace` of what holds data is refused, and of a provider it replaces nothing else."""
    resources = simulation.workspace.resources()
    for run in (simulation.preview, simulation.up):
        assert not run(replace=[tracker_store(simulation)]).success
    providers = [str(one["urn"]) for one in resources if str(one["type"]).startswith("pulumi:providers:")]
    replaced = simulation.up(replace=providers)
    assert replaced.success, replaced.errors
    assert {change.urn for change in replaced.changed if change.op != "update"} <= set(providers)


@EACH
def test_no_command_takes_a_part_of_a_protected_stack(stack: str, tmp_path: Path) -> None:
    simulation = running(stack, tmp_path)
    before = set(simulation.account.records)
    # A failed `up` of a stack that runs leaves the guard where it is, which knows nothing yet of what is new.
    simulation.set_config("duckling", {"from": "in-cluster", "memory": "3Gi"})
    assert not simulation.up(
        fail=[f"^kubernetes:apps/v1:Deployment$:{how}" for how in ("create", "update")]
    ).success
    destroyed = simulation.destroy()
    assert not destroyed.success
    assert "rasa:deletionProtection must be false before a destroy" in "".join(destroyed.errors)
    assert before <= set(simulation.account.records)
    for form in FORMS:
        words = [word.format(store=tracker_store(simulation)) for word in form]
        done = simulation.command("destroy", "--yes", "--stack", simulation.workspace.stack, *words)
        assert before <= set(simulation.account.records), words
        assert done.returncode or "no unprotected resources to destroy" in done.stdout, done.stdout
    runs_of_parts_take_nothing(simulation)
    assert before <= set(simulation.account.records)


@pytest.mark.long
def test_a_first_up_that_failed_can_be_taken_down(tmp_path: Path) -> None:
    """It has no guard yet, and no data: docs/recovery.md, "A run was cut off"."""
    simulation = example("local-dev", tmp_path / "state", config=PROTECTED)
    fault = ["^kubernetes:apps/v1:DeploymentPatch$:create"]
    assert not simulation.up(fail=fault).success
    stores = stores_in(simulation)
    assert stores
    assert not simulation.destroy().success
    assert stores <= set(simulation.account.records)
    simulation.set_config("deletionProtection", value=False)
    assert not simulation.up(fail=fault).success
    destroyed = simulation.destroy()
    assert destroyed.success, destroyed.errors
    assert not simulation.account.records


@pytest.mark.parametrize("stack", [pytest.param(stack, marks=pytest.mark.long) for stack in STORES])
def test_the_state_gives_up_a_store_on_purpose_alone(stack: str, tmp_path: Path) -> None:
    """docs/recovery.md, "The state has forgotten something"; docs/upgrading.md, the table of commands."""
    simulation = running(stack, tmp_path)
    stores = stores_in(simulation)
    replacing_takes_nothing(simulation)
    assert stores_in(simulation) == stores
    before = set(simulation.account.records)
    store, identity = tracker_store(simulation), urn_of(simulation, STASH, IDENTITY)
    guard = urn_of(simulation, STASH, "before a destroy")
    checkpoint, forget = simulation.workspace.checkpoint, ("state", "delete", "--yes", "--stack", stack)
    for words in (store, identity, guard, f"{store} --force", f"{identity} --force"):
        urn, *force = words.rsplit(" --", 1)
        refused = simulation.command(*forget, *(f"--{one}" for one in force), urn)
        assert refused.returncode, words
        assert "can't be safely deleted because" in refused.stderr, refused.stderr
    assert simulation.command("stack", "rm", "--yes", stack).returncode
    known = checkpoint.read_text()
    assert not simulation.command(*forget, "--force", "--target-dependents", store).returncode
    assert store in {change.urn for change in simulation.preview().changed}
    assert set(simulation.account.records) == before
    checkpoint.write_text(known)
    assert not simulation.preview().changed
    assert not simulation.command("state", "unprotect", "--yes", "--stack", stack, guard).returncode
    assert not simulation.destroy().success
    assert stores == stores_in(simulation)


@pytest.mark.parametrize("stack", [pytest.param(stack, marks=pytest.mark.long) for stack in STORES])
def test_what_is_unprotected_on_purpose_goes(stack: str, tmp_path: Path) -> None:
    """docs/upgrading.md: all of it, but where the cloud itself keeps a store."""
    simulation = running(stack, tmp_path)
    assert not simulation.command("state", "unprotect", "--all", "--yes", "--stack", stack).returncode
    destroyed = simulation.destroy()
    kept = {record.type for record in simulation.account.records.values()}
    assert destroyed.success is (stack not in KEPT_BY_THE_CLOUD), destroyed.errors
    assert STORES[stack] in kept if stack in KEPT_BY_THE_CLOUD else not kept
