"""The way a job is refused."""

from __future__ import annotations


class JobError(Exception):
    """What is wrong, and in the last line how to mend it; shown without a traceback."""

    def __init__(self, problem: str, *, remedy: str) -> None:
        self.remedy = remedy
        super().__init__(f"{problem}\n{remedy}")
