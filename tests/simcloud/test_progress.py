"""What a person sees while a stack comes up, and the commands that are printed afterwards."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from simcloud.events import Phase, Step
from simcloud.progress import Board, Lines, View, component, progress_on
from simcloud.report import Change
from simcloud.workspace import ROOT
from tests.simulations import IN_EXAMPLES, example

CHAIN = "urn:pulumi:dev::rasa::rasa:aws:Foundation$rasa:aws:Network$aws:ec2/vpc:Vpc::network-vpc"
TABLE = Change(CHAIN, "aws:ec2/vpc:Vpc", "create")
ALONE = Change(
    "urn:pulumi:dev::rasa::pulumi:pulumi:Stack$pulumi:providers:aws::aws", "pulumi:providers:aws", "create"
)
HOLDER = Change(
    "urn:pulumi:dev::rasa::rasa:aws:Foundation::foundation", "rasa:aws:Foundation", "create", custom=False
)


def drawn(board: Board) -> str:
    console = Console(file=StringIO(), width=100)
    console.print(board)
    return console.file.getvalue() if isinstance(console.file, StringIO) else ""


def test_the_outermost_component_counts() -> None:
    assert component(CHAIN) == "Foundation"
    assert component(ALONE.urn) == component("urn:pulumi:dev::rasa::aws:ec2/vpc:Vpc::x") == "(others)"


def test_the_board_counts_what_is_made_running_failed_and_expected() -> None:
    now = [100.0]
    board = Board({"Foundation": 3}, clock=lambda: now[0])
    assert "the program starts, 0 s" in drawn(board)
    board.take(Step(Phase.STARTED, TABLE))
    board.take(Step(Phase.STARTED, HOLDER))
    now[0] += 75
    assert re.search(r"Foundation .* 0 of 3 +1 running", drawn(board))
    assert "0 of 3 resources, 75 s; longest running: network-vpc 75 s" in drawn(board)
    board.take(Step(Phase.DONE, TABLE))
    board.take(Step(Phase.DONE, HOLDER))
    board.take(Step(Phase.STARTED, ALONE))
    board.take(Step(Phase.FAILED, ALONE))
    assert re.search(r"Foundation .* 1 of 3", drawn(board))
    assert re.search(r"\(others\) .* 1 failed", drawn(board))
    assert "running" not in drawn(board)


def test_a_terminal_gets_the_board_and_everything_else_lines() -> None:
    assert isinstance(
        progress_on(Console(file=StringIO(), force_terminal=True, _environ={"TERM": "xterm"})), View
    )
    assert isinstance(
        progress_on(Console(file=StringIO(), force_terminal=True, _environ={"TERM": "dumb"})), Lines
    )
    out = StringIO()
    lines = progress_on(Console(file=out, width=200))
    with lines.running([TABLE]):
        lines.title("up of dev")
        lines(Step(Phase.STARTED, TABLE))
        lines(Step(Phase.DONE, TABLE))
        lines(Step(Phase.DONE, Change(CHAIN, "aws:ec2/vpc:Vpc", "same")))
        lines(Step(Phase.FAILED, ALONE))
    assert out.getvalue().splitlines() == [
        "up of dev",
        "  create     aws:ec2/vpc:Vpc network-vpc",
        "  FAILED     create pulumi:providers:aws aws",
    ]


@pytest.mark.engine
@pytest.mark.long
def test_the_commands_that_the_demo_prints_work_in_a_fresh_shell(tmp_path: Path) -> None:
    state = tmp_path / "a state"
    shown = subprocess.run(
        [sys.executable, "-m", "simcloud", "demo", "aws-dev", *IN_EXAMPLES, "--state-dir", str(state)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    assert "\x1b" not in shown, "not a terminal"
    commands = re.findall(
        r"^  (\.venv/bin/python -m simcloud .*)$", shown.partition("\nNext\n")[2], re.MULTILINE
    )
    assert [shlex.split(one)[3] for one in commands] == ["refresh", "up", "destroy"], shown
    said = [_in_a_fresh_shell(command) for command in commands]
    assert re.search(r"refresh of aws-dev succeeded: .*1 update", said[0]), said[0]
    assert re.search(r"up of aws-dev succeeded: .*1 update", said[1]), said[1]
    assert not state.exists(), said[2]


@pytest.mark.engine
def test_a_reader_of_the_lines_may_leave(tmp_path: Path) -> None:
    """`python -m simcloud up … | head`: the command ends as if all had been read."""
    command = [
        sys.executable,
        "-m",
        "simcloud",
        "up",
        "local-dev",
        *IN_EXAMPLES,
        "--state-dir",
        str(tmp_path),
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        process.stdout.close()
        try:
            assert process.wait(600) == 0
        finally:
            process.kill()
    assert not example("local-dev", tmp_path).up().changed


def _in_a_fresh_shell(command: str) -> str:
    path = [one for one in os.environ["PATH"].split(os.pathsep) if ".venv" not in one]
    fresh = {name: os.environ[name] for name in ("HOME", "XDG_CACHE_HOME") if name in os.environ}
    fresh["PATH"] = os.pathsep.join(path)
    shell = ["bash", "-c", command]
    done = subprocess.run(shell, cwd=ROOT, env=fresh, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
