"""The pipeline's jobs in tests work on the examples; in a checkout of the user's they work on `stacks/`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ci import stacks
from tests.stacks import EXAMPLES, ROOT


@pytest.fixture(autouse=True)
def jobs_work_on_the_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stacks, "FOLDER", EXAMPLES.name)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What the jobs' scripts need of the repository, with the examples as the user's stacks."""
    folder = tmp_path / "repository"
    for name in ("ci", "bootstrap", "policy", "simcloud", "components"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(EXAMPLES, folder / "stacks")
    return folder
