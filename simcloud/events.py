"""Listens to the engine: its operation on each resource, and its messages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from pulumi.automation import EngineEvent
from pulumi.automation.events import PolicyEvent, StepEventMetadata

from simcloud.report import Change
from simcloud.wire import Properties

COLOUR = re.compile(r"<\{%[^%]*%\}>|\x1b\[[0-9;]*m")
# the engine prints these because of attached providers and planted secrets, which every simulation has
NOISE = re.compile(r"from \$PATH|is expected to have version", re.IGNORECASE)


class Phase(Enum):
    """How far an operation is."""

    STARTED = 1
    DONE = 2
    FAILED = 3


@dataclass(frozen=True, slots=True)
class Step:
    """One event about a resource."""

    phase: Phase
    change: Change

    def __str__(self) -> str:
        if self.phase is Phase.FAILED:
            return f"FAILED     {self.change.op} {self.change.type} {self.change.name}"
        return f"{self.change.op:<10} {self.change.type} {self.change.name}"


Progress = Callable[[Step], None]


def _change(step: StepEventMetadata) -> Change:
    state = step.new or step.old
    keys = [str(key) for key in sorted(step.detailed_diff or step.diffs or [])]
    return Change(step.urn, step.type, str(step.op.value), keys, bool(state and state.custom))


class Listener:
    """Collects the engine's events."""

    def __init__(self, progress: Progress | None) -> None:
        self.changes: dict[str, Change] = {}
        self.order: list[Change] = []
        self.errors: list[str] = []
        self.messages: list[str] = []
        self.summary: dict[str, int] = {}
        self.outputs: Properties = {}
        self._progress = progress

    def __call__(self, event: EngineEvent) -> None:
        """Take in one event."""
        if event.resource_pre_event:
            self._tell(Phase.STARTED, self._note(_change(event.resource_pre_event.metadata)))
        elif event.res_outputs_event:
            self._done(event.res_outputs_event.metadata)
        elif event.res_op_failed_event:
            self._tell(Phase.FAILED, _change(event.res_op_failed_event.metadata))
        elif event.diagnostic_event:
            self._diagnose(
                event.diagnostic_event.severity,
                event.diagnostic_event.message,
                event.diagnostic_event.urn or "",
            )
        elif event.policy_event:
            self._judged(event.policy_event)
        elif event.summary_event:
            self.summary = {
                str(op.value if hasattr(op, "value") else op): count
                for op, count in event.summary_event.resource_changes.items()
            }

    def _tell(self, phase: Phase, change: Change) -> None:
        if self._progress and ":" in change.type:
            self._progress(Step(phase, change))

    def _done(self, step: StepEventMetadata) -> None:
        change = self.changes.get(f"{step.op.value} {step.urn}")
        if change is None or change.op in {"refresh", "update"}:
            change = self._note(_change(step))
        if step.type == "pulumi:pulumi:Stack" and step.new:
            self.outputs = dict(step.new.outputs or {})
        self._tell(Phase.DONE, change)

    def _judged(self, broken: PolicyEvent) -> None:
        text = f"{broken.policy_name}: {COLOUR.sub('', broken.message).strip()}"
        (self.errors if broken.enforcement_level == "mandatory" else self.messages).append(text)

    def _note(self, change: Change) -> Change:
        key = f"{change.op} {change.urn}"
        if key not in self.changes:
            self.order.append(change)
        elif change.keys:
            self.changes[key].keys = change.keys
        return self.changes.setdefault(key, change)

    def _diagnose(self, severity: str, message: str, urn: str) -> None:
        text = (
            COLOUR.sub("", message)
            .strip()
            .removeprefix("Preview failed: ")
            .removeprefix("an unhandled error occurred: ")
        )
        kind = urn.rsplit("::", 1)[0].rsplit("::", 1)[-1].rsplit("$", 1)[-1]
        text = text if kind in {"", "pulumi:pulumi:Stack"} else f"{urn.rsplit('::', 1)[-1]} ({kind}): {text}"
        if severity == "error":
            if text not in self.errors and text not in {"preview failed", "update failed"}:
                self.errors.append(text)
        elif severity in {"warning", "info"} and text and not NOISE.search(text):
            self.messages.append(text)
