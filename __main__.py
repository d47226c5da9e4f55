"""Rasa Pro in production, on the cloud that the stack's config names: the table of contents.

Settings (stacks/Pulumi.<stack>.yaml) choose, for each dependency, where it comes from; the platform brings
them up and hands out connections; the assistant is installed with nothing but those connections.
"""

from __future__ import annotations

import pulumi

from components.config import notices
from components.config.load import load
from components.config.preview import check_existing_cluster
from components.stack.assistant import install_assistant
from components.stack.cloud_sdk import require_sdk
from components.stack.ingress import open_ingress
from components.stack.outputs import export_outputs
from components.stack.platform import build_platform
from components.stack.pods import settle_pods
from components.stack.registrations import begin_registrations
from components.stack.safeguards import Safeguards
from components.stack.tags import stack_tags
from components.stack.transforms import register_transforms

stack = pulumi.get_stack()

# What the stack file says, with every mistake in it reported at once.
settings = load()
require_sdk(settings.cloud, f"make environment STACK={stack}")
check_existing_cluster(settings)
notices.say(settings)
tags = stack_tags(project=pulumi.get_project(), stack=stack, profile=settings.profile, extra=settings.tags)

# A company's own rules, through which everything goes that follows.
register_transforms(settings.transforms, pulumi.runtime.register_resource_transform)

# What the stack is, compared with what runs before anything else begins.
safeguards = Safeguards(settings, stack=stack)

# Where the images and charts of all that follows come from, and where its pods run.
settle_pods(settings)

# Network, cluster and the dependencies: model storage, lock store, tracker store, event broker, Vault, NLG.
platform = build_platform(settings, tags, stack=stack)

# Rasa Pro itself, with its Helm chart.
assistant = install_assistant(settings, platform, stack=stack)

# The ingress, where there is one.
url = open_ingress(settings, platform, assistant)

# For people, for the assistant's own pipeline, and for other stacks.
export_outputs(settings, platform, assistant, url, stack=stack)

# `pulumi destroy` begins here, and ends here where the stack is protected.
safeguards.close()

# The engine hears of all of it at once.
begin_registrations()
