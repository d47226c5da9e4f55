"""What the comment of a preview and the issue of a drift share of Markdown."""

from __future__ import annotations


def code(text: str) -> str:
    """Text in a table's cell, as code: names may hold what Markdown would read."""
    plain = text.replace("`", "'").replace("|", "\\|").replace("\n", " ")
    return f"`{plain}`"
