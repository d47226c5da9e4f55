"""`bootstrap/<cloud>` by the commands of its document, from its own folder."""

from __future__ import annotations

import pytest

from tests.cli.shell import Shell

pytestmark = pytest.mark.engine


@pytest.mark.parametrize("cloud", ["aws", "azure", "gcp"])
def test_bootstrap(cloud: str, shell: Shell) -> None:
    folder = f"bootstrap/{cloud}"
    shell.run("cp Pulumi.example.yaml Pulumi.mine.yaml && pulumi stack init mine", folder=folder)
    before = len(shell.account.records)
    shell.run("pulumi up --skip-preview", folder=folder)
    assert len(shell.account.records) > before
    commands = shell.run("pulumi stack output commands", folder=folder).stdout
    assert f"gh variable set {cloud.upper()}_" in commands
    shell.run(
        "pulumi config set deletionProtection false && pulumi up --skip-preview"
        " && pulumi destroy --skip-preview && pulumi stack rm --yes",
        folder=folder,
    )
    assert len(shell.account.records) == before
