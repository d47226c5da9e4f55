"""What keeps a slip of the hand from doing harm, as every example has it."""

from __future__ import annotations

import pytest

from components.contract.data_stores import GO_WITH_PROTECTION, OBJECTS, content
from components.stack.safeguards import IDENTITY
from tests.recorder import Recorded, Recording
from tests.stacks import STACKS, record_stack, stack_config

GUARD = "rasa:deletionProtection must be false before a destroy"
STASH = "pulumi:index:Stash"


def goes_after(recording: Recording[object], first: Recorded) -> set[str]:
    """URNs of what the engine deletes only when this is gone (step_generator.go, ScheduleDeletes)."""
    by_urn = {one.urn: one for one in recording.resources}
    seen: set[str] = set()
    pending = {first.urn}
    while pending:
        one = by_urn[pending.pop()]
        provider = one.provider.rsplit("::", 1)[0]
        edges = {*one.dependencies, *one.replaced_with, one.parent or "", one.deleted_with, provider}
        edges &= by_urn.keys()
        pending |= edges - seen
        seen |= edges
    return seen


@pytest.mark.parametrize("stack", STACKS)
def test_a_destroy_begins_with_the_guard(stack: str) -> None:
    recording = record_stack(stack)
    guard = recording.one(STASH, GUARD)
    assert recording.urns() - goes_after(recording, guard) == {guard.urn}


@pytest.mark.parametrize("stack", STACKS)
def test_the_guard_is_protected_as_the_settings_say(stack: str) -> None:
    config = stack_config(stack)
    protected = config.get("rasa:deletionProtection", str(config.get("rasa:profile") == "production")) in {
        "True",
        "true",
    }
    recording = record_stack(stack)
    assert {one.protect for one in recording.of(STASH)} == {protected}


@pytest.mark.parametrize("stack", STACKS)
def test_nothing_begins_before_the_stack_is_compared(stack: str) -> None:
    recording = record_stack(stack)
    identity = recording.one(STASH, IDENTITY)
    for one in recording.resources:
        if one.custom and one.type != STASH:
            provider = (
                one.urn if one.type.startswith("pulumi:providers:") else one.provider.rsplit("::", 1)[0]
            )
            (made,) = [other for other in recording.resources if other.urn == provider]
            assert identity.urn in made.dependencies, one.urn


@pytest.mark.parametrize("stack", STACKS)
def test_what_the_stack_is_comes_back_from_the_engine(stack: str) -> None:
    """It leaves out what is null: what was unset would never be compared."""
    assert None not in record_stack(stack).one(STASH, IDENTITY).inputs["input"].values()


@pytest.mark.parametrize("stack", STACKS)
def test_all_that_holds_data_is_protected_with_the_stack(stack: str) -> None:
    recording = record_stack(stack)
    protected = recording.one(STASH, GUARD).protect
    data = [
        one
        for one in recording.resources
        if content(one.type, one.inputs) and one.type not in GO_WITH_PROTECTION
    ]
    assert data or "existing" in stack
    for one in data:
        kept = one.retained if one.type in OBJECTS else one.protect
        assert kept or not protected, one.urn
    assert protected or not any(one.protect for one in recording.resources)
