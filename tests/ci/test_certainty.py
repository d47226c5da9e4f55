"""What of a preview is certain, what is not, and what was asked for already."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from ci import digest
from ci.preview_comment import render
from ci.production import Judged
from ci.steps import UNKNOWN, value_at

RDS = "aws:rds/instance:Instance"


def step(
    name: str, old: Mapping[str, Any], new: Mapping[str, Any], *paths: str, **more: Any
) -> dict[str, Any]:
    return {
        "op": "update",
        "urn": f"urn:pulumi:s::rasa::{RDS}::{name}",
        "oldState": {"type": RDS, "custom": True, **old},
        "newState": {"type": RDS, "custom": True, "inputs": new},
        "detailedDiff": {path: {"kind": "update"} for path in paths},
        **more,
    }


def read(*steps: dict[str, Any]) -> digest.Preview:
    return digest.read("s", json.dumps({"steps": steps, "changeSummary": {"same": 41, "update": len(steps)}}))


def certainty(*given: Any, **more: Any) -> str:
    (change,) = read(step("one", *given, **more)).changes
    return change.certainty


@pytest.mark.parametrize(
    ("new", "paths", "expected"),
    [
        ({"a": 1}, ["a"], "will"),
        ({"a": UNKNOWN}, ["a"], "may"),
        ({"a": {"b": [UNKNOWN]}}, ["a"], "may"),
        ({"a": f"https://{UNKNOWN}/"}, ["a"], "may"),
        ({"a": UNKNOWN, "b": 1}, ["a", "b"], "will"),
        ({"a": {"b": UNKNOWN, "c": 1}}, ["a.b"], "may"),
        ({"a": UNKNOWN}, [], "will"),
    ],
)
def test_what_an_update_has_yet_to_tell(new: Mapping[str, Any], paths: list[str], expected: str) -> None:
    assert certainty({"inputs": {}}, new, *paths) == expected


def test_what_is_made_or_deleted_is_certain() -> None:
    assert certainty({}, {"a": UNKNOWN}, "a", op="create") == "will"
    assert certainty({}, {"a": UNKNOWN}, "a", op="delete") == "will"
    assert certainty({}, {"a": UNKNOWN}, "a", op="replace", replaceReasons=["a"]) == "may"


@pytest.mark.parametrize(
    ("asked_before", "reported", "expected"),
    [("large", "small", "waits"), ("small", "small", "will"), ("large", "large", "will")],
)
def test_what_waits_for_its_window(asked_before: str, reported: str, expected: str) -> None:
    old = {"inputs": {"instanceClass": asked_before}, "outputs": {"instanceClass": reported}}
    assert certainty(old, {"instanceClass": "large"}, "instanceClass") == expected
    assert certainty(old, {"instanceClass": "large"}, "instanceClass", "tags") == "will"


def test_the_comment_keeps_them_apart() -> None:
    waiting = {"inputs": {"instanceClass": "l"}, "outputs": {"instanceClass": "s"}}
    text = render(
        read(
            step("surely", {"inputs": {}}, {"a": 1}, "a"),
            step("perhaps", {"inputs": {}}, {"a": UNKNOWN}, "a"),
            step("later", waiting, {"instanceClass": "l"}, "instanceClass"),
        ),
        Judged(lost=[], why=""),
    )
    title = text.splitlines()[2]
    said = "1 to update, 1 that may change, 1 waiting for a maintenance window · 41 stay as they are · "
    assert said in title
    places = [
        text.index(word) for word in ("What will", "surely", "What may", "perhaps", "What the", "later")
    ]
    assert places == sorted(places)


def test_what_names_a_thing_that_may_be_replaced_may_change_too() -> None:
    config = step(
        "config", {"inputs": {}}, {"metadata": {"name": "config-2"}, "data": {"a.b": UNKNOWN}}, "data.a.b"
    )
    config["op"] = "replace"
    named = step("named", {"inputs": {}}, {"volumes": [{"configMap": "config-2"}]}, "volumes[0].configMap")
    image = step("image", {"inputs": {}}, {"of": "config-2", "image": "x:2"}, "of", "image")
    found = {change.name: change.certainty for change in read(image, named, config).changes}
    assert found == {"config": "may", "named": "may", "image": "will"}


@pytest.mark.parametrize(("op", "expected"), [("update", "may"), ("create", "will"), ("same", "will")])
def test_a_secret_is_as_certain_as_what_it_is_made_of(op: str, expected: str) -> None:
    """The document has no secrets, nor whether one is unknown."""
    source = step("source", {"inputs": {}}, {"tags": 1}, "tags", op=op)
    secret = step("secret", {"inputs": {}}, {"data": "[secret]"}, "data")
    secret["newState"]["propertyDependencies"] = {"data": [source["urn"]] if op != "same" else []}
    found = {change.name: change.certainty for change in read(secret, source).changes}
    assert found["secret"] == expected


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ('a.b[0]["c.d"]', 1),
        ("a.b[0].c.d", 1),
        ("a.b[0].e", 2),
        ('["kubernetes.io/x"]', 3),
        ("kubernetes.io/x", 3),
        ("a.z", None),
        ("a.b[4].e", None),
        ("a.b[0].e.f", None),
    ],
)
def test_a_path_is_read_as_the_engine_and_the_providers_spell_it(path: str, value: object) -> None:
    assert value_at({"a": {"b": [{"c.d": 1, "e": 2}]}, "kubernetes.io/x": 3}, path) == value
