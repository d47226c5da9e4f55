"""What a preview says of the Gateway that the settings name, against those that the namespace has."""

from __future__ import annotations

from typing import Any

import pytest

from components.config.ingress import Gateway
from components.config.preview.gateways import problem_with

WANTED = Gateway.model_validate({"name": "shared", "namespace": "gateways"})


def test_a_gateway_that_is_there() -> None:
    assert problem_with(WANTED, [{"name": "other"}, {"name": "shared"}]) is None


@pytest.mark.parametrize(("found", "known"), [([{"name": "other"}], "it has: other"), ([], "it has: none")])
def test_a_gateway_that_is_not(found: list[dict[str, Any]], known: str) -> None:
    said = problem_with(WANTED, found)
    assert said is not None
    for word in ("'shared' is no Gateway of the namespace 'gateways'", known, "'rasa:ingress.gateway.name'"):
        assert word in said
