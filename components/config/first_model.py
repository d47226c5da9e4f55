"""The first model, which the stack itself puts where Rasa reads models (`rasa:assistant.upload`).

A storage that the stack's cloud makes gets an object beside its bucket
(`components/<cloud>/model_storage.py`). On any other a Job writes the file with Rasa's own credentials
(`components/rasa/upload.py`); Kubernetes carries the file there in ConfigMaps, so it must be small.

The upload takes part only as long as `assistant.model` is unset or names it. A release names another model,
and the upload leaves the state: what was uploaded stays, and nobody looks for the file any more, which a
pipeline's checkout lacks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import assert_never

import pulumi

from components.config.assistant import Assistant, uploaded_name
from components.config.messages import rm_command, set_command
from components.config.model_storage import (
    AnyModelStorage,
    ExistingAzureBlob,
    ExistingGcs,
    ExistingModelServer,
    ExistingS3,
    ExistingVolume,
    ManagedModelStorage,
)
from components.config.sources import InClusterStore
from components.contract.provider import FirstModel
from components.rasa.spec.model_archive import SUFFIX, NotAModelError, read

PROJECT = Path(__file__).parents[2]
LARGEST = 16 * 1024 * 1024
"""Bytes that a cluster's API and the stack's state carry without harm; a bucket takes any size."""
LARGEST_BLOB = 256 * 1024 * 1024
"""Bytes that azure-native sends, in one Put Blob of its API version 2018-11-09 (pulumi-azure-native:
provider/pkg/resources/customresources/custom_storage.go)."""
COMMIT = re.compile(r"[0-9a-f]{40}")
"""How the assistant's pipeline names a model."""
UPLOAD, MODEL = "rasa:assistant.upload", "rasa:assistant.model"
Storage = ManagedModelStorage | InClusterStore | AnyModelStorage


def first_model(assistant: Assistant, storage: Storage, namespace: str) -> FirstModel | None:
    """What the stack uploads; None if it uploads nothing (any more)."""
    upload = assistant.upload
    if upload is None or not _takes_part(assistant, upload):
        return None
    return FirstModel(
        file=upload,
        path=PROJECT / upload,
        name=_name(assistant),
        by_hand=_by_hand(storage, upload, namespace),
    )


def warn_of_unused_upload(assistant: Assistant) -> None:
    """Say that the file is not uploaded, where that may be a slip and no release."""
    upload, model = assistant.upload, assistant.model
    if upload is None or _takes_part(assistant, upload) or COMMIT.fullmatch(model):
        return
    pulumi.log.warn(
        f"{UPLOAD} {upload!r} is not uploaded: {MODEL} names another model, {model!r}. "
        f"To serve the file: {rm_command(MODEL)}. To keep {model!r}: {rm_command(UPLOAD)}"
    )


def _problems(cloud: str, namespace: str, assistant: Assistant, storage: Storage) -> Iterator[str]:
    upload = assistant.upload
    if upload is None:
        return
    if not _takes_part(assistant, upload):
        yield from _in_a_folder(assistant, upload)
    elif isinstance(storage, ExistingModelServer):
        yield (
            f"{UPLOAD} does not go with a model server, which hands out models of its own: publish "
            f"{upload!r} there, then: {_served_already(assistant)}"
        )
    else:
        yield from _file(cloud, namespace, assistant, storage)


def _file(cloud: str, namespace: str, assistant: Assistant, storage: Storage) -> Iterator[str]:
    upload = str(assistant.upload)
    path = PROJECT / upload
    if not path.is_file():
        yield (
            f"{UPLOAD} {upload!r} is no file ({path}): train the model, or copy it there; if the model "
            f"storage has it already: {_served_already(assistant)}"
        )
        return
    try:
        size = read(path).size
    except NotAModelError as error:
        yield (
            f"{UPLOAD} {upload!r} is no model archive of Rasa: {error}. Give the .tar.gz that "
            f"`rasa train` wrote, again if it was copied; another file with: {set_command(UPLOAD, '<path>')}"
        )
        return
    most = _most(cloud, storage)
    if most is not None and size > most:
        how = _by_hand(storage, upload, namespace)
        yield (
            f"{UPLOAD} {upload!r} has {size} bytes, and what goes there by this key may have {most}. Upload "
            f"it by hand: {_served_already(assistant)} && {how}"
        )


def _most(cloud: str, storage: Storage) -> int | None:
    """Bytes at most; None where any size goes."""
    if not isinstance(storage, ManagedModelStorage):
        return LARGEST
    return LARGEST_BLOB if cloud == "azure" else None


def _takes_part(assistant: Assistant, upload: str) -> bool:
    return _name(assistant) == uploaded_name(upload)


def _name(assistant: Assistant) -> str:
    return assistant.model.removesuffix(SUFFIX)


def _in_a_folder(assistant: Assistant, upload: str) -> Iterator[str]:
    """A folder of this machine is none of the storage."""
    name = uploaded_name(upload)
    if name is not None and _name(assistant).rpartition("/")[2] == name:
        yield (
            f"{MODEL} is {assistant.model!r}, a model in a folder of the storage, and {UPLOAD} {upload!r} "
            f"comes to lie outside of folders, as {name!r}: set it with: "
            + set_command(MODEL, name, is_text=True)
        )


def _served_already(assistant: Assistant) -> str:
    """The commands that leave the name and take the file away."""
    return f"{set_command(MODEL, _name(assistant), is_text=True)} && {rm_command(UPLOAD)}"


def _by_hand(storage: Storage, upload: str, namespace: str) -> str:
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


Check = tuple[tuple[str, ...], Callable[..., Iterator[str]]]
CHECKS: Sequence[Check] = ((("cloud", "namespace", "assistant", "model_storage"), _problems),)
"""Fields that must be valid by themselves, and the check over them."""
