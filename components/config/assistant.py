"""The assistant, its topics, preflight and alarms in the stack file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, cast

from pydantic import ConfigDict, Field, field_validator, model_validator

from components.config.ca_bundle import CaBundle
from components.config.http_api import ApiLogin
from components.config.model import Model
from components.config.patterns import CPU, DIGEST, MEMORY, MODEL, SHA256, TOPIC
from components.config.pod_files import PodFile
from components.contract.images import RASA_CHART, RASA_CHART_VERSION, RASA_REPOSITORY, RASA_TAG
from components.contract.terms import LogLevel, Size
from components.rasa.spec.versions import Check


class Image(Model):
    """A container image."""

    repository: str = RASA_REPOSITORY
    """Registry and name."""
    tag: str = RASA_TAG
    """Tag; the assistant must have been trained with the same version."""
    digest: str | None = Field(default=None, pattern=DIGEST)
    """sha256:…, which pins the image whatever its tag comes to mean."""


class Chart(Model):
    """A Helm chart."""

    ref: str = RASA_CHART
    """OCI reference, local path, or name in `repository`."""
    version: str = RASA_CHART_VERSION
    """Version of the chart; docs/upgrading.md says which work."""
    repository: str | None = None
    """URL of a classic chart repository."""


UPLOAD = re.compile(r"(^|/)(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\.tar\.gz$")


def _model_or_upload(schema: dict[str, Any]) -> None:
    """Either of the two keys names the model."""
    del schema["required"]
    schema["anyOf"] = [{"required": ["model"]}, {"required": ["upload"]}]


class Assistant(Model):
    """Rasa Pro itself and the assistant that it serves."""

    model_config = ConfigDict(json_schema_extra=_model_or_upload)

    model: str = Field(pattern=MODEL)
    """Name of the trained model in the model storage, with or without .tar.gz; never "latest".
    By default the one that `upload` names."""
    sha256: str | None = Field(default=None, pattern=SHA256)
    """SHA-256 of the model's file, in hexadecimal digits; a release writes it. The preflight stops `up` where
    the model in the storage is another. By default, of what `upload` names."""
    upload: str | None = None
    """File of the first model, relative to the project: models/assistant-1.0.0.tar.gz.
    The stack puts it where Rasa reads models, as long as `model` is unset or names it."""
    replicas: int | None = Field(default=None, ge=1, le=50)
    """Pods at least; by default 1 in dev and 2 in production."""
    max_replicas: int | None = Field(default=None, ge=1, le=100)
    """Pods at most, between which CPU decides; by default twice as many in production, and as many in dev."""
    workers: int = Field(default=1, ge=1, le=8)
    """Sanic workers in each pod; each loads the model and has its own database connections."""
    size: Size | None = None
    """small, medium or large: CPU and memory of each pod."""
    cpu: str | None = Field(default=None, pattern=CPU)
    """CPU that each pod asks for, in place of what `size` stands for; no pod has a limit."""
    memory: str | None = Field(default=None, pattern=MEMORY)
    """Memory that each pod asks for, and has at the most, in place of what `size` stands for."""
    cors: tuple[str, ...] = ()
    """Origins that may call the HTTP API from a browser; "*" is refused in production."""
    credentials: dict[str, Any] = Field(default_factory=lambda: {"rest": {}})
    """credentials.yml: the channels; secrets in it as ${VARIABLE}."""
    extra_endpoints: dict[str, Any] = Field(default_factory=dict[str, Any])
    """Further keys for endpoints.yml, merged last; only keys that Rasa Pro reads."""
    variables: dict[str, str] = Field(default_factory=dict[str, str])
    """Environment variables of Rasa Pro's pods that anybody may read, such as HTTPS_PROXY and NO_PROXY;
    secret ones are in rasa:llmKeys."""
    files: dict[str, PodFile] = Field(default_factory=dict[str, PodFile])
    """Path in Rasa's pod → file of the project, such as stacks/words.txt, or {configMapName, key}; or of a
    secret file {content}, its text set with --secret, or {secretName, key}."""
    api: ApiLogin = ApiLogin()
    """How callers log in to the HTTP API."""
    ca_bundle: CaBundle | None = None
    """PEM of a company's own authorities, which Rasa Pro, its Jobs, the analytics and the servers from an
    image trust beside the public ones; or {configMapName, key} or {secretName, key} of a PEM that holds
    both."""
    log_level: LogLevel = "info"
    """debug, info, warning or error; debug writes what people say into the log."""
    image: Image = Image()
    """The Rasa Pro image."""
    chart: Chart = Chart()
    """The Helm chart that installs it."""

    @field_validator("upload")
    @classmethod
    def _upload_is_a_model(cls, upload: str | None) -> str | None:
        if upload is not None and uploaded_name(upload) is None:
            raise ValueError(
                f"{upload!r} is no model's file; accepted: a path that ends in <name>.tar.gz, the name of "
                "letters, digits, '.', '_' and '-', such as models/assistant-1.0.0.tar.gz"
            )
        return upload

    @model_validator(mode="before")
    @classmethod
    def _named_by_its_file(cls, block: object) -> object:
        """Without `model`, the uploaded model is called like its file."""
        if not isinstance(block, Mapping):
            return block
        given = cast("Mapping[str, object]", block)
        upload = given.get("upload")
        if "model" in given or not isinstance(upload, str):
            return given
        # An impossible file has one message of its own, and no second one about the name.
        return {**given, "model": uploaded_name(upload) or "none"}


def uploaded_name(upload: str) -> str | None:
    """What a model that comes from this file is called; None if no model can come from it."""
    found = UPLOAD.search(upload)
    return found["name"] if found else None


class Preflight(Model):
    """The Job that tries every connection with Rasa Pro's own code before Rasa Pro is installed."""

    warn_only: tuple[Check, ...] = ()
    """Checks whose failure only warns: endpoints, identity, secrets_manager, tracker_store, lock_store,
    timer_store, event_broker, model, nlg, action_endpoint."""


class Topics(Model):
    """Kafka topics by what they are for."""

    events: str = Field(default="rasa-events", pattern=TOPIC)
    """Every conversation event."""
    analytics_dead_letter: str = Field(default="rasa-analytics-dlq", pattern=TOPIC)
    """What the analytics could not process."""
    anonymized: tuple[Annotated[str, Field(pattern=TOPIC)], ...] = Field(default=(), max_length=8)
    """For every event once more, without the personal data that `assistant.extraEndpoints.privacy` names.
    Kafka alone, at a price: docs/rasa-pro.md, Events without personal data."""

    def by_path(self) -> dict[str, str]:
        """Each topic by its place in the stack file."""
        single = {"events": self.events, "analyticsDeadLetter": self.analytics_dead_letter}
        further = {f"anonymized[{index}]": topic for index, topic in enumerate(self.anonymized)}
        return {f"rasa:topics.{key}": topic for key, topic in (single | further).items()}


class Alarms(Model):
    """Who is told."""

    target: str | None = None
    """SNS topic ARN, Azure action group id or Google notification channel; without one alarms are silent."""
