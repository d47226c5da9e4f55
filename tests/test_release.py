"""A release can be pinned and used: one version, a changelog that has it, a licence."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

from click.testing import CliRunner

from simcloud.cli import main as simulated
from tests.stacks import record_stack

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
VERSION = str(PROJECT["version"])
HEADING = re.compile(r"^## \[([^\]]+)\]", re.MULTILINE)


def test_changelog_has_the_version_below_what_is_unreleased() -> None:
    headings = HEADING.findall((ROOT / "CHANGELOG.md").read_text())
    assert headings[:2] == ["Unreleased", VERSION]
    assert len(headings) == len(set(headings))
    numbers = [tuple(map(int, heading.split("."))) for heading in headings[1:]]
    assert numbers == sorted(numbers, reverse=True)


def test_version_stands_in_one_place() -> None:
    """Besides the changelog, which has all of them, and what the lock file copies from pyproject.toml."""
    said = re.compile(
        rf"""(?i)\bversion\b["']?\s*[:=]+\s*["']?v?{re.escape(VERSION)}["']?\s*(#|$)""", re.MULTILINE
    )
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    places = [
        name
        for name in names.splitlines()
        if name.endswith((".py", ".yaml", ".yml", ".toml", ".json", "Makefile"))
        and not name.startswith("stacks/")
        and said.search((ROOT / name).read_text())
    ]
    assert places == ["pyproject.toml"]


def test_licence_is_named_where_tools_and_people_look() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert PROJECT["license"] == "Apache-2.0"
    assert f"SPDX-License-Identifier: {PROJECT['license']}" in text
    assert "https://www.apache.org/licenses/LICENSE-2.0" in text


def test_python_version_is_the_lowest_supported() -> None:
    wanted = (ROOT / ".python-version").read_text().strip()
    assert PROJECT["requires-python"] == f">={wanted}"


def test_programs_print_the_version() -> None:
    assert CliRunner().invoke(simulated, ["--version"]).output == f"{VERSION}\n"
    readme = str(record_stack("local-dev").outputs["readme"])
    assert f"version {VERSION} of the project" in readme
