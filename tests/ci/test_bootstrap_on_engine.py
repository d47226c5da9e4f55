from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from simcloud.lifecycle import Lifecycle
from simcloud.run import Simulation
from tests.long import mostly_long

pytestmark = pytest.mark.engine

BOOTSTRAP = Path(__file__).parents[2] / "bootstrap"
PRINTED = {
    "aws": (
        "gh variable set AWS_DEPLOY_ROLE_AWS_DEV --repo example/rasa-platform --body 'arn:aws:iam::",
        "awskms:///arn:",
    ),
    "azure": (
        "pulumi config set --path 'rasa:cluster.admins[0]' servicePrincipal:",
        "gh variable set AZURE_BACKEND_URL_AZURE_DEV --repo example/rasa-platform --body 'azblob://",
        "azurekeyvault://",
    ),
    "gcp": (
        "gh variable set GCP_DEPLOY_PROVIDER_GCP_DEV --repo example/rasa-platform --body 'projects/1",
        "gcpkms://projects/",
    ),
}


@pytest.mark.parametrize("cloud", mostly_long(PRINTED, now=["aws"]))
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
    assert f"environments/{cloud}-dev/deployment-branch-policies -f name=main" in commands
    assert "environments/assistant/deployment-branch-policies -f name=main" in commands
    assert f"gh api -X PUT repos/example/rasa-platform/environments/{cloud}-dev-preview\n" in commands
    assert "reviewers" not in commands.replace("required_pull_request_reviews", "")
    provider = outputs[f"{cloud.upper()}_SECRETS_PROVIDER_{cloud.upper()}_DEV"]
    state = outputs[f"{cloud.upper()}_BACKEND_URL_{cloud.upper()}_DEV"]
    assert (
        f".venv/bin/python -m ci move-state {cloud}-dev --to '{state}' --secrets-provider '{provider}'"
        in commands.splitlines()
    )


def test_production_has_an_account_of_its_own_and_is_approved(tmp_path: Path) -> None:
    project = BOOTSTRAP / "aws"
    made = Simulation("example-production", state_dir=tmp_path / "state", project=project).up()
    assert made.success, made.errors
    lines = str(made.outputs["commands"]).splitlines()
    for environment in ("aws-production", "aws-production-preview"):
        (line,) = [one for one in lines if one.startswith("gh api -X PUT") and f"/{environment} " in one]
        assert 'reviewers[][id]=$(gh api users/octocat --jq .id)"' in line
    both = {"bootstrap-aws:environments": ["aws-dev", "aws-production"]}
    mixed = Simulation("example-production", state_dir=tmp_path / "mixed", project=project, config=both)
    refused = mixed.preview()
    assert not refused.success
    assert "production has an account of its own" in "\n".join(refused.errors)


def test_the_rule_that_protects_main_is_what_github_takes(tmp_path: Path) -> None:
    """`gh` is stood in for: it keeps its arguments and what it is handed."""
    gh = tmp_path / "gh"
    gh.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\ncase "$*" in *--input*) cat > {tmp_path}/rule;; esac\n'
    )
    gh.chmod(0o755)
    made = Simulation("example", state_dir=tmp_path / "state", project=BOOTSTRAP / "aws").up()
    commands = str(made.outputs["commands"])
    script = commands[: commands.index('cd "$(git')]
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    subprocess.run(["bash", "-euc", script], check=True, env=environment)
    assert "branches/main/protection --input -" in (tmp_path / "asked").read_text()
    rule = json.loads((tmp_path / "rule").read_text())
    # All four are required by the API (GitHub REST API, "Update branch protection").
    assert {
        "required_status_checks",
        "enforce_admins",
        "required_pull_request_reviews",
        "restrictions",
    } <= set(rule)
    assert rule["allow_force_pushes"] is False


STATES = {
    "aws": ("aws:s3/bucket:Bucket", "aws:kms/key:Key"),
    "azure": ("azure-native:storage:StorageAccount", "azure-native:keyvault:Key"),
    "gcp": ("gcp:storage/bucket:Bucket", "gcp:kms/cryptoKey:CryptoKey"),
}


@pytest.mark.parametrize("cloud", mostly_long(STATES, now=["azure"]))
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
    assert outputs[f"{cloud.upper()}_BACKEND_URL_{cloud.upper()}_DEV"] == "https://api.pulumi.com"
    assert outputs["PULUMI_ORGANIZATION"] == "acme"
    lines = str(outputs["commands"]).splitlines()
    provider = outputs[f"{cloud.upper()}_SECRETS_PROVIDER_{cloud.upper()}_DEV"]
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
