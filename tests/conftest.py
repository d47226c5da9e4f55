"""What all tests share."""

from __future__ import annotations

import pytest

ABANDONED = (
    "ignore::pytest.PytestUnraisableExceptionWarning",
    "ignore::pytest.PytestUnhandledThreadExceptionWarning",
)
"""When an update fails the engine hangs up on the program; the SDK leaves the rest to Python."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("engine"):
            for warning in ABANDONED:
                item.add_marker(pytest.mark.filterwarnings(warning))
