"""A key does what it says, or is refused: with another value the stack is another (effects.py).

Each run tries some keys, others on each day; `make effects` tries all of them (minutes).
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import pytest

from tests.config.effects import ONLY_CHECKED, changes, has_effect, is_only_checked
from tests.config.everything import STACKS

WITHOUT_A_CLOUD = ("s3", "gcs", "azure-blob", "model-server", "vault", "iam")
"""Stacks that are recorded within a second."""
EACH_RUN, STEP = 2, 7
Case = tuple[str, str, Mapping[str, Any]]


def cases() -> Iterator[Case]:
    """All of them, or those of the day: it is in the test's name, so that a failure can be run again."""
    if os.environ.get("EVERY_EFFECT"):
        yield from ((stack, name, changed) for stack in STACKS for name, changed in changes(stack))
        return
    day = dt.datetime.now(tz=dt.UTC).date().toordinal()
    stack = WITHOUT_A_CLOUD[day % len(WITHOUT_A_CLOUD)]
    yield from ((stack, name, changed) for name, changed in islice(changes(stack, day * STEP), EACH_RUN))


CASES = list(cases())


@pytest.mark.parametrize("case", CASES, ids=[f"{stack}-{name}" for stack, name, _ in CASES])
def test_another_value_is_another_stack(case: Case) -> None:
    stack, name, changed = case
    assert has_effect(stack, changed) or is_only_checked(name), f"rasa:{name} of {stack} changes nothing"


def test_a_key_without_effect_has_a_reason() -> None:
    assert all(len(reason.split()) > 3 for reason in ONLY_CHECKED.values())
