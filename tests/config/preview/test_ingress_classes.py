"""What a preview says of the IngressClass that the settings name, against those that the cluster has."""

from __future__ import annotations

from typing import Any

import pytest

from components.config.preview.ingress_classes import DEFAULT, problem_with

DEFAULT_CLASS: dict[str, Any] = {"name": "nginx", "annotations": {DEFAULT: "true"}}
OTHER_CLASS: dict[str, Any] = {"name": "haproxy"}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("haproxy", [OTHER_CLASS]), (None, [OTHER_CLASS, DEFAULT_CLASS]), ("nginx", [DEFAULT_CLASS])],
)
def test_a_class_that_is_there(wanted: str | None, found: list[dict[str, Any]]) -> None:
    assert problem_with(wanted, found) is None


@pytest.mark.parametrize(
    ("wanted", "found", "words"),
    [
        ("traefik", [OTHER_CLASS, DEFAULT_CLASS], ("'traefik' is no IngressClass", "it has: haproxy, nginx")),
        ("traefik", [], ("it has: none",)),
        (None, [OTHER_CLASS], ("no default IngressClass", "it has: haproxy")),
    ],
)
def test_a_class_that_is_not(wanted: str | None, found: list[dict[str, Any]], words: tuple[str, ...]) -> None:
    said = problem_with(wanted, found)
    assert said is not None
    for word in (*words, "pulumi config set --path", "'rasa:ingress.className'"):
        assert word in said
