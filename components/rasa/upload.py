"""The Job that puts the first model where Rasa reads models, where the stack makes no bucket of its own."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from pulumi import ComponentResource, Input, Output, Resource, ResourceOptions

from components.contract.cluster import MODEL_UPLOAD, NAME_LABEL
from components.contract.connections import Volume
from components.contract.provider import FirstModel
from components.kubernetes.documents import Block
from components.kubernetes.script_job import Place, ScriptJob, ScriptPod, scripts_of
from components.rasa.args import AssistantArgs
from components.rasa.connections import Rendered, environment_of
from components.rasa.connections.model_storage import model_arguments
from components.rasa.pod import PodObjects, group_of, mounts, pod_variables

SCRIPTS = ("model_upload/__main__.py", "preflight/report.py")
MOUNT, PARTS, MODELS = "/etc/model-upload", "/etc/model-parts", "/app/models"
PART_BYTES = 1_000_000
"""A ConfigMap holds 1 MiB, its names and marks included (Kubernetes documentation, "ConfigMaps")."""
ATTEMPTS = 2
DEADLINE_SECONDS = 900
RESOURCES: Block = {"requests": {"cpu": "250m", "memory": "1Gi"}, "limits": {"memory": "1Gi"}}
"""Rasa's classes take 450 MB; the model is held three times."""


@dataclass(frozen=True, kw_only=True, slots=True)
class UploadArgs:
    """Which model, and as whom."""

    model: FirstModel
    assistant: AssistantArgs
    connections: Sequence[Rendered]
    namespace: Input[str]
    made: PodObjects
    ready: tuple[Resource, ...]
    """What must exist before a pod can start and reach the storage, as for Rasa itself."""


class ModelUpload(ComponentResource):
    """Runs `jobs/model_upload` as Rasa: same identity, same image, the environment that names the storage.

    What it writes stays when the Job goes. It overwrites nothing, and grants Rasa no right to write: where
    Rasa's own credentials cannot, it fails, and says how a person does it.
    """

    def __init__(self, name: str, args: UploadArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:rasa:ModelUpload", name, {}, opts)
        content = args.model.path.read_bytes()
        place = Place(namespace=args.namespace, parent=self)
        sources = scripts_of(*SCRIPTS)
        scripts: Block = {
            "name": place.config_map(f"{name}-files", sources.texts),
            "items": sources.items(),
        }
        parts = [
            place.config_map(f"{name}-part-{number:02}", {}, binary={f"part-{number:02}": part})
            for number, part in enumerate(_parts(content))
        ]
        storage = args.assistant.model_storage
        job = ScriptJob(
            pod=_pod(args, scripts, parts, sha256(content).hexdigest()),
            labels={**args.assistant.cluster.rasa.pod_labels, NAME_LABEL: MODEL_UPLOAD},
            attempts=ATTEMPTS,
            deadline_seconds=DEADLINE_SECONDS,
        )
        # A volume that is made anew is empty.
        anew = storage.ready if isinstance(storage, Volume) else ()
        place.job(name, job, ready=args.ready, replace_with=anew)
        self.register_outputs({})


def _parts(content: bytes) -> list[str]:
    starts = range(0, len(content), PART_BYTES)
    return [base64.b64encode(content[start : start + PART_BYTES]).decode() for start in starts]


def _pod(args: UploadArgs, scripts: Block, parts: Sequence[Output[str]], digest: str) -> ScriptPod:
    assistant, storage = args.assistant, args.assistant.model_storage
    mine = environment_of(assistant, next(one for one in args.connections if one.connection is storage))
    mounted = mounts(assistant, args.made)
    volumes = [each for each in mounted.volumes if each["name"] != "models"]
    models = [each for each in mounted.mounts if each["name"] != "models"]
    owner = None
    if isinstance(storage, Volume):
        # Rasa reads this volume; the Job writes to it.
        volumes.append({"name": "models", "persistentVolumeClaim": {"claimName": storage.claim}})
        models.append({"name": "models", "mountPath": MODELS})
        owner = group_of(assistant)
    return ScriptPod(
        name="model-upload",
        image=assistant.image.name,
        script=MOUNT,
        arguments=[*_arguments(args, digest), "--secret-variables", ",".join(sorted(mine.secret))],
        working_directory="/app",
        service_account=args.made.service_account,
        environment=[*pod_variables(mine, args.made.secret)],
        mounts=[
            {"name": "scripts", "mountPath": MOUNT, "readOnly": True},
            {"name": "parts", "mountPath": PARTS, "readOnly": True},
            *models,
        ],
        volumes=[
            {"name": "scripts", "configMap": scripts},
            {"name": "parts", "projected": {"sources": [{"configMap": {"name": part}} for part in parts]}},
            *volumes,
        ],
        resources=RESOURCES,
        owner=owner,
    )


def _arguments(args: UploadArgs, digest: str) -> list[str]:
    storage, model = args.assistant.model_storage, args.model
    where = ["--folder", MODELS]
    if not isinstance(storage, Volume):
        where = model_arguments(storage, model.name)[:2]
    return ["--parts", PARTS, "--key", model.key, "--sha256", digest, *where, "--by-hand", model.by_hand]
