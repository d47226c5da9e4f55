"""The matrix as a file, and as the table of docs/upgrading.md, written anew after each stack.

python -m tests.matrix.table [STACK …]    judges every change of these examples (by default of all)
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import yaml

from tests.matrix.changes import REMOVED, changes
from tests.matrix.verdicts import verdict
from tests.stacks import STACKS

FILE = Path(__file__).parent / "verdicts.yaml"
DOCUMENT = Path(__file__).parents[2] / "docs" / "upgrading.md"
BLOCK = re.compile(r"(<!-- table: tests/matrix -->\n).*?(<!-- end of table -->)", re.DOTALL)
SIGNS = {
    "refused": "refused",
    "protected": "refused",
    "harmless": "yes",
    "said": "**goes**",
    "not accepted": "–",
    "LOSS": "**LOSS**",
}
HARMLESS = {"yes", "–"}

Matrix = Mapping[str, Mapping[str, str]]
"""Stack → key → verdict."""


def read() -> dict[str, dict[str, str]]:
    """The verdicts as they were last written."""
    return yaml.safe_load(FILE.read_text()) if FILE.exists() else {}


def judged(stack: str) -> dict[str, str]:
    """Every change of this stack, judged."""
    return {change.key: verdict(change)[0] for change in changes(stack)}


def as_table(matrix: Matrix) -> str:
    """Key by key what becomes of a change; those that lose nothing anywhere in one sentence."""
    stacks = sorted(matrix, key=lambda stack: (not stack.endswith("-production"), stack))
    signs = {
        key: [SIGNS[matrix[stack].get(key, "not accepted")] for stack in stacks]
        for key in dict.fromkeys(key for stack in stacks for key in matrix[stack])
    }
    head = " | ".join(stack.removesuffix("-production") for stack in stacks)
    rows = [
        f"| {_name(key)} | {' | '.join(row)} |" for key, row in signs.items() if not HARMLESS.issuperset(row)
    ]
    rest = [_name(key) for key, row in signs.items() if HARMLESS.issuperset(row) and "yes" in row]
    return "\n".join(
        [
            f"| Change of | {head} |",
            "|---" * (len(stacks) + 1) + "|",
            *rows,
            "",
            f"`yes` or `–` everywhere: {', '.join(rest)}.",
        ]
    )


def written(text: str, matrix: Matrix) -> str:
    """The document with the table as the verdicts have it."""
    return BLOCK.sub(lambda block: block[1] + as_table(matrix) + "\n" + block[2], text)


def _name(key: str) -> str:
    path, _, variant = key.replace(REMOVED, "=removed").partition("=")
    return f"`{path}` ({variant})" if variant else f"`{path}`"


def main() -> None:
    """Judge, and write."""
    for stack in sys.argv[1:] or STACKS:
        found = {**read(), stack: judged(stack)}
        sys.stdout.write(f"{stack}: {dict(Counter(found[stack].values()))}\n")
        FILE.write_text("# Written by `make matrix`.\n" + yaml.safe_dump(found, sort_keys=True))
        DOCUMENT.write_text(written(DOCUMENT.read_text(), read()))


if __name__ == "__main__":
    main()
