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
from bootstrap.azure.state import TAGS, State, StateArgs
from bootstrap.config import load
from bootstrap.outputs import backend_url, commands, in_pulumi_cloud

config = pulumi.Config()
settings = load(config)
region, subscription = config.require("region"), config.require("subscription")

provider = azure.Provider("azure", location=region, subscription_id=subscription)
opts = pulumi.ResourceOptions(providers=[provider, random.Provider("random")])
group = azure.resources.ResourceGroup(
    "pulumi-state", tags=TAGS, opts=pulumi.ResourceOptions(provider=provider)
)
identities = Identities(
    "ci",
    IdentitiesArgs(resource_group=group.name, subscription=subscription, trust=settings.trust),
    opts,
)
state = State(
    "state",
    StateArgs(
        resource_group=group.name,
        resource_group_id=group.id,
        subscription=subscription,
        tenant=identities.tenant,
        readers={"preview": identities.preview.principal_id},
        writers={"deploy": identities.deploy.principal_id},
        people=config.get_object("people") or [],
        protect=settings.protect,
        bucket=settings.pulumi_cloud is None,
    ),
    opts,
)

secrets_provider = pulumi.Output.concat("azurekeyvault://", state.vault, ".vault.azure.net/keys/", state.key)
variables = {
    "AZURE_TENANT_ID": identities.tenant,
    "AZURE_SUBSCRIPTION_ID": pulumi.Output.from_input(subscription),
    "AZURE_BACKEND_URL": backend_url(settings, state.url),
    "AZURE_SECRETS_PROVIDER": secrets_provider,
    "AZURE_PREVIEW_CLIENT_ID": identities.preview.client_id,
    "AZURE_DEPLOY_CLIENT_ID": identities.deploy.client_id,
    **in_pulumi_cloud(settings),
}
for name, value in variables.items():
    pulumi.export(name, value)
# Azure lets nobody into a cluster for having made it.
admin = pulumi.Output.concat("servicePrincipal:", identities.deploy.principal_id)
pulumi.export("commands", commands(settings, variables, secrets_provider, cluster_admin=admin))
