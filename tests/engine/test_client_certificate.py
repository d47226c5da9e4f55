"""A stack whose PostgreSQL asks for a client certificate lives and dies like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from simcloud.lifecycle import Lifecycle
from tests.config.pems import CERTIFICATE
from tests.simulations import example
from tests.variants import told_of

pytestmark = [pytest.mark.engine, pytest.mark.long]


def test_lifecycle(tmp_path: Path) -> None:
    shown = {"certificate": CERTIFICATE, "key": {"secretName": "rasa-postgres", "key": "tls.key"}}
    store = told_of("existing-production", "rasa:trackerStore", {"clientCertificate": shown})
    simulation = example("existing-production", tmp_path / "state", config={"rasa:trackerStore": dict(store)})
    outcome = Lifecycle(simulation, lambda _: None).run()
    assert not outcome.problem, outcome.problem
