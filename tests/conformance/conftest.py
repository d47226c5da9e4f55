"""The lab of a run, its results, and that no case is lost: `make conformance`."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.conformance import report
from tests.conformance.lab import Lab
from tests.conformance.tools import NotRun

RESULTS: dict[str, str] = {}
"""Case → ran, failed, or "not run: why"."""
STRICT = bool(os.environ.get("RASA_PULUMI_CONFORMANCE_STRICT"))
"""Where everything can be had (the project's own CI), a case that was not run fails, too."""
STARTED = time.monotonic()


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    # Not pytest's own folder, which nobody else may enter: some servers do not run as root.
    folder = Path(tempfile.mkdtemp(prefix="conformance-"))
    made = Lab(folder)
    try:
        yield made
    finally:
        made.processes.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """A server that cannot be had here is no failure, and is counted."""
    del item
    try:
        return (yield)
    except NotRun as reason:
        pytest.skip(f"not run: {reason}")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:  # pyright: ignore[reportRedeclaration]
    case = report.nodeid.partition("/case_")[2]
    if report.skipped:
        RESULTS[case] = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else "").removeprefix(
            "Skipped: "
        )
    elif report.failed:
        RESULTS[case] = "failed"
    elif report.when == "call":
        RESULTS[case] = "ran"


def is_whole(config: pytest.Config) -> bool:
    """Whether all cases were asked for."""
    return not (config.option.keyword or config.option.collectonly) and [
        Path(arg).name for arg in config.args
    ] == ["conformance"]


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not is_whole(session.config) or hasattr(session.config, "workerinput"):
        return  # a part only, or one of several processes
    report.RESULTS.write_text(json.dumps(RESULTS, indent=1))
    lost = report.lost(RESULTS, strict=STRICT)
    if lost:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not RESULTS or not is_whole(terminalreporter.config):
        return
    write = terminalreporter.write_line
    write("\n" + report.table(RESULTS))
    ran = sum(verdict == "ran" for verdict in RESULTS.values())
    out = [f"{case}: {verdict}" for case, verdict in RESULTS.items() if verdict.startswith("not run")]
    write(f"\n{ran} cases ran, {len(out)} not run, in {time.monotonic() - STARTED:.0f} s")
    for line in [*out, *report.lost(RESULTS, strict=STRICT)]:
        write(f"  {line}")
