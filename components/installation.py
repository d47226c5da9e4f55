"""Rasa Pro on the platform: settings → the assistant's args, and the provider it is installed with."""

from __future__ import annotations

import pulumi_kubernetes as kubernetes
import pulumi_random as random
from pulumi import ProviderResource, ResourceOptions

from components.protocols import Profile
from components.rasa.args import AssistantArgs, Chart, Image
from components.rasa.assistant import Assistant
from components.settings import Settings, secret
from components.wiring import Platform

REPLICAS: dict[Profile, int] = {"dev": 1, "production": 2}
"""Pods where the settings do not say: production survives the loss of one."""


def install_assistant(settings: Settings, platform: Platform, *, stack: str) -> Assistant:
    """Install Rasa Pro with its chart into the platform's cluster."""
    cluster = kubernetes.Provider(
        "cluster",
        kubeconfig=platform.cluster.kubeconfig,
        enable_server_side_apply=True,
        # A cluster that is gone takes its objects along; without this a destroy could never finish.
        delete_unreachable=True,
        # An access entry that is missing would refuse the login.
        opts=ResourceOptions(depends_on=list(platform.cluster.ready)),
    )
    providers: list[ProviderResource] = [cluster, random.Provider("assistant-random")]
    return Assistant("rasa", _args(settings, platform, stack), ResourceOptions(providers=providers))


def _args(settings: Settings, platform: Platform, stack: str) -> AssistantArgs:
    assistant = settings.assistant
    return AssistantArgs(
        cluster=platform.cluster,
        model_storage=platform.model_storage,
        lock_store=platform.lock_store,
        tracker_store=platform.tracker_store,
        event_broker=platform.event_broker,
        secrets_manager=platform.secrets_manager,
        nlg=platform.nlg_server,
        profile=settings.profile,
        size=settings.size_of(assistant),
        environment=stack,
        model=assistant.model,
        replicas=assistant.replicas or REPLICAS[settings.profile],
        workers=assistant.workers,
        license=secret(settings.license),
        llm_keys={name: secret(key) for name, key in settings.llm_keys.items()},
        credentials=assistant.credentials,
        extra_endpoints=assistant.extra_endpoints,
        cors=assistant.cors,
        chart=Chart(**assistant.chart.model_dump()),
        image=Image(**assistant.image.model_dump()),
    )
