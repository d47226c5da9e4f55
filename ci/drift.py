"""What differs between a stack's state and the cloud, told apart: drift, and what no hand has done.

The engine's comparison is the change that an `up` with the same program would make after a refresh, turned
round (pulumi/pulumi, `pkg/resource/deploy/step.go`, RefreshStep): whatever it names and the program does not
ignore, that `up` puts back. What was made by hand beside the stack's resources it cannot see.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ci import services
from ci.digest import STACK, read_steps
from ci.markdown import code
from ci.steps import Step, value_at
from policy.data_stores import content

Verdict = Literal["gone", "changed", "outgrown", "waits", "upgraded", "left alone"]
DRIFT: frozenset[Verdict] = frozenset({"gone", "changed", "outgrown"})
"""Verdicts that ask for somebody."""
LONGEST_VALUE = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One property that differs, or a resource that is gone."""

    name: str
    type: str
    path: str
    was: str
    now: str
    verdict: Verdict
    put_back: str
    """Whether `pulumi up` puts it back, in words."""

    @property
    def is_drift(self) -> bool:
        """Whether it is drift: something that a person must decide about."""
        return self.verdict in DRIFT


def findings(stack: str, text: str) -> list[Finding]:
    """Read the document of `pulumi refresh --preview-only --json`."""
    return [
        finding
        for step in read_steps(stack, text)
        if step.op in {"update", "delete"} and step.old_state and step.old_state.type != STACK
        for finding in _findings(step)
    ]


def render(stack: str, found: Sequence[Finding], run_url: str) -> str:
    """What was found, in Markdown: drift first, then what explains itself."""
    drift = [one for one in found if one.is_drift]
    calm = [one for one in found if not one.is_drift]
    parts = [f"The cloud is not as the state of `{stack}` says.", *_table(drift)] if drift else []
    if calm:
        parts += ["No drift: what the cloud does by itself, or has yet to do.", *_table(calm)]
    if drift:
        parts.append(
            f"`make refresh STACK={stack}`, then `make up STACK={stack}`, puts back what can be; to keep"
            " what was done by hand, write it into the stack's settings or the program. What was made by hand"
            " beside the stack's resources is not looked for."
        )
    return "\n\n".join([*parts, run_url]).strip() + "\n"


def _findings(step: Step) -> list[Finding]:
    old, new = step.old_state, step.new_state
    assert old  # as `findings` asks
    name = step.urn.rsplit("::", 1)[-1]
    if step.op == "delete" or new is None:
        data = " It comes back EMPTY: restore a backup instead." if content(old.type) else ""
        return [
            Finding(
                name=name, type=old.type, path="", was="there", now="gone", verdict="gone",
                put_back=f"yes, it makes it anew.{data}",
            )
        ]  # fmt: skip
    kinds = step.detailed_diff or {key: {} for key in step.diff_reasons or []}
    found: list[Finding] = []
    for path, kind in sorted(kinds.items()):
        verdict = _verdict(step, path)
        found.append(
            Finding(
                name=name, type=old.type, path=path, was=_short(value_at(old.inputs, path)),
                now=_short(value_at(new.inputs, path)), verdict=verdict,
                put_back=_put_back(verdict, str(kind.get("kind", "")), protected=old.protect),
            )
        )  # fmt: skip
    return found


def _verdict(step: Step, path: str) -> Verdict:
    old, new = step.old_state, step.new_state
    assert old
    assert new
    if any(_covers(ignored, path) for ignored in old.ignore_changes):
        return "left alone"
    asked, now = value_at(old.inputs, path), value_at(new.inputs, path)
    if services.leaves(old.type, path) and now == value_at(old.outputs, path) != asked:
        return "waits"
    if services.upgrades(old.type, path):
        if asked is None or str(now).startswith(f"{asked}."):
            return "upgraded"
        if _numbers(now) > _numbers(asked):
            return "outgrown"
    return "changed"


def _put_back(verdict: Verdict, kind: str, *, protected: bool) -> str:
    if verdict == "left alone":
        return "no, and it need not: the program leaves it to the service"
    if verdict == "upgraded":
        return "no, and it need not: the service keeps its patch"
    if verdict == "waits":
        return "it was asked for: the service does it in its maintenance window"
    if verdict == "outgrown":
        return "no: the service does not go back. Raise the version in the program"
    if kind.endswith("-replace"):
        return "only by replacing it" + (", which its protection refuses" if protected else "")
    return "yes"


def _covers(ignored: str, path: str) -> bool:
    pattern = re.escape(ignored).replace(r"\[\*\]", r"\[\d+\]").replace(r"\*", r"[^.\[]+")
    return re.match(rf"{pattern}(?=$|[.\[])", path) is not None


def _numbers(version: object) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", str(version))]


def _short(value: Any) -> str:  # noqa: ANN401 - JSON
    text = "nothing" if value is None else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _table(found: Sequence[Finding]) -> list[str]:
    if not found:
        return []
    rows = [
        "| | Resource | Property | State | Cloud | Does `pulumi up` put it back? |",
        "|---|---|---|---|---|---|",
    ]
    for one in found:
        cells = [one.verdict, code(f"{one.name} {one.type}"), code(one.path) if one.path else "–"]
        rows.append(f"| {' | '.join([*cells, code(one.was), code(one.now), one.put_back])} |")
    return ["\n".join(rows)]
