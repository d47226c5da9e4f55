"""What a person sees while the engine works: a table that changes on a terminal, a line each elsewhere."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.live import Live
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from simcloud.events import Phase, Step
from simcloud.report import Change

STYLES = {"create": "green", "delete": "red", "replace": "yellow", "update": "yellow", "FAILED": "bold red"}
NO_CHANGE = {"same", "read", "refresh"}
LONGEST = 3
"""How many of the running operations the table names."""
Clock = Callable[[], float]


class Lines:
    """A line for each resource that is done: for a log, where nothing can be changed afterwards."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, step: Step) -> None:
        if step.phase is Phase.STARTED or (step.change.op in NO_CHANGE and step.phase is Phase.DONE):
            return
        text = str(step)
        style = next((colour for word, colour in STYLES.items() if text.startswith(word)), "")
        self._console.print(f"  {escape(text)}", style=style or None)

    def title(self, text: str) -> None:
        """Say what begins."""
        self._console.print(f"[bold]{escape(text)}[/]")

    @contextmanager
    def running(self, expected: Iterable[Change] = ()) -> Generator[None]:
        """Follow one command, or several with a title each."""
        del expected
        yield


@dataclass(slots=True)
class Row:
    """What became of the resources of one component."""

    expected: int = 0
    done: int = 0
    failed: int = 0
    running: dict[str, float] = field(default_factory=dict[str, float])
    """URN → when it began."""


class Board:
    """Counts the resources by component; drawn anew several times a second."""

    def __init__(self, expected: Mapping[str, int], clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._zero = clock()
        self._lock = threading.Lock()
        self.rows = {name: Row(count) for name, count in expected.items()}

    def take(self, step: Step) -> None:
        """Count one step."""
        change = step.change
        if not change.custom or change.op in NO_CHANGE:
            return
        with self._lock:
            row = self.rows.setdefault(component(change.urn), Row())
            if step.phase is Phase.STARTED:
                row.running[change.urn] = self._clock()
                return
            row.running.pop(change.urn, None)
            row.done += step.phase is Phase.DONE
            row.failed += step.phase is Phase.FAILED

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        with self._lock:
            table = Table.grid(padding=(0, 2))
            for name, row in self.rows.items():
                table.add_row(name, _bar(row), _count(row), _state(row))
            longest = sorted((start, urn) for row in self.rows.values() for urn, start in row.running.items())
            total = Row(
                sum(row.expected for row in self.rows.values()), sum(row.done for row in self.rows.values())
            )
        now = self._clock()
        what = f"{_count(total)} resources" if total.done or longest else "the program starts"
        text = Text(f"{what}, {now - self._zero:.0f} s")
        waits = [f"{urn.rsplit('::', 1)[-1]} {now - start:.0f} s" for start, urn in longest[:LONGEST]]
        if waits:
            text.append(f"; longest running: {', '.join(waits)}", style="dim")
        yield Group(table, text)


class Unread(Console):
    """A console whose reader may leave (`| head`): the command goes on to its end, and says no more.

    rich would end the thread that prints, which is the one that takes the engine's events: the engine then
    waits for it for ever.
    """

    def on_broken_pipe(self) -> None:
        self.quiet = True
        # What is still to be written goes nowhere, without a second refusal when the process ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class View:
    """The board on a terminal, shown while a command runs."""

    def __init__(self, console: Console) -> None:
        # A console of its own: the other one lets lines run on, which would tear a table apart.
        self._console = Console(file=console.file, highlight=False, force_terminal=True)
        self._live = Live(console=self._console, refresh_per_second=8, transient=True)
        self._board = Board({})

    def __call__(self, step: Step) -> None:
        self._board.take(step)

    def title(self, text: str) -> None:
        """Say what begins, above a fresh board."""
        self._console.print(f"[bold]{escape(text)}[/]")
        self._show(Board({}))

    @contextmanager
    def running(self, expected: Iterable[Change] = ()) -> Generator[None]:
        """Follow one command, of which these changes are expected, or several with a title each."""
        changes = [one for one in expected if one.custom and one.op not in NO_CHANGE]
        self._show(Board(Counter(component(one.urn) for one in changes)))
        with self._live:
            yield

    def _show(self, board: Board) -> None:
        self._board = board
        self._live.update(board)


def progress_on(console: Console) -> Lines | View:
    """Choose what the console can show."""
    return View(console) if console.is_terminal and not console.is_dumb_terminal else Lines(console)


def component(urn: str) -> str:
    """Name the outermost component that a resource is part of (`rasa:aws:TrackerStore` → `TrackerStore`)."""
    chain = urn.split("::")[2].split("$")
    types = [one for one in chain[:-1] if one != "pulumi:pulumi:Stack"]
    return types[0].rsplit(":", 1)[-1] if types else "(others)"


def _bar(row: Row) -> ProgressBar:
    total = max(row.expected, row.done + row.failed + len(row.running), 1)
    return ProgressBar(total=total, completed=row.done, width=24)


def _count(row: Row) -> str:
    return f"{row.done} of {row.expected}" if row.expected else f"{row.done}"


def _state(row: Row) -> str:
    parts = [f"[cyan]{len(row.running)} running[/]"] if row.running else []
    parts += [f"[bold red]{row.failed} failed[/]"] if row.failed else []
    return ", ".join(parts)
