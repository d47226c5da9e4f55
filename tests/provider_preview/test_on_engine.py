"""The previews and the update themselves, with the simulated plugins in place of the providers' own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.shell import Shell, opened
from tests.provider_preview import emulated, previews, up

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    with opened(tmp_path_factory.mktemp("plugins")) as made:
        yield made


def test_an_example_and_a_bootstrap_are_previewed(shell: Shell) -> None:
    for project in ("gcp-mixed-dev", "bootstrap/aws"):
        verdict = previews.preview(project, shell.clone, shell.environment)
        assert verdict.passed, verdict.said
    file = shell.clone / "stacks" / "Pulumi.gcp-mixed-dev.yaml"
    assert "planted-" not in file.read_text(), "secrets are encrypted, as a person's are"


def test_an_example_goes_up_and_down(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = up.up_and_down(shell.clone, {**shell.environment, "PULUMI_DEBUG_COMMANDS": "true"})
    said, wanted = capsys.readouterr().out, len(emulated.asked())
    assert said == f"{wanted} of {wanted} resources of aws-dev made\n{wanted} of {wanted} deleted\n"
    assert not wrong
    assert not shell.account.records
