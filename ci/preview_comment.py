"""A preview as the comment of a pull request: what would be lost first and loudly, then counts and changes.

One comment per stack, found again by its marker and edited in place (ci/forges.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ci import estimate
from ci.digest import Certainty, Change, Preview
from ci.markdown import code
from ci.production import Judged
from policy.data_stores import Loss

LONGEST = 60_000
"""Characters; GitHub takes 65,536 in a comment, and GitLab more."""
MOST_CHANGES = 200
ORDER = ("replace", "delete", "create", "update")
"""Of operations: the worst first."""
ALLOW_LABEL = "allow-data-loss"
UNCERTAIN: Mapping[Certainty, str] = {
    "may": "that may change",
    "waits": "waiting for a maintenance window",
}
SECTIONS: Mapping[Certainty, str] = {
    "will": "What will change",
    "may": "What may change: it is made of values that only the updates above tell",
    "waits": "What the last `up` asked for already, and the service does in its maintenance window",
}


def marker(stack: str) -> str:
    """The invisible line by which the comment is found again."""
    return f"<!-- rasa-preview: {stack} -->"


def render(preview: Preview, judged: Judged, *, run_url: str = "") -> str:
    """The whole comment, in Markdown."""
    parts = [marker(preview.stack), _title(preview)]
    parts += _loss_section(judged)
    parts += _error_section(preview.errors)
    for certainty, title in SECTIONS.items():
        parts += _change_section(preview.of(certainty), title)
    foot = f"[Log of this run]({run_url})\n" if run_url else ""
    text = "\n\n".join(parts)
    if len(text) > LONGEST:
        text = text[:LONGEST].rsplit("\n", 1)[0] + "\n\n… cut here; the log has it all.\n\n</details>"
    return f"{text}\n\n{foot}" if foot else f"{text}\n"


def _title(preview: Preview) -> str:
    stack = f"### `{preview.stack}`: "
    if preview.errors:
        return f"{stack}❌ the preview failed"
    if not preview.changes:
        return f"{stack}nothing changes"
    counts = preview.counts
    words = [*ORDER, *sorted(set(counts) - set(ORDER))]
    said = [f"{counts[word]} to {word}" for word in words if counts[word]]
    for certainty, word in UNCERTAIN.items():
        said += [f"{count} {word}"] if (count := len(preview.of(certainty))) else []
    same = f" · {preview.same} stay as they are" if preview.same else ""
    took = estimate.in_words(estimate.seconds(preview.of("will")))
    return f"{stack}{', '.join(said)}{same} · {took}"


def _loss_section(judged: Judged) -> list[str]:
    if not judged.lost:
        return []
    remedy = (
        f"This is production ({judged.why}): `up` refuses it, unless the pull request has the label"
        f" `{ALLOW_LABEL}`."
        if judged.why
        else "This is not production: `up` will do it."
    )
    alert = f"> [!CAUTION]\n> **{_sum_up(judged.lost)}.**\n> {remedy}"
    rows = ["| | Data store | Holds | Because of |", "|---|---|---|---|"]
    for loss in judged.lost:
        because = ", ".join(map(code, loss.because)) or "–"
        rows.append(
            f"| **{loss.op.upper()}** | {code(loss.name)} {code(loss.type)} | {loss.lost} | {because} |"
        )
    return [alert, "\n".join(rows)]


def _sum_up(found: Sequence[Loss]) -> str:
    words = {"delete": "deleted", "replace": "replaced"}
    counts = {op: sum(loss.op == op for loss in found) for op in words}
    lost = [
        f"{count} data {'store' if count == 1 else 'stores'} {words[op]}"
        for op, count in counts.items()
        if count
    ]
    said = [f"Data will be lost: {' and '.join(lost)}"] if lost else []
    if any(loss.op == "unprotect" for loss in found):
        said.append("Data stores will not be protected any more")
    return ". ".join(said)


def _error_section(errors: Sequence[str]) -> list[str]:
    text = "\n\n".join(errors)
    if not text:
        return []
    # A fence must be longer than any run of backticks in the text.
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}\n{text[: LONGEST // 2]}\n{fence}"]


def _change_section(changes: Sequence[Change], title: str) -> list[str]:
    if not changes:
        return []
    ranked = sorted(changes, key=lambda change: (_rank(change.op), change.type, change.name))
    rows = ["| | Resource | Type | Properties |", "|---|---|---|---|"]
    for change in ranked[:MOST_CHANGES]:
        keys = ", ".join(map(code, change.keys[:8])) + (" …" if len(change.keys) > 8 else "")  # noqa: PLR2004
        rows.append(f"| {change.op} | {code(change.name)} | {code(change.type)} | {keys} |")
    if len(ranked) > MOST_CHANGES:
        rows.append(f"| … | {len(ranked) - MOST_CHANGES} more | | |")
    table = "\n".join(rows)
    return [f"<details><summary>{title} ({len(ranked)})</summary>\n\n{table}\n\n</details>"]


def _rank(op: str) -> int:
    return ORDER.index(op) if op in ORDER else len(ORDER)
