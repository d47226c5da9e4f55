"""Reads a preview: the document that `pulumi preview --json` prints.

That document is a documented option of the CLI and carries what is needed (operations, the reasons of each,
the states with their dependencies, diagnostics) with secrets blinded by the engine
(pulumi/pulumi, `pkg/backend/display/json.go`). The event log, the other candidate, is a debugging option
that an ordinary CLI does not even list.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import Field, ValidationError

from ci.certainty import Certainty, certainties
from ci.errors import JobError
from ci.steps import Document, State, Step

QUIET = frozenset({"same", "read", "read-replacement", "refresh", "discard"})
"""Operations that change nothing in the cloud."""
REPLACING = frozenset({"replace", "create-replacement", "delete-replaced", "import-replacement"})
STACK = "pulumi:pulumi:Stack"
FAILED = "preview failed"


class _Diagnostic(Document):
    message: str
    severity: str = "info"
    urn: str = ""


class _Digest(Document):
    config: dict[str, str] = Field(default_factory=dict[str, str])
    steps: list[Step] = Field(default_factory=list[Step])
    diagnostics: list[_Diagnostic] = Field(default_factory=list[_Diagnostic])
    change_summary: dict[str, int] = Field(default_factory=dict[str, int])


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What will happen to one resource; a replacement is one change, not the engine's three."""

    urn: str
    type: str
    op: str
    """create, update, replace, delete, or another word of the engine."""
    keys: tuple[str, ...]
    """The properties that differ; of a replacement, those that demand it."""
    state: State
    """As it will be; of a deletion, as it is."""
    certainty: Certainty = "will"

    @property
    def name(self) -> str:
        """The name that the program gave it."""
        return self.urn.rsplit("::", 1)[-1]

    @property
    def inputs(self) -> Mapping[str, Any]:
        """What the cloud is asked for."""
        return self.state.inputs

    @property
    def retained(self) -> bool:
        """Whether the cloud keeps it when the engine deletes it (option `retain_on_delete`)."""
        return self.state.retain_on_delete


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """A preview of one stack."""

    stack: str
    changes: tuple[Change, ...] = ()
    config: Mapping[str, str] = field(default_factory=dict[str, str])
    """The config that the change would have (values of an ESC environment included); {} if not known."""
    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """The stack's outputs as its state has them now; {} before the first `up`."""
    protects: bool = False
    """Whether the engine protects, in the state, a resource that would change."""
    errors: tuple[str, ...] = ()
    """Why it failed; none if it succeeded."""
    same: int = 0
    """How many resources stay as they are."""

    @property
    def counts(self) -> Counter[str]:
        """Number of changes by operation, of those that are certain."""
        return Counter(change.op for change in self.changes if change.certainty == "will")

    def of(self, certainty: Certainty) -> list[Change]:
        """The changes of one certainty."""
        return [change for change in self.changes if change.certainty == certainty]


def read_steps(stack: str, text: str) -> list[Step]:
    """Read the operations of a document, each as it is announced."""
    return _document(stack, text).steps


def read(stack: str, text: str) -> Preview:
    """Read the document of a preview."""
    digest = _document(stack, text)
    changes: dict[str, Change] = {}
    certain = certainties(digest.steps)
    for step in digest.steps:
        change = _change(step, certain.get(step.urn, "will"))
        if change and (change.urn not in changes or not changes[change.urn].keys):
            changes[change.urn] = change
    errors = [_plain(each.message) for each in digest.diagnostics if each.severity == "error"]
    # The engine's last word names no cause: it is kept only where there is no other.
    errors = [error for error in errors if error != FAILED] or errors
    return Preview(
        stack=stack,
        changes=tuple(changes.values()),
        config=digest.config,
        outputs=_outputs(digest.steps),
        protects=any(step.old_state is not None and step.old_state.protect for step in digest.steps),
        errors=tuple(dict.fromkeys(errors)),
        same=digest.change_summary.get("same", 0),
    )


def _outputs(steps: Sequence[Step]) -> Mapping[str, Any]:
    """The document has the stack itself even where it stays the same (json.go, `isRootStack`)."""
    known = (step.old_state for step in steps if step.old_state and step.old_state.type == STACK)
    return next((state.outputs for state in known), dict[str, Any]())


def _document(stack: str, text: str) -> _Digest:
    # The CLI warns on the same stream, before the document.
    start = text.find("{") if text.startswith("{") else text.find("\n{") + 1
    try:
        return _Digest.model_validate(json.loads(text[start:]))
    except (json.JSONDecodeError, ValidationError) as error:
        raise JobError(
            f"the preview of {stack} printed no document that can be read: {str(error)[:300]}",
            remedy=f"Run `pulumi preview --json --stack {stack}` and look at what it prints.",
        ) from None


def failed(stack: str, errors: list[str]) -> Preview:
    """A preview that did not come to a document."""
    return Preview(stack=stack, errors=tuple(errors) or ("the preview failed and did not say why",))


def _change(step: Step, known: Certainty) -> Change | None:
    state = step.new_state or step.old_state
    if step.op in QUIET or state is None or state.type == STACK:
        return None
    op = "replace" if step.op in REPLACING else step.op
    reasons = step.replace_reasons if op == "replace" else None
    keys = reasons or list(step.detailed_diff or {}) or step.diff_reasons or []
    return Change(
        urn=step.urn,
        type=state.type,
        op=op,
        keys=tuple(sorted(keys)),
        state=state,
        certainty=known,
    )


def _plain(message: str) -> str:
    return message.strip().removeprefix("error: ").removeprefix("Preview failed: ")
