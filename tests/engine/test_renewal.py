"""A new value of `rasa:renewal` makes the certificate for Google's Kafka anew, and replaces no data store."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.test_changes import DATA
from tests.simulations import example

pytestmark = [pytest.mark.engine, pytest.mark.long]


def test_another_renewal_is_another_certificate(tmp_path: Path) -> None:
    simulation = example("gcp-dev", tmp_path / "state")
    assert simulation.up().success
    simulation.set_config("rasa:renewal", "2026-12")
    renewed = simulation.up()
    assert renewed.success, renewed.errors
    replaced = {change.type for change in renewed.changed if "replace" in change.op}
    assert {"tls:index/privateKey:PrivateKey", "gcp:certificateauthority/certificate:Certificate"} <= replaced
    assert not replaced & DATA
    assert not simulation.up().changed
