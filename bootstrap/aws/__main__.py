"""What the stacks on AWS stand on, made once: state, trust in the CI, a key and two identities a stack."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from components.stack.cloud_sdk import require_sdk

require_sdk("aws", "make -C ../.. environment CLOUD=aws")

import pulumi
import pulumi_aws as aws

from bootstrap.aws.identities import Identities, IdentitiesArgs, create_issuer
from bootstrap.aws.state import State, StateArgs
from bootstrap.config import load
from bootstrap.outputs import Variables, backend_url, export_all
from components.stack.destroy_guard import DestroyGuard

config = pulumi.Config()
settings = load(config)
region = config.require("region")

guard = DestroyGuard()
provider = aws.Provider(
    "aws",
    region=region,
    default_tags=aws.ProviderDefaultTagsArgs(tags={"managed-by": "pulumi", "project": "bootstrap"}),
)
opts = pulumi.ResourceOptions(providers=[provider])
stacks = settings.asked.environments
state = State(
    "state", StateArgs(protect=settings.protect, stacks=stacks, bucket=settings.pulumi_cloud is None), opts
)
issuer_arn = create_issuer(
    "ci", next(iter(settings.trusts.values())), pulumi.ResourceOptions(provider=provider)
)
url = backend_url(
    settings,
    state.bucket and pulumi.Output.concat("s3://", state.bucket, "?region=", region, "&awssdk=v2"),
)


def variables_of(stack: str) -> Variables:
    """What the jobs of one stack must know."""
    identities = Identities(
        f"ci-{stack}",
        IdentitiesArgs(
            issuer_arn=issuer_arn,
            trust=settings.trusts[stack],
            bucket_arn=state.bucket_arn,
            bucket_key_arn=state.bucket_key_arn,
            key_arn=state.key_arns[stack],
        ),
        opts,
    )
    return {
        "AWS_REGION": pulumi.Output.from_input(region),
        "AWS_BACKEND_URL": url,
        "AWS_SECRETS_PROVIDER": pulumi.Output.concat("awskms:///", state.key_arns[stack], "?region=", region),
        "AWS_PREVIEW_ROLE": identities.preview_arn,
        "AWS_DEPLOY_ROLE": identities.deploy_arn,
    }


export_all(settings, url, {stack: variables_of(stack) for stack in stacks})

# `pulumi destroy` begins here, and ends here while the states are protected.
guard.close("deletionProtection", protected=settings.protect)
