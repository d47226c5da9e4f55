"""Stacks of one's own, as a person makes them in a clone."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.cli.shell import ROOT, Shell

LICENSE, KEY = "planted-license-of-cli", "planted-key-of-cli"
PLANTED = yaml.safe_load((ROOT / "simcloud" / "secrets.yaml").read_text())
KUBECONFIG = PLANTED["stacks"]["local-dev"]["rasa:cluster"]["kubeconfig"]


def begin(shell: Shell, stack: str, source: str) -> Path:
    """Make a stack of one's own, out of a reference stack's file."""
    file = shell.clone / "stacks" / f"Pulumi.{stack}.yaml"
    file.write_text((ROOT / "examples" / f"Pulumi.{source}.yaml").read_text())
    shell.run(f"pulumi stack init {stack}")
    return file


def begin_local(shell: Shell, stack: str) -> Path:
    """Make one on a cluster that exists, and set its secrets."""
    file = begin(shell, stack, "local-dev")
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
    return file
