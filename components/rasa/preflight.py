"""The Job that tries everything Rasa needs, with Rasa's own code, before Rasa is installed or changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pulumi import ComponentResource, Input, Output, Resource, ResourceOptions

from components.contract.cluster import NAME_LABEL, PREFLIGHT
from components.contract.connections import ModelServer
from components.kubernetes.documents import Block, as_yaml
from components.kubernetes.script_job import (
    JOBS,
    Place,
    ScriptJob,
    ScriptPod,
    digest,
    environment,
    scripts_of,
)
from components.rasa.args import AssistantArgs
from components.rasa.connections import Environment
from components.rasa.connections.model_storage import model_arguments
from components.rasa.pod import PodObjects, mounts, pod_variables
from components.rasa.spec import variables

MODULES = sorted(str(path.relative_to(JOBS)) for path in (JOBS / "preflight").glob("[a-z]*.py"))
KEYS = Path(__file__).parent / "spec" / "endpoint_keys.py"
"""The table of keys that `endpoints.py` is checked against: in the pod it lies beside the package."""
MOUNT = "/etc/preflight"
WORKING_DIRECTORY = "/app"
"""Rasa's own, where it looks for endpoints.yml, for models and for an operator's classes."""
ENDPOINTS = "endpoints.yml"
LICENSES = (variables.LICENSE, variables.LICENSE_TODAY)
"""What the chart, and `values.py` beside it, add to Rasa's environment for the licence."""
ATTEMPTS = 2
DEADLINE_SECONDS = 900
"""The checks take half a minute of it."""
RESOURCES: Block = {"requests": {"cpu": "1", "memory": "1536Mi"}, "limits": {"memory": "1536Mi"}}
"""Rasa's classes take 450 MB, which the checks, a process each, share for the most part."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PreflightArgs:
    """What is going to be installed."""

    assistant: AssistantArgs
    endpoints: Block
    """endpoints.yml."""
    environment: Environment
    namespace: Input[str]
    made: PodObjects
    ready: tuple[Resource, ...]
    """What must exist before a pod can start and reach the servers, as for Rasa itself."""


class Preflight(ComponentResource):
    """Runs `jobs/preflight` as Rasa: same identity, environment, files, side-car and image.

    If a check fails, so does `pulumi up`, before the release is touched; the pod's termination message, which
    the provider adds to its error, names each check with its remedy. The Job's name carries a hash of all
    that it checks: it runs again when something has changed, and, by `replaceUnready`, when it failed. It
    stays after it is done, for the next refresh would find it gone. It does not judge how well servers work,
    and it does not load the model: that is what readiness waits for.
    """

    def __init__(self, name: str, args: PreflightArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:rasa:Preflight", name, {}, opts)
        scripts = scripts_of("preflight/__main__.py", *MODULES)
        checked = {
            **scripts.texts,
            KEYS.name: KEYS.read_text(encoding="utf-8"),
            ENDPOINTS: as_yaml(args.endpoints),
        }
        place = Place(namespace=args.namespace, parent=self)
        made = place.config_map(f"{name}-files", checked)
        files: Block = {"name": made, "items": scripts.items(KEYS.name, ENDPOINTS)}
        pod = _pod(args, files)
        job = ScriptJob(
            pod=pod,
            labels={**args.assistant.cluster.rasa.pod_labels, NAME_LABEL: PREFLIGHT},
            attempts=ATTEMPTS,
            deadline_seconds=DEADLINE_SECONDS,
        )
        run = Output.concat(f"{name}-", _hash(args, checked, pod.spec()))
        place.job(name, job, ready=args.ready, object_name=run)
        self.register_outputs({})


def _pod(args: PreflightArgs, files: Block) -> ScriptPod:
    mounted = mounts(args.assistant, args.made)
    endpoints: Block = {
        "name": "preflight",
        "mountPath": f"{WORKING_DIRECTORY}/{ENDPOINTS}",
        "subPath": ENDPOINTS,
        "readOnly": True,
    }
    return ScriptPod(
        name="preflight",
        image=args.assistant.image.name,
        script=MOUNT,
        arguments=_arguments(args),
        working_directory=WORKING_DIRECTORY,
        service_account=args.made.service_account,
        environment=(*_set_by_chart(args), *pod_variables(args.environment, args.made.secret)),
        mounts=({"name": "preflight", "mountPath": MOUNT, "readOnly": True}, endpoints, *mounted.mounts),
        volumes=({"name": "preflight", "configMap": files}, *mounted.volumes),
        side_cars=mounted.side_cars,
        owner=mounted.owner,
        resources=RESOURCES,
    )


def _arguments(args: PreflightArgs) -> list[str]:
    assistant = args.assistant
    secrets = {*args.environment.secret, *LICENSES, *args.made.logins}
    given = ["--secret-variables", ",".join(sorted(secrets))]
    if assistant.model_sha256 and not isinstance(assistant.model_storage, ModelServer):
        given += ["--sha256", assistant.model_sha256]
    if assistant.warn_only:
        given += ["--warn-only", ",".join(assistant.warn_only)]
    return [*given, *model_arguments(assistant.model_storage, assistant.model)]


def _set_by_chart(args: PreflightArgs) -> Iterator[Block]:
    """What the chart, and `values.py` beside it, put into Rasa's pod: endpoints.yml may refer to it."""
    plain = {"RASA_ENVIRONMENT": args.assistant.environment, "RASA_TELEMETRY_ENABLED": "false"}
    secrets = {**args.made.logins, **dict.fromkeys(LICENSES, args.made.license)}
    yield from environment(plain, secrets)


def _hash(args: PreflightArgs, checked: Mapping[str, Input[str]], pod: Block) -> Output[str]:
    """Ten digits over everything that a check could see: files, environment, secrets, identity, image."""
    made, identity = args.made, args.assistant.cluster.rasa
    content: dict[str, Input[str]] = {
        **checked,
        **{f"annotation {key}": value for key, value in identity.annotations.items()},
        "secrets": made.secrets_digest,
        "files": made.files_digest,
        "pod": Output.from_input(cast("Mapping[str, object]", pod)).apply(json.dumps),
    }
    return digest(content).apply(lambda whole: whole[:10])
