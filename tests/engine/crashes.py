"""Cuts a run off in the middle, and follows docs/recovery.md."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from ci.errors import JobError
from ci.recover import RELEASE, recover
from simcloud.faults import End
from simcloud.run import Simulation
from simcloud.wire import assign, path_parts
from tests.simulations import commands_on

HELM = re.compile(r"helm (uninstall|rollback) (\S+) --namespace (\S+)")


def cut_off(simulation: Simulation, command: str, end: End) -> bool:
    """Cut a command off and follow the page; False if it came to its end before."""
    run = {"up": simulation.up, "refresh": simulation.refresh, "destroy": simulation.destroy}[command]
    if run(end=end).success:
        return False
    follow_the_page(simulation)
    return True


def follow_the_page(simulation: Simulation) -> int:
    """docs/recovery.md, "A run was cut off"; how many resources a person had to look for."""
    stack, runner = simulation.workspace.stack, commands_on(simulation)
    cancel = ("pulumi", "cancel", "--yes", "--stack", stack)
    if "failed to load checkpoint" in (cancelled := runner(*cancel)).stderr:
        read_again(simulation)
        cancelled = runner(*cancel)
    assert not cancelled.code, cancelled.stderr
    try:
        lost = recover(stack, runner=runner)
    except JobError as refused:  # "A Helm release was interrupted"
        helm(simulation, str(refused))
        lost = recover(stack, runner=runner)
    if lost:
        account, known = simulation.account, _ids(simulation)
        for record in account.records.values():
            if record.urn in {one.urn for one in lost} and (record.type, record.id) not in known:
                account.drop(record.key)
        account.save()
        assert recover(stack, none_left=True, runner=runner) == []
    return len(lost)


def cut_the_state(simulation: Simulation, *, whole: bool) -> None:
    """End in the middle of a write, which leaves half a state, or a `whole` one with nothing beside it."""
    checkpoint = simulation.workspace.checkpoint
    if not whole:
        text = checkpoint.read_text()
        checkpoint.write_text(text[: len(text) // 2])
    _beside(checkpoint).write_text("")
    assert not _is_readable(simulation)


def read_again(simulation: Simulation) -> None:
    """docs/recovery.md, "The state cannot be read", for a folder."""
    checkpoint = simulation.workspace.checkpoint
    _beside(checkpoint).unlink(missing_ok=True)
    if not _is_readable(simulation):
        shutil.copy(f"{checkpoint}.bak", checkpoint)
        assert _is_readable(simulation)


def nothing_is_lost(simulation: Simulation) -> None:
    """All that the account holds is in the state, or goes with what is there: a destroy leaves nothing."""
    account = simulation.account
    held = {(one.type, one.id) for one in account.records.values() if not account.deleted_with.get(one.urn)}
    assert held - _ids(simulation) == set()


def helm(simulation: Simulation, words: str) -> None:
    """Do what a person does with the helm commands in a text."""
    account = simulation.account
    for verb, name, namespace in HELM.findall(words):
        (release,) = [
            one for one in account.records.values() if one.type == RELEASE and one.id == f"{namespace}/{name}"
        ]
        if verb == "uninstall":
            account.drop(release.key)
        else:
            assign(release.outputs, path_parts("status.status"), "deployed")
    account.save()


def _beside(checkpoint: Path) -> Path:
    """Where the kind and a digest of the state are kept (gocloud.dev/blob/fileblob, attrs.go)."""
    return Path(f"{checkpoint}.attrs")


def _is_readable(simulation: Simulation) -> bool:
    export = ("pulumi", "stack", "export", "--stack", simulation.workspace.stack)
    return not commands_on(simulation)(*export).code


def _ids(simulation: Simulation) -> set[tuple[str, str]]:
    return {(str(one["type"]), str(one.get("id"))) for one in simulation.workspace.resources()}
