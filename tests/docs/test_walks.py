"""Every command that a document prints runs, in its order, from clone to destroy, on the simulated cloud."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.shell import opened
from tests.docs.blocks import ROOT, blocks
from tests.docs.walk import READER, walk

pytestmark = pytest.mark.engine

STARTS = {"aws": "aws-dev", "azure": "azure-dev", "own-cluster": "local-dev"}


@pytest.mark.parametrize("start", STARTS)
def test_quick_start(start: str, tmp_path: Path) -> None:
    stack = STARTS[start]
    with opened(tmp_path) as shell:
        printed = walk(shell, blocks(ROOT / "docs" / f"quick-start-{start}.md"))
        # The conversation took place, on a stack that was up; and nothing is left of it.
        assert '"text": "Hello!"' in printed
        assert f"Stack '{stack}' has been removed" in printed
        assert dict(shell.account.records) == {}
        # What the reader would commit holds no secret in plain text.
        stack_file = (shell.clone / "rasa-platform" / "stacks" / f"Pulumi.{stack}.yaml").read_text()
        for secret in (READER["OPENAI_API_KEY"], READER["RASA_PRO_LICENSE"], "token-of-the-walk"):
            assert secret not in stack_file
