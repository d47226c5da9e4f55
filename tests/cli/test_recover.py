"""docs/recovery.md, "A run was cut off", by its own commands and the real `pulumi`."""

from __future__ import annotations

import json

import pytest

from tests.cli.shell import Shell
from tests.cli.stacks import begin_local

pytestmark = [pytest.mark.engine, pytest.mark.long]

BUDGET = "kubernetes:policy/v1:PodDisruptionBudget"
CUT_OFF = f"""
import json, pathlib
file = pathlib.Path.home() / ".pulumi" / "stacks" / "rasa" / "cut-off.json"
state = json.loads(file.read_text())
latest = state["checkpoint"]["latest"]
*_, guard = latest["resources"]
assert guard["type"] == "pulumi:index:Stash", guard
(lost,) = [one for one in latest["resources"] if one["type"] == "{BUDGET}"]
latest["resources"] = [one for one in latest["resources"] if one not in (lost, guard)]
print(lost.pop("id"))
del lost["outputs"]
latest["pending_operations"] = [{{"resource": lost, "type": "creating"}}]
file.write_text(json.dumps(state))
"""
"""A state whose engine was killed while the cluster made an object, before the guard that is made last.

In the file itself: `pulumi stack import` forgets what is pending.
"""


def test_the_page_leads_to_a_stack_without_changes(shell: Shell) -> None:
    begin_local(shell, "cut-off")
    shell.run("pulumi config set --path rasa:assistant.model assistant-1.0.0 && pulumi up")
    identity = shell.run('.venv/bin/python -c "$CUT_OFF"', CUT_OFF=CUT_OFF).stdout.strip()
    assert "2 to create" in shell.run("pulumi preview").text
    shell.run("pulumi cancel --yes --stack cut-off || true")  # no lock is left, where there was no process
    said = shell.run(".venv/bin/python -m ci recover cut-off").text
    assert "cut-off: nothing is pending. Go on with: make up STACK=cut-off" in said
    state = json.loads(shell.run("pulumi stack export").stdout)["deployment"]
    assert not state.get("pending_operations")
    assert [one["id"] for one in state["resources"] if one["type"] == BUDGET] == [identity]
    assert "1 created" in shell.run("pulumi up").text
    shell.run("pulumi preview --expect-no-changes")
    shell.run("pulumi config set rasa:deletionProtection false && pulumi destroy && pulumi stack rm --yes")
