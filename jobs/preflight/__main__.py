"""Try everything that Rasa Pro will need, with Rasa Pro's own code, before Rasa Pro is installed.

Rasa Pro starts and answers health checks with a wrong password, a certificate that it refuses, an ignored key
or no model, and then drops conversations. Here each of these is one line of a table, with its remedy.

Runs as a Kubernetes Job on the Rasa Pro image, with Rasa Pro's service account, environment, files and
side-car. It deletes what it writes; it publishes one event of the conversation `rasa-preflight` that changes
nothing (`jobs/preflight/event_broker.py`). It loads no model, starts no server and needs no licence.

Each check runs in a process of its own: one that hangs is ended, and the others do not wait for it.

Arguments:
  --endpoints FILE         endpoints.yml; by default that in the working directory, as Rasa Pro has it
  --warn-only A,B          checks that may fail: a warning, and the exit status stays 0
  --secret-variables A,B   variables whose values must not be printed
  --remote-storage, -m     as they are given to `rasa run`

Exit status: 0 all passed, 1 a check failed. The last line is JSON; the termination message is the summary.
"""

# The image has Rasa Pro, this project's environment has not.
# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import socket
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from typing import Any

from preflight.report import (
    PROGRESS,
    SECRET_VARIABLES,
    Problem,
    Result,
    Warn,
    first_line,
    leave_message,
    machine_readable,
    our_words,
    scrubbed,
    summary,
    table,
)

SECONDS = 20
"""How long one check may take from its first connection on, or from the last part of a long answer."""
START_SECONDS = 120
"""How long it may take until then, for its imports, which need CPU time and no server."""
MOMENT = 0.1
"""Seconds in the queue for a CPU that change nothing."""
LOG_BYTES = 8192
"""How much of what a failed check logged is shown."""
FORK = multiprocessing.get_context("fork")
"""Importing Rasa Pro takes seconds and 400 MB: done once, and shared by the checks."""
Check = Callable[[], str]
"""Returns what it has found to work, or raises a `Problem`."""


@dataclass(frozen=True)
class Running:
    """A check that has begun."""

    name: str
    process: Any
    answer: Any
    log: int
    """File descriptor of what the check prints: Rasa Pro logs a lot, and only a failed check shows it."""
    started: float


def main() -> int:
    """Run every check that the file asks for, and report."""
    options = arguments()
    SECRET_VARIABLES.extend(options.secret_variables)
    sys.path.append(str(Path.cwd()))  # where `rasa run` finds an operator's own classes
    results, checks = load_checks(options)
    results += finish([begin(name, check) for name, check in checks], options)
    print(table(results), summary(results), machine_readable(results), sep="\n\n", flush=True)
    leave_message(summary(results))
    return 1 if any(result.verdict == "failed" for result in results) else 0


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--endpoints", default="endpoints.yml")
    parser.add_argument("--warn-only", type=names, default=[])
    parser.add_argument("--secret-variables", type=names, default=[])
    parser.add_argument("--remote-storage")
    parser.add_argument("-m", "--model")
    parser.add_argument("--sha256", default="")
    return parser.parse_args()


def names(text: str) -> list[str]:
    """Split a list of names."""
    return [name for name in text.split(",") if name]


def load_checks(options: argparse.Namespace) -> tuple[list[Result], list[tuple[str, Check]]]:
    """Check the file; where Rasa Pro can read it, say which further checks it asks for."""
    try:
        from preflight import endpoints  # noqa: PLC0415 (imports Rasa Pro)
    except ImportError as error:
        reason = f"Rasa Pro cannot be imported: {first_line(error)}"
        return [Result("endpoints", "failed", 0, reason, "Name a Rasa Pro image in rasa:assistant.image")], []
    results = finish([begin("endpoints", lambda: endpoints.file(options.endpoints))], options)
    try:
        with redirect_stdout(StringIO()):  # Rasa Pro logs each read, and it was logged before
            return results, endpoints.checks_for(
                options.endpoints, options.remote_storage, options.model, options.sha256
            )
    except Exception:  # noqa: BLE001 (the check of the file has said it better)
        return results, []


def begin(name: str, check: Check) -> Running:
    """Start a check in a process of its own."""
    mine, its = FORK.Pipe(duplex=False)
    log = os.memfd_create(name)
    process = FORK.Process(target=run_check, args=(name, check, its, log), daemon=True)
    started = time.monotonic()
    process.start()
    its.close()
    return Running(name, process, mine, log, started)


def run_check(name: str, check: Check, answer: Any, log: int) -> None:
    """Run one check; nothing but its answer leaves the process."""
    started = time.monotonic()
    os.dup2(log, 1)
    os.dup2(log, 2)
    tell_first_connection(answer)
    PROGRESS.append(lambda: answer.send(time.monotonic()))
    try:
        verdict, reason, remedy = "ok", check(), ""
    except Warn as doubt:
        verdict, reason, remedy = "warning", doubt.reason, doubt.remedy
    except Problem as problem:
        verdict, reason, remedy = "failed", problem.reason, problem.remedy
    except BaseException as error:  # noqa: BLE001 (whatever it is, a person has to read it)
        verdict = "failed"
        reason, remedy = f"{type(error).__name__}: {first_line(error)}", "Look at the log of this Job's pod"
    answer.send(Result(name, verdict, round((time.monotonic() - started) * 1000), reason, remedy))
    sys.stdout.flush()
    os._exit(0)  # Rasa Pro's clients leave threads behind that would keep the process


def tell_first_connection(answer: Any) -> None:
    """Start the check's time at its first connection; clients written in C connect after our own look."""
    connect, told = socket.socket.connect, list[bool]()

    def tell(self: socket.socket, address: Any) -> None:
        if not told:
            told.append(True)
            answer.send(time.monotonic())
        connect(self, address)

    socket.socket.connect = tell  # pyright: ignore[reportAttributeAccessIssue] (a process of one check)


def finish(running: Sequence[Running], options: argparse.Namespace) -> list[Result]:
    """Wait for the checks, in their order; end those that take too long."""
    results: list[Result] = []
    for one in running:
        result = with_exceptions(answered(one), options)
        if result.verdict != "ok" and (said := logged(one)):
            print(f"--- logged during {one.name}:", scrubbed(said, options.secret_variables), sep="\n")
        results.append(result)
    return results


def answered(one: Running) -> Result:
    """Wait for one check's result, or say that none came."""
    try:
        reason = f"it did not come to its first connection within {START_SECONDS} s"
        remedy = (
            "No server is to blame: this Job's pod got too little CPU; give its node less to do, or more CPUs"
        )
        result = next_word(one, one.started + START_SECONDS)
        while isinstance(result, float):
            reason = f"no answer within {SECONDS} s"
            remedy = (
                "It took the connection and then said nothing: look at its load, and at proxies in between"
            )
            result = in_its_own_time(one, result)
    except EOFError:
        result = None
        reason, remedy = "the check's process died", "Look at the events of this Job's pod; was memory short?"
    one.process.kill()
    one.process.join()
    spent = round((time.monotonic() - one.started) * 1000)
    return result or Result(one.name, "failed", spent, reason, remedy)


def next_word(one: Running, until: float) -> Any:
    """The next message of a check: that it connected, or its result; None if none comes in time."""
    return one.answer.recv() if one.answer.poll(max(until - time.monotonic(), 0)) else None


def in_its_own_time(one: Running, since: float) -> Any:
    """The next message within SECONDS, not counting how long the check waited for a CPU meanwhile.

    On a busy node, whole seconds of a check pass in the queue of the scheduler, and no server is to blame.
    """
    before, until = waited_for_cpu(one.process.pid), since + SECONDS
    while (word := next_word(one, until)) is None:
        later = min(since + SECONDS + waited_for_cpu(one.process.pid) - before, since + START_SECONDS)
        if later <= until + MOMENT:
            return None
        until = later
    return word


def waited_for_cpu(process: int) -> float:
    """For how many seconds that thread of a process which waited longest was ready to run and had no CPU.

    /proc/<pid>/task/<tid>/schedstat, second number, nanoseconds (Documentation/scheduler/sched-stats.rst of
    Linux); 0 where the node's kernel keeps no such count.
    """
    waits = [0]
    for thread in Path(f"/proc/{process}/task").glob("*/schedstat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            waits.append(int(thread.read_text().split()[1]))
    return max(waits) / 1e9


def logged(one: Running) -> str:
    """The end of what a check printed."""
    with os.fdopen(one.log, "rb") as log:
        log.seek(max(os.fstat(one.log).st_size - LOG_BYTES, 0))
        return log.read().decode(errors="replace")


def with_exceptions(result: Result, options: argparse.Namespace) -> Result:
    """Turn a failure into a warning where `--warn-only` names the check, and take secrets out."""
    excused = result.verdict == "failed" and result.check in options.warn_only
    return replace(
        result,
        verdict="warning" if excused else result.verdict,
        reason=scrubbed(result.reason, options.secret_variables, ours=our_words()),
        remedy=scrubbed(result.remedy, options.secret_variables, ours=our_words()),
    )


if __name__ == "__main__":
    sys.exit(main())
