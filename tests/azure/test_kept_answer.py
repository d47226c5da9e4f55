"""A preview asks Azure for no key: who may ask may write."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pulumi import ComponentResource, Output

from components.azure.kept_answer import keep_answer
from tests.azure.stores import make
from tests.recorder import record

ROOT = Path(__file__).parents[2]
KEPT = "random:index/randomUuid:RandomUuid"
HARMLESS = {"list_managed_cluster_user_credentials", "list_mongo_cluster_connection_strings"}
"""An address and an authority; a host name with placeholders for user and password."""


@pytest.mark.parametrize("preview", [True, False])
def test_it_asks_in_an_up_alone(*, preview: bool) -> None:
    asked: list[bool] = []

    def ask() -> Output[str]:
        asked.append(True)
        return Output.from_input("planted-key")

    made = record(
        lambda: keep_answer("sas", ask, of="id", parent=ComponentResource("rasa:azure:Test", "test")),
        preview=preview,
    )
    kept = made.one(KEPT, "sas-answer")
    assert asked == ([] if preview else [True])
    assert kept.ignored == (("keepers",) if preview else ())
    assert kept.inputs["keepers"] == {"answer": "" if preview else "planted-key"}
    assert "keepers" in kept.secret_inputs


def test_every_key_is_asked_for_that_way() -> None:
    source = {path.name: path.read_text() for path in (ROOT / "components" / "azure").glob("*.py")}
    for name, text in source.items():
        asked = set(re.findall(r"\.(list_\w+)_output\(", text)) - HARMLESS
        assert len(asked) <= len(re.findall(r"keep_answer\(\s*f", text)), name


@pytest.mark.parametrize("store", ["model-storage", "lock-store", "event-broker"])
def test_what_rasa_gets_is_what_was_answered(store: str) -> None:
    assert make(store, "production").of(KEPT)
