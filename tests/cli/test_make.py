"""A stack's life by `make`, in a clone whose environment `make` alone has made."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.cli.shell import ROOT, opened
from tests.cli.test_stacks import KEY, LICENSE, begin

pytestmark = pytest.mark.engine

PLANTED = yaml.safe_load((ROOT / "simcloud" / "secrets.yaml").read_text())
KUBECONFIG = PLANTED["stacks"]["local-dev"]["rasa:cluster"]["kubeconfig"]


def test_life_by_make(tmp_path: Path) -> None:
    with opened(tmp_path, environment=None) as shell:
        begin(shell, "mine", "local-dev")
        shell.run(
            """
            pulumi config set --secret rasa:license "$LICENSE"
            pulumi config set --secret --path rasa:llmKeys.OPENAI_API_KEY "$KEY"
            pulumi config set --secret --path rasa:cluster.kubeconfig "$GIVEN"
            """,
            GIVEN=KUBECONFIG,
            KEY=KEY,
            LICENSE=LICENSE,
        )
        assert "to create" in shell.run("make preview STACK=mine").text
        assert not shell.account.records
        assert "created" in shell.run("make up STACK=mine").text
        assert shell.account.records
        assert "created" not in shell.run("make refresh STACK=mine").text
        shell.run("make environment STACK=mine WITH=policy")
        assert "rasa@v1.0.0" in shell.run("pulumi preview --policy-pack policy/pack --expect-no-changes").text
        shell.run("pulumi config set rasa:deletionProtection false && make destroy STACK=mine")
        assert not shell.account.records
        demo = shell.run("make demo STACK=local-dev").text
        assert "The same for real, from a clone to a first conversation" in demo, demo
        assert not list(shell.clone.glob(".venv/lib/*/site-packages/pytest")), "the developers' tools"
