"""`make test` runs a part of each sweep on the engine; the rest is `long` and runs with `make long-tests`.

@pytest.mark.parametrize("stack", mostly_long(STACKS, now=("local-dev", "aws-production")))
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pytest
from _pytest.mark import ParameterSet


def mostly_long(cases: Iterable[str], *, now: Collection[str]) -> list[ParameterSet]:
    """Mark as `long` each case that is not named."""
    listed = list(cases)
    assert set(now) < set(listed), f"not among the cases, or all of them: {now}"
    return [pytest.param(case, marks=() if case in now else pytest.mark.long) for case in listed]
