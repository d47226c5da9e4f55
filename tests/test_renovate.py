"""Renovate finds each version that is written by hand, or it is said here why no machine raises it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
CONFIG: dict[str, Any] = json.loads((ROOT / "renovate.json").read_text())
MANAGERS: list[dict[str, Any]] = CONFIG["customManagers"]
PINS = (
    r'^[A-Z_]*(?:VERSION|TAG)(?:, [A-Z_]+)* = "[^"]*\d[^"]*"',
    r'^[A-Z_]*IMAGE = "[^"]*:\d[^"]*"',
    r'\bversion="\d+\.\d+\.\d+"',
    r"^[A-Z_]+_VERSION := \S+",
    r"--kubelogin-version \d\S+",
    r"pulumi-version: \S+",
    r"\bpulumi/pulumi:[\d.]+",
    r"\brasa-pro==[\d.]+",
    r"^\s+image: \S+:\d\S*",
)
"""How a version is written by hand."""
FILES = ("Makefile", "components/**/*.py", "jobs/**/*.py", "ci/**/*", ".github/**/*.yml", "docs/*.yaml")
BY_HAND = {
    ("components/gcp/postgres.py", "VERSION"): "a major version of a database, raised by docs/upgrading.md",
    ("components/aws/postgres.py", "MAJOR_VERSION"): "as above",
    ("components/azure/postgres.py", "MAJOR_VERSION"): "as above",
    ("components/gcp/lock_store.py", "VERSION"): "what Memorystore offers; no list to read",
    ("components/aws/lock_store.py", "ENGINE_VERSION"): "what ElastiCache offers",
    ("components/aws/documentdb.py", "ENGINE_VERSION"): "what DocumentDB offers",
    ("components/azure/documentdb.py", "SERVER_VERSION"): "what DocumentDB for Azure offers",
    ("components/aws/event_broker.py", "EXPRESS_KAFKA_VERSION"): "what MSK offers",
    ("components/aws/event_broker.py", "STANDARD_KAFKA_VERSION"): "as above",
    ("jobs/vault/keys.py", "AZURE_API_VERSION"): "the version of an API",
}


def pins() -> Iterator[tuple[str, int, str]]:
    """File, place and text of each version that is written by hand."""
    for pattern in FILES:
        for path in sorted(ROOT.glob(pattern)):
            if not path.is_file() or "__pycache__" in path.parts:
                continue
            text = path.read_text()
            for pin in PINS:
                for found in re.finditer(pin, text, re.MULTILINE):
                    yield str(path.relative_to(ROOT)), found.start(), found[0].strip()


def matches(manager: dict[str, Any], file: str) -> list[re.Match[str]]:
    """What a manager finds in a file, as Renovate looks for it."""
    if not any(re.search(pattern.strip("/"), file) for pattern in manager["managerFilePatterns"]):
        return []
    text = (ROOT / file).read_text()
    return [
        found
        for pattern in manager["matchStrings"]
        for found in re.finditer(pattern.replace("(?<", "(?P<"), text)
    ]


@pytest.mark.parametrize("pin", [*pins()], ids=lambda pin: f"{pin[0]}-{pin[2]}")
def test_each_pin_is_somebodys(pin: tuple[str, int, str]) -> None:
    file, start, text = pin
    own = (file, text.partition(" ")[0])
    found = [
        one
        for manager in MANAGERS
        for one in matches(manager, file)
        if start <= one.start("currentValue") <= start + len(text) + 2
    ]
    assert (own in BY_HAND) != bool(found), f"{file}: {text} is in no customManagers of renovate.json"
    assert len(found) <= 1, "two managers would open two pull requests"


@pytest.mark.parametrize("manager", MANAGERS, ids=lambda manager: manager["matchStrings"][0])
def test_each_manager_finds_a_version(manager: dict[str, Any]) -> None:
    files = [
        str(path.relative_to(ROOT)) for pattern in FILES for path in ROOT.glob(pattern) if path.is_file()
    ]
    found = [one for file in files for one in matches(manager, file)]
    assert found, "it matches nothing"
    for one in found:
        assert re.fullmatch(r"v?\d+(\.\d+)+[\w.-]*", one["currentValue"]), one["currentValue"]
        assert one.groupdict().get("depName") or manager["depNameTemplate"]


def test_no_exception_is_left_over() -> None:
    there = {(file, text.partition(" ")[0]) for file, _, text in pins()}
    assert set(BY_HAND) <= there


def test_the_engine_has_one_version() -> None:
    told = re.search(
        r"PINNED = VersionInfo\((\d+), (\d+), (\d+)\)", (ROOT / "simcloud/engine/__init__.py").read_text()
    )
    assert told
    engine = ".".join(told.groups())
    used = [text for file, _, text in pins() if file.startswith((".github", "ci")) and "pulumi" in text]
    assert len(used) >= 4
    assert all(text.endswith(engine) for text in used), used
    assert f"github.com/pulumi/pulumi/pkg/v3 v{engine}" in (ROOT / "simcloud/engine/go.mod").read_text()
