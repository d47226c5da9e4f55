"""The previews themselves, with the simulated plugins in place of the providers' own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.shell import opened
from tests.provider_preview import previews

pytestmark = pytest.mark.engine


def test_an_example_and_a_bootstrap_are_previewed(tmp_path: Path) -> None:
    with opened(tmp_path) as shell:
        for project in ("gcp-mixed-dev", "bootstrap/aws"):
            verdict = previews.preview(project, shell.clone, shell.environment)
            assert verdict.passed, verdict.said
        file = shell.clone / "stacks" / "Pulumi.gcp-mixed-dev.yaml"
        assert "planted-" not in file.read_text(), "secrets are encrypted, as a person's are"
