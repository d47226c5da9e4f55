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
from bootstrap.outputs import backend_url, commands, in_pulumi_cloud

config = pulumi.Config()
settings = load(config)
region, project = config.require("region"), config.require("project")

provider = gcp.Provider(
    "gcp",
    project=project,
    region=region,
    default_labels={"managed-by": "pulumi", "project": "bootstrap"},
)
opts = pulumi.ResourceOptions(providers=[provider, random.Provider("random")])
identities = Identities("ci", IdentitiesArgs(project=project, trust=settings.trust), opts)
state = State(
    "pulumi-state",
    StateArgs(
        project=project,
        region=region,
        readers={"preview": identities.preview.member},
        writers={"deploy": identities.deploy.member},
        people=config.get_object("people") or [],
        protect=settings.protect,
        bucket=settings.pulumi_cloud is None,
    ),
    opts,
)

secrets_provider = pulumi.Output.concat("gcpkms://", state.key_id)
variables = {
    "GCP_PROJECT": pulumi.Output.from_input(project),
    "GCP_BACKEND_URL": backend_url(settings, state.bucket and pulumi.Output.concat("gs://", state.bucket)),
    "GCP_SECRETS_PROVIDER": secrets_provider,
    "GCP_PREVIEW_PROVIDER": identities.preview_provider,
    "GCP_PREVIEW_ACCOUNT": identities.preview.email,
    "GCP_DEPLOY_PROVIDER": identities.deploy_provider,
    "GCP_DEPLOY_ACCOUNT": identities.deploy.email,
    **in_pulumi_cloud(settings),
}
for name, value in variables.items():
    pulumi.export(name, value)
pulumi.export("commands", commands(settings, variables, secrets_provider))
