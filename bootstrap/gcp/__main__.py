"""What the stacks on Google Cloud stand on, made once: state, key of secrets, trust in the CI, identities."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from components.stack.cloud_sdk import require_sdk

require_sdk("gcp", "make -C ../.. environment CLOUD=gcp")

import pulumi
import pulumi_gcp as gcp
import pulumi_random as random

from bootstrap.config import load
from bootstrap.gcp.identities import Identities, IdentitiesArgs
from bootstrap.gcp.state import State, StateArgs
from bootstrap.outputs import Variables, backend_url, export_all
from bootstrap.tiers import tier
from components.stack.destroy_guard import DestroyGuard

config = pulumi.Config()
settings = load(config)
region, project = config.require("region"), config.require("project")

guard = DestroyGuard()
provider = gcp.Provider(
    "gcp",
    project=project,
    region=region,
    default_labels={"managed-by": "pulumi", "project": "bootstrap"},
)
opts = pulumi.ResourceOptions(providers=[provider, random.Provider("random")])
stacks = settings.asked.environments
identities = {
    stack: Identities(
        f"ci-{stack}",
        IdentitiesArgs(
            project=project, trust=settings.trusts[stack], keeps_models=tier(stack) == "production"
        ),
        opts,
    )
    for stack in stacks
}
state = State(
    "pulumi-state",
    StateArgs(
        project=project,
        region=region,
        readers={stack: own.preview.member for stack, own in identities.items()},
        writers={stack: own.deploy.member for stack, own in identities.items()},
        people=config.get_object("people") or [],
        protect=settings.protect,
        bucket=settings.pulumi_cloud is None,
    ),
    opts,
)
url = backend_url(settings, state.bucket and pulumi.Output.concat("gs://", state.bucket))


def variables_of(stack: str) -> Variables:
    """What the jobs of one stack must know."""
    own = identities[stack]
    return {
        "GCP_PROJECT": pulumi.Output.from_input(project),
        "GCP_BACKEND_URL": url,
        "GCP_SECRETS_PROVIDER": pulumi.Output.concat("gcpkms://", state.key_ids[stack]),
        "GCP_PREVIEW_PROVIDER": own.preview_provider,
        "GCP_PREVIEW_ACCOUNT": own.preview.email,
        "GCP_DEPLOY_PROVIDER": own.deploy_provider,
        "GCP_DEPLOY_ACCOUNT": own.deploy.email,
    }


export_all(settings, url, {stack: variables_of(stack) for stack in stacks})

# `pulumi destroy` begins here, and ends here while the states are protected.
guard.close("deletionProtection", protected=settings.protect)
