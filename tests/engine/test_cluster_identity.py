"""A cluster is not its address, and one that does not answer is not gone."""

from __future__ import annotations

import copy
from base64 import b64encode
from typing import Any

import pytest
import yaml

from simcloud.run import Simulation
from tests.simulations import example
from tests.stacks import SIMULATED

pytestmark = pytest.mark.engine

STACK = "existing-production"


SERVER = "https://kubernetes.company.invalid:6443"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Simulation:
    simulation = example(
        STACK, tmp_path_factory.mktemp("cluster") / "state", config={"deletionProtection": True}
    )
    simulation.set_config("cluster.kubeconfig", reached(SERVER))
    brought_up = simulation.up()
    assert brought_up.success, brought_up.errors
    return simulation


def reached(server: str, *, authority: str = "first", **changes: str) -> dict[str, Any]:
    """The kubeconfig of the example, with an address and an authority."""
    config = yaml.safe_load(SIMULATED[STACK]["rasa:cluster"]["kubeconfig"])
    pem = f"-----BEGIN CERTIFICATE-----\n{authority}\n-----END CERTIFICATE-----\n"
    known = {"server": server, "certificate-authority-data": b64encode(pem.encode()).decode()}
    config["clusters"][0]["cluster"].update({**known, **changes})
    config["contexts"][0]["name"] = config["current-context"] = f"renamed-{authority}"
    return {"secure": yaml.safe_dump(config)}


def test_another_way_to_the_cluster_replaces_nothing(running: Simulation) -> None:
    proxy = {"proxy-url": "http://proxy.company.invalid:3128"}
    for moved in (
        reached("https://api.company.invalid", **proxy),
        reached("https://api.company.invalid", authority="second"),
    ):
        running.set_config("cluster.kubeconfig", moved)
        up = running.up()
        assert up.success, up.errors
        assert {(change.op, change.type) for change in up.changed} == {
            ("update", "pulumi:providers:kubernetes"),
            ("update", "pulumi:index:Stash"),
        }
        assert not running.refresh().changed


def test_the_kubeconfig_of_another_cluster_is_refused(running: Simulation) -> None:
    """`kubectl config view` of the wrong context: a refresh would forget all that is in the first cluster."""
    before = copy.deepcopy(running.workspace.config["rasa:cluster"])
    running.set_config("cluster.kubeconfig", reached("https://staging.company.invalid", authority="other"))
    for result in (running.preview(), running.up()):
        assert not result.success
        assert "rasa:cluster.kubeconfig is [https://api.company.invalid, " in "".join(result.errors)
        assert len(result.changed) <= 1
    running.workspace.config["rasa:cluster"] = before


def test_a_refresh_from_out_of_reach_forgets_nothing(running: Simulation) -> None:
    before = [one["urn"] for one in running.workspace.resources()]
    refreshed = running.refresh(out_of_reach=True)
    assert not refreshed.success
    assert "unreachable" in "".join(refreshed.errors)
    assert [one["urn"] for one in running.workspace.resources()] == before


def test_another_cluster_is_refused(running: Simulation) -> None:
    running.set_config("cluster.name", "another")
    for result in (running.preview(), running.up()):
        assert not result.success
        assert "rasa:cluster.name is 'existing' on the running stack" in "".join(result.errors)
        assert len(result.changed) <= 1


def test_a_cluster_that_is_gone_is_forgotten_when_people_say_so(
    running: Simulation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """docs/recovery.md, "The cluster is gone": refresh with the variable, lift, `up` on another cluster."""
    running.set_config("cluster.name", "existing")
    account = running.account
    account.drop(*account.records)
    account.save()
    with monkeypatch.context() as said:
        said.setenv("PULUMI_K8S_DELETE_UNREACHABLE", "true")
        refreshed = running.refresh(out_of_reach=True)
    assert refreshed.success, refreshed.errors
    left = {
        one["type"] for one in running.workspace.resources() if str(one["type"]).startswith("kubernetes:")
    }
    assert not left
    running.set_config("deletionProtection", value=False)
    lifted = running.up(fail=["^kubernetes::create"])
    assert "SimulatedFault" in "".join(lifted.errors), lifted.errors
    running.set_config("deletionProtection", value=True)
    running.set_config("cluster.kubeconfig", reached("https://new.company.invalid", authority="new"))
    again = running.up()
    assert again.success, again.errors
    assert not running.up().changed
