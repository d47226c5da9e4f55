"""The first model, which the stack itself puts where Rasa reads models (`rasa:assistant.upload`).

A storage that the stack's cloud makes gets an object beside its bucket
(`components/<cloud>/model_storage.py`). On any other a Job writes the file with Rasa's own credentials
(`components/rasa/upload.py`); Kubernetes carries the file there in ConfigMaps, so it must be small.

The upload takes part only as long as `assistant.model` is unset or names it. A release names another model,
and the upload leaves the state: the uploaded model stays, and the stack no longer reads the file, which a
pipeline's checkout lacks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import assert_never

from components.config.assistant import Assistant, uploaded_name
from components.config.messages import rm_command
from components.config.model_storage import (
    ExistingAzureBlob,
    ExistingGcs,
    ExistingModelServer,
    ExistingS3,
    ExistingVolume,
    ManagedModelStorage,
)
from components.config.settings import Settings
from components.config.sources import InClusterStore
from components.contract.provider import FirstModel
from components.rasa.spec.model_archive import SUFFIX

PROJECT = Path(__file__).parents[2]
COMMIT = re.compile(r"[0-9a-f]{40}")
"""How the assistant's pipeline names a model."""
UPLOAD, MODEL = "rasa:assistant.upload", "rasa:assistant.model"
Storage = (
    ManagedModelStorage
    | InClusterStore
    | ExistingS3
    | ExistingGcs
    | ExistingAzureBlob
    | ExistingModelServer
    | ExistingVolume
)


def first_model(assistant: Assistant, storage: Storage, namespace: str) -> FirstModel | None:
    """What the stack uploads; None if it uploads nothing (any more)."""
    upload = assistant.upload
    if upload is None or not takes_part(assistant, upload):
        return None
    return FirstModel(
        file=upload,
        path=PROJECT / upload,
        name=model_name(assistant),
        by_hand=by_hand_command(storage, upload, namespace),
    )


def unused_upload(settings: Settings) -> Iterator[str]:
    """That the file is not uploaded, where that may be a slip and no release."""
    assistant = settings.assistant
    upload, model = assistant.upload, assistant.model
    if upload is None or takes_part(assistant, upload) or COMMIT.fullmatch(model):
        return
    yield (
        f"{UPLOAD} {upload!r} is not uploaded: {MODEL} names another model, {model!r}. "
        f"To serve the file: {rm_command(MODEL)}. To keep {model!r}: {rm_command(UPLOAD)}"
    )


def takes_part(assistant: Assistant, upload: str) -> bool:
    """Whether the stack uploads the file: no release has named another model since."""
    return model_name(assistant) == uploaded_name(upload)


def model_name(assistant: Assistant) -> str:
    """The model's name without the ending of its file."""
    return assistant.model.removesuffix(SUFFIX)


def by_hand_command(storage: Storage, upload: str, namespace: str) -> str:
    """The command that uploads a model without the stack."""
    key = Path(upload).name
    match storage:
        case ExistingS3(bucket=bucket, endpoint=endpoint):
            return f"aws s3 cp {upload} s3://{bucket}/{key}" + (
                (endpoint and f" --endpoint-url {endpoint}") or ""
            )
        case ExistingGcs(bucket=bucket):
            return f"gcloud storage cp {upload} gs://{bucket}/{key}"
        case ExistingAzureBlob(account=account, container=container):
            where = f"--account-name {account} --container-name {container}"
            return f"az storage blob upload --auth-mode login {where} --name {key} --file {upload}"
        case InClusterStore() | ExistingVolume():
            return (
                f"kubectl -n {namespace} apply -f docs/model-upload.yaml   # its first lines say how to go on"
            )
        case ManagedModelStorage() | ExistingModelServer():
            return (
                "pulumi up   # makes the storage; `pulumi stack output modelStorage` says where to upload to"
            )
        case _:
            assert_never(storage)
