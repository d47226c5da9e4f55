"""The Job that puts the first model where Rasa reads models, where the stack makes no bucket of its own."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import cast

import pulumi_kubernetes as kubernetes
from pulumi import ComponentResource, CustomTimeouts, Input, Output, Resource, ResourceOptions
from pulumi_kubernetes.core import v1
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.contract.connections import Volume
from components.contract.provider import FirstModel
from components.kubernetes.documents import Block
from components.kubernetes.restricted import CONTAINER_SECURITY, POD_SECURITY
from components.kubernetes.script_job import NAME_LABEL, REPLACE_FAILED, scripts_of
from components.rasa.args import AssistantArgs
from components.rasa.connections import Rendered, environment_of
from components.rasa.connections.model_storage import model_arguments
from components.rasa.pod import MODEL_UPLOAD, PodObjects, mounts, pod_variables

SCRIPTS = ("model_upload/__main__.py", "preflight/report.py")
MOUNT, PARTS, MODELS = "/etc/model-upload", "/etc/model-parts", "/app/models"
PART_BYTES = 1_000_000
"""A ConfigMap holds 1 MiB, its names and marks included (Kubernetes documentation, "ConfigMaps")."""
ATTEMPTS = 2
"""A pod whose cloud identity was not there yet needs a successor: it is put in when a pod starts."""
DEADLINE_SECONDS = 900
"""Most of it for a node to be started and the image to be pulled."""
WRITERS = 1001
"""Group of the image's user: a volume that belongs to root is then the Job's to write to."""
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
        sources = scripts_of(*SCRIPTS)
        made = self._config_map(f"{name}-files", args, data=sources.texts)
        scripts: Block = {"name": made, "items": sources.items()}
        parts = [
            self._config_map(f"{name}-part-{number:02}", args, binary_data={f"part-{number:02}": part})
            for number, part in enumerate(_parts(content))
        ]
        storage = args.assistant.model_storage
        kubernetes.batch.v1.Job(
            name,
            metadata=ObjectMetaArgs(namespace=args.namespace, annotations=REPLACE_FAILED),
            # As Kubernetes writes it: the blocks of the chart's pod are used here as they are.
            spec=cast(
                "kubernetes.batch.v1.JobSpecArgs",
                _job(args, _pod(args, scripts, parts, sha256(content).hexdigest())),
            ),
            opts=ResourceOptions(
                parent=self,
                # Grants, firewall rules and network policies: no input shows them.
                depends_on=[*args.ready],
                # A volume that is made anew is empty.
                replace_with=[*storage.ready] if isinstance(storage, Volume) else None,
                # Later than the Job's own deadline, whose message says more.
                custom_timeouts=CustomTimeouts(create=f"{DEADLINE_SECONDS + 120}s"),
            ),
        )
        self.register_outputs({})

    def _config_map(
        self,
        name: str,
        args: UploadArgs,
        *,
        data: Mapping[str, str] | None = None,
        binary_data: dict[str, str] | None = None,
    ) -> Output[str]:
        made = v1.ConfigMap(
            name,
            metadata=ObjectMetaArgs(namespace=args.namespace),
            immutable=True,
            data=data,
            binary_data=binary_data,
            opts=ResourceOptions(parent=self),
        )
        return made.metadata.name


def _parts(content: bytes) -> list[str]:
    starts = range(0, len(content), PART_BYTES)
    return [base64.b64encode(content[start : start + PART_BYTES]).decode() for start in starts]


def _job(args: UploadArgs, pod: Block) -> Block:
    labels = {**args.assistant.cluster.rasa.pod_labels, NAME_LABEL: MODEL_UPLOAD}
    return {
        "backoffLimit": ATTEMPTS - 1,
        "activeDeadlineSeconds": DEADLINE_SECONDS,
        "template": {"metadata": {"labels": labels}, "spec": pod},
    }


def _pod(args: UploadArgs, scripts: Block, parts: Sequence[Output[str]], digest: str) -> Block:
    assistant, storage = args.assistant, args.assistant.model_storage
    mine = environment_of(next(one for one in args.connections if one.connection is storage))
    mounted = mounts(assistant, args.made)
    files = [each for each in mounted.volumes if each["name"] != "models"]
    volumes, models, security = list[Block](), list[Block](), dict(POD_SECURITY)
    if isinstance(storage, Volume):
        volumes.append({"name": "models", "persistentVolumeClaim": {"claimName": storage.claim}})
        models.append({"name": "models", "mountPath": MODELS})
        if assistant.cluster.flavor != "openshift":  # which gives out groups itself
            security["fsGroup"] = WRITERS
    container: Block = {
        "name": "model-upload",
        "image": assistant.image.name,
        "command": ["python3", MOUNT],
        "args": [*_arguments(args, digest), "--secret-variables", ",".join(sorted(mine.secret))],
        "workingDir": "/app",
        "env": list(pod_variables(mine, args.made.secret)),
        "volumeMounts": [
            {"name": "scripts", "mountPath": MOUNT, "readOnly": True},
            {"name": "parts", "mountPath": PARTS, "readOnly": True},
            *(each for each in mounted.mounts if each["name"] != "models"),
            *models,
        ],
        "securityContext": CONTAINER_SECURITY,
        "resources": RESOURCES,
    }
    return {
        "restartPolicy": "Never",  # each attempt is a pod of its own, whose log stays
        "serviceAccountName": args.made.service_account,
        "automountServiceAccountToken": False,
        "securityContext": security,
        "containers": [container],
        "volumes": [
            {"name": "scripts", "configMap": scripts},
            {"name": "parts", "projected": {"sources": [{"configMap": {"name": part}} for part in parts]}},
            *files,
            *volumes,
        ],
    }


def _arguments(args: UploadArgs, digest: str) -> list[str]:
    storage, model = args.assistant.model_storage, args.model
    where = ["--folder", MODELS]
    if not isinstance(storage, Volume):
        where = model_arguments(storage, model.name)[:2]
    return ["--parts", PARTS, "--key", model.key, "--sha256", digest, *where, "--by-hand", model.by_hand]
