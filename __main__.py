"""Rasa Pro in production, on the cloud that the stack's config names: the table of contents.

Settings (stacks/Pulumi.<stack>.yaml) choose, for each dependency, where it comes from; the wiring brings them
up and hands out connections; the assistant is installed with nothing but those connections.
"""

from __future__ import annotations

import pulumi

from components.installation import install_assistant
from components.settings import load
from components.tags import stack_tags
from components.wiring import build_platform

stack = pulumi.get_stack()

# What the stack file says, with every mistake in it reported at once.
settings = load()
tags = stack_tags(project=pulumi.get_project(), stack=stack, profile=settings.profile, extra=settings.tags)

# Network, cluster and the dependencies: model storage, lock store, tracker store, event broker, Vault, NLG.
platform = build_platform(settings, tags)

# Rasa Pro itself, with its Helm chart.
assistant = install_assistant(settings, platform, stack=stack)

# For people and for the assistant's own pipeline.
pulumi.export("kubeconfig", platform.cluster.kubeconfig)
pulumi.export("endpoints", assistant.endpoints_yaml)
pulumi.export("url", assistant.url)
pulumi.export("namespace", settings.namespace)
