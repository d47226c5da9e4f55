"""What services change by themselves, or later than they were asked to: `services.yaml`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import cast

import yaml


def upgrades(type_: str, path: str) -> bool:
    """Whether the service raises this version by itself."""
    return _listed("versions", type_, path)


def leaves(type_: str, path: str) -> bool:
    """Whether the service leaves a change of this property for its maintenance window."""
    return _listed("windows", type_, path)


def _listed(table: str, type_: str, path: str) -> bool:
    return re.sub(r"\[\d+\]", "", path) in _tables()[table].get(type_, ())


@cache
def _tables() -> dict[str, dict[str, list[str]]]:
    text = Path(__file__).with_suffix(".yaml").read_text()
    return cast("dict[str, dict[str, list[str]]]", yaml.safe_load(text))
