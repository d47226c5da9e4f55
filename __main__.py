"""Rasa Pro in production, on the cloud that the stack's config names: the table of contents.

Settings (stacks/Pulumi.<stack>.yaml) choose, for each dependency, where it comes from; the wiring brings them
up and hands out connections; the assistant is installed with nothing but those connections.
"""

from __future__ import annotations

import pulumi

from components.cloud_sdk import require_sdk
from components.first_model import warn_of_unused_upload
from components.ingress_classes import warn_of_unknown_ingress_class
from components.installation import install_assistant
from components.outputs import export_outputs
from components.reach import warn_if_cluster_is_silent
from components.settings import load
from components.storage_classes import refuse_unknown_storage_classes
from components.tags import stack_tags
from components.way_in import open_way_in
from components.wiring import build_platform

stack = pulumi.get_stack()

# What the stack file says, with every mistake in it reported at once.
settings = load()
require_sdk(settings.cloud, f"make environment STACK={stack}")
warn_if_cluster_is_silent(settings)
refuse_unknown_storage_classes(settings)
warn_of_unknown_ingress_class(settings)
warn_of_unused_upload(settings.assistant)
tags = stack_tags(project=pulumi.get_project(), stack=stack, profile=settings.profile, extra=settings.tags)

# Network, cluster and the dependencies: model storage, lock store, tracker store, event broker, Vault, NLG.
platform = build_platform(settings, tags)

# Rasa Pro itself, with its Helm chart.
assistant = install_assistant(settings, platform, stack=stack)

# The way in from outside, where there is one.
url = open_way_in(settings, platform, assistant)

# For people, for the assistant's own pipeline, and for other stacks.
export_outputs(settings, platform, assistant, url, stack=stack)
