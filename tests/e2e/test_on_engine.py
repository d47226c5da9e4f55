"""The walk's own stack on the real engine over the simulated cluster: settings, up, destroy.

What a message, a loss or a load does needs pods, which the simulated cluster has none of: `make e2e`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from simcloud.wire import as_map
from tests.cli.shell import opened
from tests.e2e.__main__ import carry_out
from tests.e2e.cluster import Cluster
from tests.e2e.options import Options
from tests.e2e.project import Project
from tests.e2e.report import Result, table
from tests.e2e.steps import Walk

pytestmark = pytest.mark.engine

KUBECTL = """
case "$*" in
  "get nodes --output json") echo '{"items": [{"spec": {}}, {"spec": {}}, {"spec": {}},
    {"spec": {"taints": [{"effect": "NoSchedule"}]}}]}';;
  "get namespaces --output json") echo '{"items": [{"metadata": {"name": "default"}}]}';;
  "get "*"--output json") echo '{"items": []}';;
  "config view --raw --minify --flatten") cat "$HOME/kubeconfig";;
  "apply --filename -"|"wait "*) cat >/dev/null;;
  *) echo "unknown here: kubectl $*" >&2; exit 1;;
esac
"""


def test_settings_up_and_destroy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = yaml.safe_load(Path("simcloud/secrets.yaml").read_text())["stacks"]["local-dev"]
    with opened(tmp_path / "shell") as shell:
        shell.stand_in("kubectl", KUBECTL)
        (shell.home / "kubeconfig").write_text(planted["rasa:cluster"]["kubeconfig"])
        for name in os.environ:
            monkeypatch.delenv(name)
        for name, value in shell.environment.items():
            monkeypatch.setenv(name, value)
        # The simulated cluster reads in the shell's own back end what goes with what.
        folder = tmp_path / "walk"
        folder.mkdir()
        (folder / "state").symlink_to(shell.home)
        image = "localhost/rasa-e2e:3.21.0"
        options = Options.read({"E2E_IMAGE": image, "E2E_SET": "rasa:assistant.replicas=2"})
        walk = Walk(options, Cluster(options.namespace), Project.make(folder), image)
        results = list[Result]()
        passed = carry_out(
            [("settings", walk.configure), ("up", walk.up), ("refresh", walk.refreshed)], results
        )
        made = {(record.type, record.id): record.inputs for record in shell.account.records.values()}
        pods = made.get(("kubernetes:apps/v1:StatefulSet", "rasa-e2e/lock-store"), {})
        passed = passed and carry_out([("destroy", walk.destroy)], results)
        assert passed, table(results)
        assert not shell.account.records
        # Three nodes take pods, so there is a primary that can be lost.
        assert as_map(pods["spec"])["replicas"] == 3
