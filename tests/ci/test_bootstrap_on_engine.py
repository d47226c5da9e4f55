from __future__ import annotations

from pathlib import Path

import pytest

from simcloud.lifecycle import Lifecycle
from simcloud.run import Simulation

pytestmark = pytest.mark.engine

BOOTSTRAP = Path(__file__).parents[2] / "bootstrap"
PRINTED = {
    "aws": (
        "gh variable set AWS_DEPLOY_ROLE --repo example/rasa-platform --body 'arn:aws:iam::",
        "awskms:///arn:",
    ),
    "azure": (
        "pulumi config set --path 'rasa:cluster.admins[0]' servicePrincipal:",
        "gh variable set AZURE_BACKEND_URL --repo example/rasa-platform --body 'azblob://",
        "azurekeyvault://",
    ),
    "gcp": (
        "gh variable set GCP_DEPLOY_PROVIDER --repo example/rasa-platform --body 'projects/1",
        "gcpkms://projects/",
    ),
}


@pytest.mark.parametrize("cloud", PRINTED)
def test_lifecycle(cloud: str, tmp_path: Path) -> None:
    simulation = Simulation("example", state_dir=tmp_path / "state", project=BOOTSTRAP / cloud)
    outcome = Lifecycle(simulation, lambda _: None).run()
    assert outcome.success, outcome.problem
    outputs = outcome.steps[1].outputs
    commands = str(outputs["commands"])
    for line in PRINTED[cloud]:
        assert line in commands
    # Each variable, ready to be run; the environments' rules; and each stack's state with its key.
    for name in set(outputs) - {"commands"}:
        assert f"gh variable set {name} " in commands
    assert f"environments/{cloud}-production/deployment-branch-policies -f name=main" in commands
    assert 'reviewers[][id]=$(gh api users/octocat --jq .id)"' in commands
    provider = outputs[f"{cloud.upper()}_SECRETS_PROVIDER"]
    assert f"pulumi stack init {cloud}-production --secrets-provider '{provider}'" in commands
