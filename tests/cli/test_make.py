"""A stack's life by `make`, in a clone whose environment `make` alone has made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.cli.shell import opened
from tests.cli.stacks import KEY, LICENSE, begin_local

pytestmark = [pytest.mark.engine, pytest.mark.long]


def test_life_by_make(tmp_path: Path) -> None:
    with opened(tmp_path, environment=None) as shell:
        file = begin_local(shell, "mine")
        shell.run("pulumi config set --path --type string rasa:assistant.model 20261125")
        written = file.read_text()
        assert LICENSE not in written
        assert KEY not in written
        config = yaml.safe_load(written)["config"]
        assert config["rasa:assistant"]["model"] == "20261125"
        assert "secure" in config["rasa:license"]
        assert "to create" in shell.run("make preview STACK=mine").text
        assert not shell.account.records
        up = shell.run("make up STACK=mine").text
        assert "created" in up
        assert LICENSE not in up
        assert shell.account.records
        assert json.loads(shell.run("pulumi stack output --json").stdout)["model"] == "20261125"
        assert "created" not in shell.run("make refresh STACK=mine").text
        shell.run("make environment STACK=mine WITH=policy")
        assert "rasa@v1.0.0" in shell.run("pulumi preview --policy-pack policy/pack --expect-no-changes").text
        shell.run("pulumi config set rasa:deletionProtection false && make destroy STACK=mine")
        assert not shell.account.records
        demo = shell.run("make demo STACK=local-dev").text
        assert "The same for real, from a clone to a first conversation" in demo, demo
        assert not list(shell.clone.glob(".venv/lib/*/site-packages/pytest")), "the developers' tools"
