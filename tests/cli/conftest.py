"""One clone for all tests of the command line; each stack of it is the business of one test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.shell import Shell, opened


@pytest.fixture(scope="session")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    with opened(tmp_path_factory.mktemp("cli")) as made:
        yield made
