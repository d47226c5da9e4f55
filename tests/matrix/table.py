"""The matrix as a file, and as the table of docs/upgrading.md.

python -m tests.matrix.table [STACK …]    judges every change of these stacks (by default KEPT)
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from tests.matrix.changes import changes
from tests.matrix.verdicts import verdict
from tests.stacks import STACKS

FILE = Path(__file__).parent / "verdicts.yaml"
DOCUMENT = Path(__file__).parents[2] / "docs" / "upgrading.md"
BLOCK = re.compile(r"(<!-- table: tests/matrix -->\n).*?(<!-- end of table -->)", re.DOTALL)
SIGNS = {
    "refused": "refused",
    "protected": "refused",
    "harmless": "yes",
    "not accepted": "–",
    "LOSS": "**LOSS**",
}

KEPT = [stack for stack in STACKS if stack.endswith("-production") or stack == "local-dev"]
"""The others differ from these in size, and in what exists already."""

Matrix = Mapping[str, Mapping[str, str]]
"""Stack → key → verdict."""


def read() -> dict[str, dict[str, str]]:
    """The verdicts as they were last written."""
    return yaml.safe_load(FILE.read_text()) if FILE.exists() else {}


def judged(stacks: Iterable[str]) -> dict[str, dict[str, str]]:
    """Every change of these stacks, judged."""
    return {stack: {change.key: verdict(change)[0] for change in changes(stack)} for stack in stacks}


def as_table(matrix: Matrix) -> str:
    """Key by key what becomes of a change on the production stacks."""
    stacks = [stack for stack in matrix if stack.endswith("-production")]
    keys = dict.fromkeys(key for stack in stacks for key in matrix[stack])
    head = " | ".join(stack.removesuffix("-production") for stack in stacks)
    rows = [
        f"| `{key.partition('=')[0]}`{_variant(key)} | "
        + " | ".join(SIGNS[matrix[stack].get(key, "not accepted")] for stack in stacks)
        + " |"
        for key in keys
    ]
    return "\n".join([f"| Change of | {head} |", "|---" * (len(stacks) + 1) + "|", *rows])


def written(text: str, matrix: Matrix) -> str:
    """The document with the table as the verdicts have it."""
    return BLOCK.sub(lambda block: block[1] + as_table(matrix) + "\n" + block[2], text)


def _variant(key: str) -> str:
    _, sign, variant = key.partition("=")
    return f" ({variant})" if sign else ""


def main() -> None:
    """Judge, and write."""
    found = {**read(), **judged(sys.argv[1:] or KEPT)}
    FILE.write_text("# Written by `make matrix`.\n" + yaml.safe_dump(found, sort_keys=True))
    DOCUMENT.write_text(written(DOCUMENT.read_text(), found))


if __name__ == "__main__":
    main()
