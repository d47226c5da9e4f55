"""Commands that programs print: usage lines, help texts, messages. None needs an activated environment."""

from __future__ import annotations

import ast
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ci.__main__ import main as jobs
from ci.assistant.__main__ import main as assistant
from simcloud.cli import main as simulated
from tests.docs.blocks import ROOT
from tests.each import each

TOOLS = {"ci": jobs, "ci.assistant": assistant, "simcloud": simulated}
FOLDERS = ("bootstrap", "ci", "components", "policy", "simcloud", "starters")
SOURCES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
NEEDS_AN_ENVIRONMENT = re.compile(r"(?<![\w/-])python3? -m (?!venv\b)")


@pytest.mark.parametrize("module", TOOLS)
def test_help_names_commands_as_they_are_typed(module: str) -> None:
    entry = ROOT / module.replace(".", "/") / "__main__.py"
    (name,) = re.findall(r'prog_name="([^"]+)"', entry.read_text())
    assert name == f".venv/bin/python -m {module}"
    for arguments in _commands(TOOLS[module]):
        shown = CliRunner().invoke(TOOLS[module], [*arguments, "--help"], prog_name=name)
        assert shown.exit_code == 0
        assert shown.output.startswith(f"Usage: {name} {' '.join(arguments)}".rstrip())
        assert NEEDS_AN_ENVIRONMENT.findall(shown.output) == []


@pytest.mark.parametrize("module", [*TOOLS, "starters"])
@pytest.mark.slow
def test_help_and_the_commands_in_it_start_in_a_fresh_shell(module: str) -> None:
    command = f".venv/bin/python -m {module}"
    done = subprocess.run(
        ["bash", "-c", f"{command} --help"],
        cwd=ROOT,
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.lower().startswith(f"usage: {command} ")
    named = set(re.findall(r"\.venv/bin/python -m ([\w.]*\w)", done.stdout))
    assert named <= {*TOOLS, "starters"}, "a program that no test starts"


@each(SOURCES, lambda path: str(path.relative_to(ROOT)))
def test_messages_name_commands_as_they_are_typed(path: Path) -> None:
    assert [text for text in _texts(ast.parse(path.read_text())) if NEEDS_AN_ENVIRONMENT.search(text)] == []


def _commands(tool: click.Command, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield before
    if isinstance(tool, click.Group):
        for name, command in tool.commands.items():
            yield from _commands(command, (*before, name))


def _texts(tree: ast.Module) -> Iterator[str]:
    """The strings of a module that are no docstrings: what it can print."""
    said = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value
