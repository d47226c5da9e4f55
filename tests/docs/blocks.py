"""The commands that a document prints: its ```sh blocks, which people paste into a terminal in order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block."""

    document: Path
    line: int
    """Of its first command."""
    language: str
    text: str

    @property
    def place(self) -> str:
        return f"{self.document.relative_to(ROOT)}:{self.line}"

    @property
    def commands(self) -> Sequence[str]:
        """Line by line, with what a backslash continues, and without comments."""
        joined = re.sub(r"\\\n\s*", "", self.text)
        lines = (re.sub(r"(^|\s)#\s.*$", "", line).strip() for line in joined.splitlines())
        return [line for line in lines if line]


def blocks(document: Path, language: str = "sh") -> list[Block]:
    """The blocks of a language, in their order."""
    text = document.read_text()
    found = [
        Block(document, text[: fence.start(2)].count("\n") + 1, fence[1], fence[2])
        for fence in FENCE.finditer(text)
    ]
    return [block for block in found if block.language == language]
