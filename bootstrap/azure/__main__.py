"""What the stacks on Azure stand on, made once: state, key of secrets, trust in the CI, two identities."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from components.stack.cloud_sdk import require_sdk

require_sdk("azure", "make -C ../.. environment CLOUD=azure")

import pulumi
import pulumi_azure_native as azure
import pulumi_random as random

from bootstrap.azure.identities import Identities, IdentitiesArgs
from bootstrap.azure.state import TAGS, StackKey, StackKeyArgs, State, StateArgs
from bootstrap.config import load
from bootstrap.outputs import Variables, backend_url, export_all
from bootstrap.tiers import tier
from components.stack.destroy_guard import DestroyGuard

config = pulumi.Config()
settings = load(config)
region, subscription = config.require("region"), config.require("subscription")

guard = DestroyGuard()
provider = azure.Provider("azure", location=region, subscription_id=subscription)
opts = pulumi.ResourceOptions(providers=[provider, random.Provider("random")])
group = azure.resources.ResourceGroup(
    "pulumi-state", tags=TAGS, opts=pulumi.ResourceOptions(provider=provider)
)
stacks = settings.asked.environments
people: list[str] = config.get_object("people") or []
identities = {
    stack: Identities(
        f"ci-{stack}",
        IdentitiesArgs(
            resource_group=group.name,
            subscription=subscription,
            trust=settings.trusts[stack],
            keeps_models=tier(stack) == "production",
        ),
        opts,
    )
    for stack in stacks
}
state = None
if settings.pulumi_cloud is None:
    state = State(
        "state",
        StateArgs(
            resource_group=group.name,
            resource_group_id=group.id,
            subscription=subscription,
            readers={stack: own.preview.principal_id for stack, own in identities.items()},
            people=people,
            protect=settings.protect,
        ),
        opts,
    )
url = backend_url(settings, state and state.url)


def variables_of(stack: str) -> Variables:
    """What the jobs of one stack must know."""
    own = identities[stack]
    users = {"preview": own.preview.principal_id, "deploy": own.deploy.principal_id}
    key = StackKey(
        f"secrets-{stack}",
        StackKeyArgs(
            subscription=subscription,
            tenant=own.tenant,
            users=users,
            people=people,
            protect=settings.protect,
        ),
        opts,
    )
    return {
        "AZURE_TENANT_ID": own.tenant,
        "AZURE_SUBSCRIPTION_ID": pulumi.Output.from_input(subscription),
        "AZURE_BACKEND_URL": url,
        "AZURE_SECRETS_PROVIDER": pulumi.Output.concat(
            "azurekeyvault://", key.vault, ".vault.azure.net/keys/", key.key
        ),
        "AZURE_PREVIEW_CLIENT_ID": own.preview.client_id,
        "AZURE_DEPLOY_CLIENT_ID": own.deploy.client_id,
    }


# Azure lets nobody into a cluster for having made it.
admins = {
    stack: pulumi.Output.concat("servicePrincipal:", own.deploy.principal_id)
    for stack, own in identities.items()
}
export_all(settings, url, {stack: variables_of(stack) for stack in stacks}, admins)

# `pulumi destroy` begins here, and ends here while the states are protected.
guard.close("deletionProtection", protected=settings.protect)
