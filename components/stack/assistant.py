"""Rasa Pro on the platform: settings → the assistant's args."""

from __future__ import annotations

from dataclasses import replace

import pulumi_random as random
from pulumi import ProviderResource, ResourceOptions

from components.config import http_api as h
from components.config.capacity import assistant_replicas
from components.config.first_model import first_model
from components.config.model import secret
from components.config.model_storage import ManagedModelStorage
from components.config.pod_files import contents
from components.config.settings import Settings
from components.contract.images import RASA
from components.contract.provider import FirstModel
from components.rasa.args import ApiLogin, AssistantArgs
from components.rasa.assistant import Assistant
from components.rasa.spec.versions import Image
from components.stack.ingress import callers, further_egress, managed_stores
from components.stack.platform import Platform


def install_assistant(settings: Settings, platform: Platform, *, stack: str) -> Assistant:
    """Install Rasa Pro with its chart into the platform's cluster."""
    providers: list[ProviderResource] = [platform.access.provider, random.Provider("assistant-random")]
    return Assistant("rasa", _args(settings, platform, stack), ResourceOptions(providers=providers))


def _upload(settings: Settings) -> FirstModel | None:
    """The model that a Job has to upload; a bucket that the stack makes gets an object instead."""
    storage = settings.model_storage
    managed = isinstance(storage, ManagedModelStorage)
    return None if managed else first_model(settings.assistant, storage, settings.namespace)


def _model_digest(settings: Settings) -> str:
    """SHA-256 of the model that is to be served; "" if it is not known."""
    if settings.assistant.sha256 is not None:
        return settings.assistant.sha256
    first = first_model(settings.assistant, settings.model_storage, settings.namespace)
    return "" if first is None else first.sha256


def _api(block: h.ApiLogin) -> ApiLogin:
    token = None if block.token is None else secret(block.token)
    if block.jwt is None:
        return ApiLogin(token=token)
    return ApiLogin(token=token, jwt_key=block.jwt.key, jwt_method=block.jwt.method)


def _args(settings: Settings, platform: Platform, stack: str) -> AssistantArgs:
    assistant = settings.assistant
    least, most = assistant_replicas(assistant, settings.profile)
    return AssistantArgs(
        cluster=platform.access.cluster,
        namespace=platform.access.namespace,
        model_storage=platform.model_storage,
        lock_store=platform.lock_store,
        tracker_store=platform.tracker_store,
        event_broker=platform.event_broker,
        secrets_manager=platform.secrets_manager,
        nlg=platform.nlg_server,
        companions=platform.companions,
        profile=settings.profile,
        size=settings.size_of(assistant),
        cpu=assistant.cpu,
        memory=assistant.memory,
        environment=stack,
        model=assistant.model,
        model_sha256=_model_digest(settings),
        replicas=least,
        most_replicas=most,
        workers=assistant.workers,
        license=secret(settings.license),
        llm_keys={name: secret(key) for name, key in settings.llm_keys.items()},
        api=_api(assistant.api),
        files=contents(assistant.files),
        variables=assistant.variables,
        log_level=assistant.log_level,
        credentials=assistant.credentials,
        extra_endpoints=assistant.extra_endpoints,
        cors=assistant.cors,
        upload=_upload(settings),
        warn_only=settings.preflight.warn_only,
        managed=managed_stores(settings),
        callers=tuple(callers(settings, platform.access.cluster)),
        service_labels=settings.pods.services.labels,
        further_egress=further_egress(settings),
        chart=replace(RASA, **assistant.chart.model_dump()),
        image=Image(**assistant.image.model_dump()),
    )
