"""What came of each step, as one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a step."""

    step: str
    passed: bool
    seconds: float
    note: str


class StepError(Exception):
    """A step that did not do what it must; the message says what was seen."""


def line(result: Result) -> str:
    """One step."""
    verdict = "ok" if result.passed else "FAILED"
    return f"{result.step:<24} {verdict:<7} {result.seconds:>6.0f} s  {result.note}".rstrip()


def table(results: Sequence[Result]) -> str:
    """All steps, and whether the whole passed."""
    failed = [result.step for result in results if not result.passed]
    whole = f"failed: {', '.join(failed)}" if failed else f"all {len(results)} steps passed"
    return "\n".join([*map(line, results), f"{whole}, in {sum(one.seconds for one in results):.0f} s"])
