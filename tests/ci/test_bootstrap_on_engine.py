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
    state = outputs[f"{cloud.upper()}_BACKEND_URL"]
    assert (
        f".venv/bin/python -m ci move-state {cloud}-production --to '{state}' --secrets-provider '{provider}'"
        in commands.splitlines()
    )


STATES = {
    "aws": ("aws:s3/bucket:Bucket", "aws:kms/key:Key"),
    "azure": ("azure-native:storage:StorageAccount", "azure-native:keyvault:Key"),
    "gcp": ("gcp:storage/bucket:Bucket", "gcp:kms/cryptoKey:CryptoKey"),
}


@pytest.mark.parametrize("cloud", STATES)
def test_pulumi_cloud_keeps_the_states(cloud: str, tmp_path: Path) -> None:
    """Identities and key are made, no bucket; whose word Pulumi Cloud must take is printed."""
    simulation = Simulation(
        "example",
        state_dir=tmp_path / "state",
        project=BOOTSTRAP / cloud,
        config={f"bootstrap-{cloud}:pulumiOrganization": "acme"},
    )
    outcome = simulation.up()
    assert outcome.success, outcome.errors
    bucket, key = STATES[cloud]
    types = [resource["type"] for resource in simulation.workspace.resources()]
    assert bucket not in types
    assert key in types
    outputs = outcome.outputs
    assert outputs[f"{cloud.upper()}_BACKEND_URL"] == "https://api.pulumi.com"
    assert outputs["PULUMI_ORGANIZATION"] == "acme"
    lines = str(outputs["commands"]).splitlines()
    provider = outputs[f"{cloud.upper()}_SECRETS_PROVIDER"]
    assert (
        f"PULUMI_ORGANIZATION=acme .venv/bin/python -m ci move-state {cloud}-dev --to 'https://api.pulumi.com'"
        f" --secrets-provider '{provider}'" in lines
    )
    assert "gh variable set PULUMI_ORGANIZATION --repo example/rasa-platform --body 'acme'" in lines
    assert any("register https://token.actions.githubusercontent.com" in line for line in lines)
    assert any(
        line.endswith(
            f"aud=urn:pulumi:org:acme sub=repo:example@1234567/rasa-platform@7654321:environment:{cloud}-dev"
        )
        for line in lines
    )
