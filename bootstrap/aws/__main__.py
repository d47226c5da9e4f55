"""What the stacks on AWS stand on, made once: state, key of its secrets, trust in the CI, two identities."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from components.stack.cloud_sdk import require_sdk

require_sdk("aws", "make -C ../.. environment CLOUD=aws")

import pulumi
import pulumi_aws as aws

from bootstrap.aws.identities import Identities, IdentitiesArgs
from bootstrap.aws.state import State, StateArgs
from bootstrap.config import load
from bootstrap.outputs import backend_url, commands, in_pulumi_cloud

config = pulumi.Config()
settings = load(config)
region = config.require("region")

provider = aws.Provider(
    "aws",
    region=region,
    default_tags=aws.ProviderDefaultTagsArgs(tags={"managed-by": "pulumi", "project": "bootstrap"}),
)
opts = pulumi.ResourceOptions(providers=[provider])
state = State("state", StateArgs(protect=settings.protect, bucket=settings.pulumi_cloud is None), opts)
identities = Identities(
    "ci",
    IdentitiesArgs(trust=settings.trust, bucket_arn=state.bucket_arn, key_arn=state.key_arn),
    opts,
)

secrets_provider = pulumi.Output.concat("awskms:///", state.key_arn, "?region=", region)
variables = {
    "AWS_REGION": pulumi.Output.from_input(region),
    "AWS_BACKEND_URL": backend_url(
        settings,
        state.bucket and pulumi.Output.concat("s3://", state.bucket, "?region=", region, "&awssdk=v2"),
    ),
    "AWS_SECRETS_PROVIDER": secrets_provider,
    "AWS_PREVIEW_ROLE": identities.preview_arn,
    "AWS_DEPLOY_ROLE": identities.deploy_arn,
    **in_pulumi_cloud(settings),
}
for name, value in variables.items():
    pulumi.export(name, value)
pulumi.export("commands", commands(settings, variables, secrets_provider))
