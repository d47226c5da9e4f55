"""What was under way when an `up` was cut off: put into the state where it can be found, else named.

Pulumi notes each operation before it begins, and its `refresh` clears up after updates and deletions. A
create it leaves to people, since the cloud's id came with the answer that nobody heard (pulumi,
pkg/resource/deploy/deployment_executor.go, printPendingOperationsWarning). Most ids follow from what was
asked for: those resources go into the state with that id, and the refresh keeps those that the cloud knows.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from ci import backends
from ci.errors import JobError
from ci.pulumi_cli import Runner, explain, run, write_private
from simcloud.known_ids import account_of, is_nowhere, known_id, name_of
from simcloud.wire import UNKNOWN_MARK, Value, as_map

State = dict[str, Any]
RELEASE = "kubernetes:helm.sh/v3:Release"


@dataclass(frozen=True, kw_only=True, slots=True)
class Lost:
    """A create of which nobody knows whether it came to be, nor under which id."""

    type: str
    urn: str
    name: str


def recover(stack: str, *, none_left: bool = False, runner: Runner = run) -> list[Lost]:
    """Settle what was under way; what people must look for first, and then nothing was changed.

    `none_left`: they have looked for it, and deleted what they found.
    """
    state = json.loads(_pulumi(runner, stack, "stack", "export"))
    deployment = cast("State", state["deployment"])
    pending = [
        cast("State", one["resource"])
        for one in cast("list[State]", deployment.get("pending_operations") or [])
        if one["type"] == "creating"
    ]
    lost = list(_settle(deployment, pending))
    if lost and not none_left:
        return lost
    deployment["pending_operations"] = []
    with tempfile.TemporaryDirectory(prefix="state-") as folder:
        path = Path(folder) / "state.json"
        write_private(path, json.dumps(state))
        _pulumi(runner, stack, "stack", "import", "--file", str(path))
    _pulumi(runner, stack, "refresh", "--yes", "--skip-preview", "--suppress-outputs")
    _refuse_half_made_releases(stack, json.loads(_pulumi(runner, stack, "stack", "export")))
    return []


def _refuse_half_made_releases(stack: str, state: State) -> None:
    """Helm refuses every change of what it left unfinished; Pulumi sees none to be made, and says nothing."""
    half = [
        (status["status"], status["name"], status["namespace"])
        for one in cast("list[State]", state["deployment"].get("resources") or [])
        if one["type"] == RELEASE and one.get("outputs")
        for status in [cast("State", one["outputs"].get("status") or {})]
        if str(status.get("status")).startswith("pending-")
    ]
    if half:
        ways = [
            f"helm {'uninstall' if how == 'pending-install' else 'rollback'} {name} --namespace {namespace}"
            for how, name, namespace in half
        ]
        raise JobError(
            f"Helm was cut off, too: {', '.join(f'{name} is {how}' for how, name, _ in half)}",
            remedy="\n".join([*ways, f"then again: .venv/bin/python -m ci recover {stack}"]),
        )


def _settle(deployment: State, pending: list[State]) -> Iterator[Lost]:
    """Put into the state what can be found there; yield the rest."""
    resources = cast("list[State]", deployment.setdefault("resources", []))
    providers = {f"{one['urn']}::{one.get('id', '')}": one for one in resources}
    account = account_of(_ids(resources))
    there = {one["urn"] for one in resources if not one.get("delete")}
    for one in pending:
        token, inputs = str(one["type"]), as_map(cast("Value", one.get("inputs")))
        if is_nowhere(token):
            continue
        settings = as_map(cast("Value", providers.get(str(one.get("provider")), {}).get("inputs")))
        identity = known_id(token, inputs, {**account, **settings})
        if not identity or UNKNOWN_MARK in identity:
            yield Lost(type=token, urn=str(one["urn"]), name=name_of(token, inputs))
            continue
        # A second one beside that which it was to replace: the next `up` deletes it and begins again.
        resources.append({**one, "id": identity, **({"delete": True} if one["urn"] in there else {})})


def _ids(resources: list[State]) -> Iterator[str]:
    for one in resources:
        outputs = cast("State", one.get("outputs") or {})
        yield from (str(found) for found in (one.get("id"), outputs.get("arn"), outputs.get("id")) if found)


def _pulumi(runner: Runner, stack: str, *words: str) -> str:
    done = runner("pulumi", *words, "--stack", backends.full_name(stack), "--non-interactive")
    if done.code:
        raise JobError(
            f"`pulumi {' '.join(words[:2])}` of {stack} failed",
            remedy=explain(
                stack, f"{done.stdout}\n{done.stderr}".strip(), "docs/recovery.md says what is next."
            ),
        )
    return done.stdout


def to_look_for(stack: str, lost: list[Lost]) -> str:
    """What people must do about it."""
    listed = "\n".join(f"  {one.type} {one.name or one.urn.rsplit('::', 1)[-1]}" for one in lost)
    return (
        f"{len(lost)} resources of {stack} were being made; the cloud alone knows whether they are there:\n"
        f"{listed}\nNothing was changed."
    )
