"""`pulumi preview` straight after a clone: the language host makes .venv from requirements.txt.

It installs the SDKs of all three clouds, which is why it is no part of `make test`.
"""

from __future__ import annotations

from pathlib import Path

from tests.cli.shell import opened
from tests.cli.stacks import begin_local


def test_preview_without_an_environment(tmp_path: Path) -> None:
    with opened(tmp_path, environment=None) as shell:
        begin_local(shell, "mine")
        assert not (shell.clone / ".venv").exists()
        said = shell.run("pulumi preview").text
        assert "Creating virtual environment..." in said, said
        assert "Finished installing dependencies" in said, said
        assert "to create" in said, said
        again = shell.run("pulumi preview").text
        assert "virtual environment" not in again, again
