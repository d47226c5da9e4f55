from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from ci.assistant import archive
from ci.assistant.__main__ import main
from ci.errors import JobError
from tests.ci.models import write_model


def test_a_model_is_read(tmp_path: Path) -> None:
    found = archive.read(write_model(tmp_path / "m.tar.gz"))
    assert (found.model_id, found.version) == ("m1", "3.21.0")
    archive.check_version(found, "3.21.0-latest")


def test_another_version_is_refused(tmp_path: Path) -> None:
    found = archive.read(write_model(tmp_path / "m.tar.gz", version="3.20.1"))
    with pytest.raises(
        JobError, match=r"trained with Rasa Pro 3\.20\.1; the stack runs 3\.21\.0-latest"
    ) as error:
        archive.check_version(found, "3.21.0-latest")
    assert error.value.remedy.startswith("Train with the image tag 3.21.0-latest")


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "text.tar.gz"
    text.write_text("<html>404</html>")
    whole = write_model(tmp_path / "whole.tar.gz")
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(whole.read_bytes()[:-40])
    for path in (
        text,
        cut,
        write_model(tmp_path / "other.tar.gz", metadata="meta.json"),
    ):
        with pytest.raises(JobError, match="is no model archive of Rasa"):
            archive.read(path)
    with pytest.raises(JobError, match="there is no file"):
        archive.read(tmp_path / "missing.tar.gz")


def test_the_last_line_of_the_job_is_the_remedy(tmp_path: Path) -> None:
    page = tmp_path / "page.tar.gz"
    page.write_text("<html>404</html>")
    older = write_model(tmp_path / "older.tar.gz", version="3.20.1")
    for model, remedy in (
        (page, "Give the .tar.gz that `rasa train` wrote"),
        (older, "Train with the image tag"),
    ):
        for command in (["check", "aws-dev", str(model)], ["release", "aws-dev", str(model), "--name", "x"]):
            result = CliRunner().invoke(main, command)
            assert result.exit_code == 1
            assert result.stderr.splitlines()[-1].startswith(remedy)
    current = write_model(tmp_path / "m.tar.gz")
    assert CliRunner().invoke(main, ["check", "aws-dev", str(current)]).exit_code == 0
