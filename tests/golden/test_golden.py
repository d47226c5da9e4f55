"""Each stack is what its golden inventory says: counts, chosen values, absences."""

from __future__ import annotations

import pytest

from tests.golden.inventory import INVENTORIES, as_text, golden_file


@pytest.mark.parametrize("stack", INVENTORIES)
def test_inventory(stack: str) -> None:
    assert as_text(stack) == golden_file(stack).read_text(), "if that is meant: make goldens, and read it"


@pytest.mark.parametrize("stack", INVENTORIES)
def test_no_planted_secret_in_goldens(stack: str) -> None:
    assert "planted" not in golden_file(stack).read_text()
