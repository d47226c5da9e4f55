"""The policy pack in the real engine: silent about a sound stack, and it stops a spoilt one."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy import aws, azure, gcp, in_cluster, kubernetes
from policy.rules import rules
from tests.ci.shim import put_on_path
from tests.simulations import example

pytestmark = pytest.mark.engine

PACK = str(Path(__file__).parents[2] / "policy" / "pack")


@pytest.mark.parametrize("stack", ["aws-dev", "azure-dev", "gcp-dev"])
def test_a_sound_stack_passes(stack: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_on_path(tmp_path, monkeypatch)
    simulation = example(stack, tmp_path / "state")
    simulation.policy_packs = [PACK]
    result = simulation.preview()
    assert result.success, result.errors


def test_a_spoilt_stack_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_on_path(tmp_path, monkeypatch)
    simulation = example("aws-production", tmp_path / "state", config={"deletionProtection": False})
    simulation.policy_packs = [PACK]
    result = simulation.preview()
    assert not result.success
    said = "\n".join([*result.errors, *result.messages])
    assert "deletionProtection is False, must be True" in said, said


def test_every_policy_is_in_the_pack() -> None:
    names = [rule.name for rule in rules()]
    assert (
        len(names)
        == len(set(names))
        == 1 + sum(len(each.POLICIES) for each in (aws, azure, gcp, in_cluster, kubernetes))
    )
    assert "gcp-traffic-is-encrypted" in names
