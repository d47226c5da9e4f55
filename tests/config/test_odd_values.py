"""Whatever stands in a stack file, the answer is settings or messages, and no message tells a secret."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any, cast, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from components.config.settings import Settings
from components.contract.errors import ConfigurationError
from tests.config.everything import STACKS, Place, at, places, replaced, settings_of
from tests.config.odd_kubeconfigs import KUBECONFIGS
from tests.config.odd_values import LOGIN, ODD, PLANTED
from tests.config.test_load import JSON
from tests.each import each

PLACES = {place: raw for raw in STACKS.values() for place in places(raw)}
EVERY = os.environ.get("EVERY_ODD_VALUE") == "1"
"""Every value at every place (`make odd-values`, some minutes), and not some of them."""
SAMPLE, SHARE = 1, 3
"""How many of the values each place gets, alone and beside the engine's tests; the next place gets the next
ones, so that all have their turn."""


def answer(raw: Mapping[str, Any]) -> str:
    """The messages, or nothing where the stack is accepted; anything else is a traceback for a person."""
    try:
        settings_of(raw)
    except ConfigurationError as refused:
        return str(refused)
    return ""


def chosen(turn: int, share: int) -> Iterator[object]:
    if EVERY:
        yield from ODD
    else:
        yield from (ODD[(turn * share + step) % len(ODD)] for step in range(share))


def fields_of(annotation: object) -> Iterator[tuple[type[BaseModel], str]]:
    """Every key of every block that the annotation leads to."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            yield annotation, name
            yield from fields_of(field.annotation)
    for member in get_args(annotation):
        yield from fields_of(member)


def used(value: object) -> Iterator[tuple[type[BaseModel], str]]:
    """Every key that a stack gives."""
    if isinstance(value, BaseModel):
        for name in value.model_fields_set:
            yield type(value), name
            yield from used(getattr(value, name))
    elif isinstance(value, tuple):
        for member in cast("tuple[object, ...]", value):
            yield from used(member)
    elif isinstance(value, dict):
        for member in cast("dict[str, object]", value).values():
            yield from used(member)


@pytest.fixture(scope="module")
def accepted() -> dict[str, Settings]:
    return {name: settings_of(raw) for name, raw in STACKS.items()}


def test_the_stacks_use_every_key(accepted: dict[str, Settings]) -> None:
    given = {pair for read in accepted.values() for pair in used(read)}
    missing = {f"{model.__name__}.{key}" for model, key in set(fields_of(Settings)) - given}
    # tests/config/test_first_model.py, test_transforms.py
    of_a_file = {"Assistant.upload", "Settings.transforms"}
    refused = {"ManagedCluster.size", "ManagedModelStorage.size"}  # rules/unused.py
    assert missing == of_a_file | refused


def test_any_value_at_any_place() -> None:
    _tells_no_secret(SAMPLE)


@pytest.mark.slow
def test_more_values_at_any_place() -> None:
    _tells_no_secret(SHARE)


def _tells_no_secret(share: int) -> None:
    for turn, place in enumerate(PLACES):
        for value in chosen(turn, share):
            try:
                said = answer(replaced(PLACES[place], place, value))
            except Exception as error:
                raise AssertionError(f"{place}: {value!r} ends in a traceback") from error
            assert PLANTED not in said, f"{place}: {value!r}"
            assert LOGIN not in said, f"{place}: {value!r}"


@each(KUBECONFIGS, repr)
def test_any_kubeconfig(kubeconfig: str) -> None:
    said = answer(replaced(STACKS["none"], ("cluster", "kubeconfig"), kubeconfig))
    assert PLANTED not in said
    assert LOGIN not in said


@settings(max_examples=3000 if EVERY else 60)
@given(st.sampled_from(list(PLACES)), JSON | st.sampled_from(ODD))
def test_anything_at_any_place(place: Place, value: object) -> None:
    assert PLANTED not in answer(replaced(PLACES[place], place, value))


@settings(max_examples=3000 if EVERY else 40)
@given(
    st.sampled_from(list(STACKS)),
    st.lists(st.tuples(st.sampled_from(list(PLACES)), st.sampled_from(ODD)), min_size=2, max_size=6),
)
def test_several_mistakes_at_once(stack: str, mistakes: list[tuple[Place, object]]) -> None:
    raw: dict[str, Any] = dict(STACKS[stack])
    for place, value in mistakes:
        try:
            at(raw, place[:-1])
            raw = replaced(raw, place, value)
        except (KeyError, IndexError, TypeError):
            continue  # a former mistake has replaced the block around it, or this stack has no such block
    assert PLANTED not in answer(raw)
