"""A cluster that does not answer is waited for once in a preview, and asked nothing more."""

from __future__ import annotations

from functools import partial

import pytest

from components.config import preview
from components.config.load import parse
from components.config.settings import Settings
from tests.config import blocks


def asked(monkeypatch: pytest.MonkeyPatch, *, silent: bool) -> list[str]:
    raw = blocks.existing_stack()
    settings = parse(raw, secret_keys=frozenset(raw), stack="s")
    found: list[str] = []

    def answers(_: Settings) -> bool:
        return silent

    monkeypatch.setattr(preview, "warn_if_cluster_is_silent", answers)
    for question in (
        "judge_kubernetes_version",
        "refuse_unknown_storage_classes",
        "warn_of_unknown_ingress_class",
        "warn_of_unknown_gateway",
    ):
        monkeypatch.setattr(preview, question, partial(_note, found, question))
    preview.check_existing_cluster(settings)
    return found


def _note(found: list[str], question: str, settings: Settings) -> None:
    del settings
    found.append(question)


def test_each_question_has_its_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(monkeypatch, silent=True) == []
    assert len(asked(monkeypatch, silent=False)) == 4
