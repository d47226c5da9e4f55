"""How certain each change of a preview is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from ci import services
from ci.steps import UNKNOWN, State, Step, strings, value_at

Certainty: TypeAlias = Literal["will", "may", "waits"]
"""`may`: every value that differs is made of one that only the update of another resource tells, and it may
come out as it was. `waits`: asked for by the last `up`, and left by the service for its window."""
SECRET = "[secret]"  # noqa: S105 - what the engine writes in place of one
JUDGED = frozenset({"update", "replace", "create-replacement", "delete-replaced"})
MADE = frozenset({"create", "replace", "create-replacement"})


def certainties(steps: Sequence[Step]) -> Mapping[str, Certainty]:
    """The certainty of each resource that is updated or replaced, by URN.

    What names a resource that may be replaced may change with it: so it is judged until nothing changes.
    """
    ops = {step.urn: step.op for step in steps}
    found: dict[str, Certainty] = {}
    names: set[str] = set()
    while True:
        for step in steps:
            if step.op in JUDGED and step.old_state and step.new_state and found.get(step.urn) != "may":
                found[step.urn] = _certainty(step, ops, found, names)
        more = {_name(step) for step in steps if found.get(step.urn) == "may" and step.op != "update"} - {""}
        if more <= names:
            return found
        names |= more


def is_waiting(old: State, path: str, asked: object) -> bool:
    """Whether a value that is asked for was asked for before, and the service still reports another."""
    return services.leaves(old.type, path) and value_at(old.inputs, path) == asked != value_at(
        old.outputs, path
    )


def _certainty(
    step: Step, ops: Mapping[str, str], known: Mapping[str, Certainty], names: set[str]
) -> Certainty:
    old, new = step.old_state, step.new_state
    paths = list(step.detailed_diff or {}) or step.diff_reasons or []
    if old is None or new is None or not paths:
        return "will"
    if all(_is_open(new, path, ops, known, names) for path in paths):
        return "may"
    if all(is_waiting(old, path, value_at(new.inputs, path)) for path in paths):
        return "waits"
    return "will"


def _is_open(
    new: State, path: str, ops: Mapping[str, str], known: Mapping[str, Certainty], names: set[str]
) -> bool:
    """Whether a value is unknown, names what may be replaced, or is a secret made of what is updated."""
    texts = list(strings(value_at(new.inputs, path)))
    if any(UNKNOWN in text for text in texts) or any(name in text for name in names for text in texts):
        return True
    if texts != [SECRET]:
        return False
    made_of = new.property_dependencies.get(path.partition(".")[0].partition("[")[0]) or []
    changed = [urn for urn in made_of if urn in ops]
    return bool(changed) and not any(ops[urn] in MADE and known.get(urn) != "may" for urn in changed)


def _name(step: Step) -> str:
    """The physical name that a replacement will have, where it is known."""
    inputs = step.new_state.inputs if step.new_state else {}
    name = value_at(inputs, "metadata.name") or inputs.get("name")
    return name if isinstance(name, str) and UNKNOWN not in name else ""
