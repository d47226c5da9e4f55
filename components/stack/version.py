"""The version of this project. It stands in pyproject.toml and is read from there."""

from __future__ import annotations

import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def version() -> str:
    """Such as `0.1.0`, the number of the newest release below this checkout."""
    return str(tomllib.loads(PROJECT.read_text())["project"]["version"])
