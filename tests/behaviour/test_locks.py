"""A lock of Azure's holds for all below what it locks: so it is made last and goes first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from simcloud import catalog
from tests.behaviour.test_recorded import STORES, made
from tests.recorder import Recorded, Recording
from tests.stacks import STACKS, record_stack

LOCK = "azure-native:authorization:ManagementLockByScope"


def too_early(recording: Recording[Any]) -> Iterator[str]:
    """What is below a locked resource, and may be made after the lock and deleted before it."""
    by_urn = {one.urn: one for one in recording.resources}
    for lock in recording.of(LOCK):
        before = recording.waits_for(lock)
        inside = [by_urn[urn] for urn in lock.flows["scope"]]
        while inside:
            outer = inside.pop()
            below = [one for one in recording.resources if one.type != LOCK and _is_below(one, outer)]
            yield from (f"{lock.name}: {one.type} {one.name}" for one in below if one.urn not in before)
            inside += below


def _is_below(one: Recorded, outer: Recorded) -> bool:
    """By the ids of both: a part of the outer one, or something that is made on it."""
    if outer.urn not in one.data_flow or not one.type.startswith("azure-native:"):
        return False
    package = catalog.load("azure-native")
    kind, outer_kind = package.type(one.type), package.type(outer.type)
    assert kind
    assert outer_kind
    on = re.match(r"\{(\w+)\}/providers/", str(kind.id))
    return outer.urn in one.flows[on[1]] if on else str(kind.id).startswith(f"{outer_kind.id}/")


@pytest.mark.parametrize("stack", [one for one in STACKS if one.startswith("azure")])
def test_a_stacks_locks_come_last(stack: str) -> None:
    assert list(too_early(record_stack(stack))) == []


@pytest.mark.parametrize("store", STORES["azure"])
def test_a_stores_lock_comes_last(store: str) -> None:
    assert list(too_early(made("azure", store, "production", "small"))) == []
