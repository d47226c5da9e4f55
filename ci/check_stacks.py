"""Checks what lies in `stacks/`: each stack loads, obeys the policies, and comes up on the simulated cloud.

Nothing is asked of a cloud. Where a stack file lacks what only its owner knows, a stand-in serves, and the
commands that finish the file are said; a stack that is listed in tiers.yaml must be finished.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ci import stacks
from policy.rules import RULES
from policy.stack import Stack
from simcloud.errors import SimcloudError
from simcloud.run import Simulation
from starters.template import Starter

OPTIONAL = ("rasa:llmKeys.",)
"""Stand-ins for what a stack may well do without."""
SET_BY = {"rasa:assistant.model": "rasa:assistant.upload"}
"""Key that is missing → another key, which a new stack sets instead: the model is called like its file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What is said of one stack."""

    stack: str
    summary: str
    failed: bool
    details: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Resource:
    type: str
    name: str
    inputs: Mapping[str, Any]


def check(root: Path = stacks.ROOT) -> Iterator[Verdict]:
    """One verdict for each stack, and one for the list of tiers if that is wrong (JobError)."""
    listed = stacks.tiers(root)["all"]
    for stack in stacks.names(root):
        yield _check(stack, root, listed=stack in listed)


def _check(stack: str, root: Path, *, listed: bool) -> Verdict:
    with tempfile.TemporaryDirectory() as folder:
        try:
            simulation = Simulation(stack, stacks=root / stacks.FOLDER, state_dir=Path(folder))
            result = simulation.up()
            errors = list(result.errors)
        except SimcloudError as error:
            return Verdict(
                stack=stack, summary="failed: it cannot be read", failed=True, details=[str(error)]
            )
        resources = [
            _Resource(type=str(one["type"]), name=str(one["urn"]).rpartition("::")[2], inputs=_inputs(one))
            for one in simulation.workspace.resources()
        ]
    if errors:
        return Verdict(stack=stack, summary="failed", failed=True, details=errors)
    broken = _violations(Stack(resources=resources, production=stacks.read(stack, root).production))
    if broken:
        return Verdict(stack=stack, summary="failed: it breaks policies", failed=True, details=broken)
    missing = [key for key in simulation.workspace.stand_ins if not key.startswith(OPTIONAL)]
    if missing:
        return _unfinished(stack, root, missing, listed=listed)
    return Verdict(stack=stack, summary=f"ok, {len(resources)} resources{_without(simulation)}", failed=False)


def _without(simulation: Simulation) -> str:
    absent = simulation.workspace.absent_model
    return f"; {absent} is not in this checkout, so its upload was left out" if absent else ""


def _inputs(resource: Mapping[str, Any]) -> Mapping[str, Any]:
    inputs: Mapping[str, Any] = resource.get("inputs") or {}
    return inputs


def _violations(stack: Stack) -> list[str]:
    return [f"{cloud}: {message}" for cloud, rule in RULES for message in rule(stack)]


def _unfinished(stack: str, root: Path, missing: Sequence[str], *, listed: bool) -> Verdict:
    """Name the commands; an unfinished stack is fine until it is to be deployed."""
    said = stacks.read(stack, root)
    profile = "production" if said.production else "dev"
    commands = Starter(name=stack, cloud=said.cloud, region=said.region, profile=profile).commands()
    details = [
        f"{command} --stack {stack}"
        for command in commands
        if any(SET_BY.get(key, key).partition("[")[0] in command for key in missing)
    ]
    why = ", and a stack that tiers.yaml lists must be finished" if listed else ""
    summary = f"unfinished: {', '.join(missing)} not set{why}; what is set passes"
    return Verdict(stack=stack, summary=summary, failed=listed, details=details)
