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

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from ci.errors import JobError

QUIET = frozenset({"same", "read", "read-replacement", "refresh", "discard"})
"""Operations that change nothing in the cloud."""
REPLACING = frozenset({"replace", "create-replacement", "delete-replaced", "import-replacement"})
STACK = "pulumi:pulumi:Stack"
FAILED = "preview failed"


class _Document(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class State(_Document):
    """A resource as it is or will be."""

    type: str
    custom: bool = False
    protect: bool = False
    retain_on_delete: bool = False
    parent: str = ""
    provider: str = ""
    deleted_with: str = ""
    dependencies: list[str] = Field(default_factory=list[str])
    property_dependencies: dict[str, list[str] | None] = Field(default_factory=dict[str, "list[str] | None"])
    inputs: dict[str, Any] = Field(default_factory=dict[str, Any])
    outputs: dict[str, Any] = Field(default_factory=dict[str, Any])


class _Step(_Document):
    op: str
    urn: str
    old_state: State | None = None
    new_state: State | None = None
    diff_reasons: list[str] | None = None
    replace_reasons: list[str] | None = None
    detailed_diff: dict[str, Any] | None = None


class _Diagnostic(_Document):
    message: str
    severity: str = "info"
    urn: str = ""


class _Digest(_Document):
    config: dict[str, str] = Field(default_factory=dict[str, str])
    steps: list[_Step] = Field(default_factory=list[_Step])
    diagnostics: list[_Diagnostic] = Field(default_factory=list[_Diagnostic])


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

    @property
    def counts(self) -> Counter[str]:
        """Number of changes by operation."""
        return Counter(change.op for change in self.changes)


def read(stack: str, text: str) -> Preview:
    """Read the document of a preview."""
    # The CLI warns on the same stream, before the document.
    start = text.find("{") if text.startswith("{") else text.find("\n{") + 1
    try:
        digest = _Digest.model_validate(json.loads(text[start:]))
    except (json.JSONDecodeError, ValidationError) as error:
        raise JobError(
            f"the preview of {stack} printed no document that can be read: {str(error)[:300]}",
            remedy=f"Run `pulumi preview --json --stack {stack}` and look at what it prints.",
        ) from None
    changes: dict[str, Change] = {}
    for step in digest.steps:
        change = _change(step)
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
    )


def _outputs(steps: Sequence[_Step]) -> Mapping[str, Any]:
    """The document has the stack itself even where it stays the same (json.go, `isRootStack`)."""
    known = (step.old_state for step in steps if step.old_state and step.old_state.type == STACK)
    return next((state.outputs for state in known), {})


def failed(stack: str, errors: list[str]) -> Preview:
    """A preview that did not come to a document."""
    return Preview(stack=stack, errors=tuple(errors) or ("the preview failed and did not say why",))


def _change(step: _Step) -> Change | None:
    state = step.new_state or step.old_state
    if step.op in QUIET or state is None or state.type == STACK:
        return None
    op = "replace" if step.op in REPLACING else step.op
    reasons = step.replace_reasons if op == "replace" else None
    keys = reasons or list(step.detailed_diff or {}) or step.diff_reasons or []
    return Change(urn=step.urn, type=state.type, op=op, keys=tuple(sorted(keys)), state=state)


def _plain(message: str) -> str:
    return message.strip().removeprefix("error: ").removeprefix("Preview failed: ")
