"""What can be told of the documents' commands without running them; tests/docs/test_walks.py runs them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.docs.blocks import DOCUMENTS, FENCE, ROOT, Block, blocks

BLOCKS = [pytest.param(block, id=block.place) for document in DOCUMENTS for block in blocks(document)]
LANGUAGES = {"sh", "yaml", "json", ""}
INDENTED_COMMAND = re.compile(r"^    (?:pulumi|make|kubectl|aws|az|gcloud|python|\./|cd) ?.*$", re.MULTILINE)
MAKEFILE = (ROOT / "Makefile").read_text()


def test_there_are_blocks_in_every_quick_start() -> None:
    starts = [path for path in DOCUMENTS if path.name.startswith("quick-start-")]
    assert len(starts) == 4
    assert all(len(blocks(path)) >= 6 for path in starts)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_stand_in_blocks_that_are_run(document: Path) -> None:
    text = document.read_text()
    assert {fence[1] for fence in FENCE.finditer(text)} <= LANGUAGES
    assert INDENTED_COMMAND.findall(FENCE.sub("", text)) == []


@pytest.mark.parametrize("block", BLOCKS)
def test_shell_has_no_fault_that_shellcheck_finds(block: Block) -> None:
    # 2154: variables that the reader sets. 2148, 2164: a block is pasted into a shell; a walk ends there.
    found = subprocess.run(
        [
            ROOT / ".venv/bin/shellcheck",
            "--shell=bash",
            "--exclude=SC2154,SC2148,SC2164",
            "--format=gcc",
            "-",
        ],
        input=block.text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.stdout == ""


@pytest.mark.parametrize("block", BLOCKS)
def test_commands_work_in_a_fresh_shell(block: Block) -> None:
    for command in block.commands:
        assert not re.search(r"(^|[|;&(]\s*)(python3?|pytest|pip|uv) ", command), (
            f"needs an environment: {command}"
        )
        assert not re.search(r"\bjq\b", command.replace("--jq", "")), f"needs jq: {command}"
        for target in re.findall(r"(?:^|&& )make ([a-z-]+)", command):
            assert re.search(rf"^[^:=\n]*\b{target}\b[^:=\n]*:", MAKEFILE, re.MULTILINE), target
        if match := re.search(r"pulumi config set (.*)", command):
            needs_path = re.search(r"rasa:\w+[.\[]", match[1])
            assert not needs_path or "--path" in match[1], f"needs --path: {command}"
