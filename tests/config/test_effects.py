"""A key does what it says, or is refused: with another value the stack is another (effects.py).

The stacks without a cloud's SDK, whose graphs take a second each, are among the long tests; `make effects`
tries those of the clouds, too (20 minutes of processor time: 1,431 values at 0.2 to 1.2 s).
"""

from __future__ import annotations

import os
from itertools import islice

import pytest

from tests.config.effects import ONLY_CHECKED, both_profiles, changes, graph, has_effect, is_only_checked
from tests.config.everything import STACKS

WITHOUT_A_CLOUD = ("s3", "gcs", "azure-blob", "model-server", "vault", "iam")
AT_ONCE = 2


def without_effect(stack: str, most: int | None = None) -> list[str]:
    return [
        name
        for name, changed in islice(changes(stack), most)
        if not is_only_checked(name) and not has_effect(stack, changed)
    ]


def test_another_value_is_another_stack() -> None:
    assert without_effect("s3", AT_ONCE) == []


@pytest.mark.slow
@pytest.mark.parametrize("stack", [name for name in STACKS if name.endswith("-network")])
def test_a_network_that_exists_is_one_of_the_simulated_cloud(stack: str) -> None:
    """Or its look-ups refuse the stack, and nothing is known of its keys."""
    assert graph(STACKS[stack])


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize(
    "stack", both_profiles(STACKS if os.environ.get("EVERY_EFFECT") else WITHOUT_A_CLOUD)
)
def test_no_value_changes_nothing(stack: str) -> None:
    assert without_effect(stack) == []


def test_a_key_without_effect_has_a_reason() -> None:
    assert all(len(reason.split()) > 3 for reason in ONLY_CHECKED.values())
