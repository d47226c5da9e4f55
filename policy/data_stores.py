"""The data-store guard: what a change would lose, judged from the operations of a preview.

A policy pack sees the resources that a stack will have, never those that it loses (pulumi/pulumi,
`proto/pulumi/analyzer.proto`: AnalyzeStackRequest). So the guard reads the preview instead, and
`python -m ci up` does not begin before it has agreed. What a pack can demand, that data stores of production
are protected, stands with the other policies of each cloud (`production_survives`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from components.contract.data_stores import content

PROTECTION = "the protection of every data store against deletion"


class Change(Protocol):
    """One operation on one resource, as the engine announces it."""

    @property
    def urn(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def op(self) -> str: ...
    @property
    def keys(self) -> Sequence[str]: ...
    @property
    def inputs(self) -> Mapping[str, object]: ...
    @property
    def retained(self) -> bool:
        """Whether a deletion is the engine's alone, and leaves the resource in the cloud."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Loss:
    """One data store that would go."""

    urn: str
    type: str
    op: str
    """`delete`, `replace` or, of a stack as a whole, `unprotect`."""
    lost: str
    """What it holds."""
    because: tuple[str, ...]
    """The properties that demand a replacement; none for a deletion."""

    @property
    def name(self) -> str:
        """The name that the program gave it."""
        return self.urn.rsplit("::", 1)[-1]


def losses(changes: Iterable[Change]) -> list[Loss]:
    """The data stores that the changes would delete or replace, each once."""
    found: dict[str, Loss] = {}
    for change in changes:
        lost, op = content(change.type, change.inputs), _fatal(change.op)
        if op == "delete" and change.retained:
            continue
        # A replacement is announced as up to three operations; the first to name its reason is kept.
        known = found.get(change.urn)
        if lost and op and (known is None or not known.because):
            because = tuple(change.keys) if op == "replace" else ()
            found[change.urn] = Loss(urn=change.urn, type=change.type, op=op, lost=lost, because=because)
    return sorted(found.values(), key=lambda loss: (loss.op, loss.urn))


def unprotected(urn: str, because: Sequence[str]) -> Loss:
    """The loss of a change that takes a stack's protection away, whatever else it does.

    The change after it would delete, and its state would say that nothing is protected.
    """
    return Loss(urn=urn, type="pulumi:pulumi:Stack", op="unprotect", lost=PROTECTION, because=tuple(because))


def refusal(stack: str, found: Sequence[Loss], why: str) -> str:
    """What a person is told who would lose data in production; the last line is the remedy."""
    lines = [f"stack {stack} is production ({why}), and this would lose data; nothing was changed:"]
    for loss in found:
        why = f" (because of {', '.join(loss.because)})" if loss.because else ""
        lines.append(f"  - {loss.op} of {loss.name}, {loss.type}{why}: {loss.lost}")
    lines.append(
        "If the data may go: label the pull request `allow-data-loss`, or run again with --allow-data-loss"
    )
    return "\n".join(lines)


def _fatal(op: str) -> str:
    if op in {"replace", "create-replacement", "delete-replaced", "import-replacement", "discard-replaced"}:
        return "replace"
    return "delete" if op == "delete" else ""
