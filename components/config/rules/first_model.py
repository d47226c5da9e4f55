"""Rules for the first model that the stack uploads (`rasa:assistant.upload`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from components.config.assistant import Assistant, uploaded_name
from components.config.clouds import CLOUDS
from components.config.first_model import MODEL, PROJECT, UPLOAD, by_hand_command, model_name, takes_part
from components.config.messages import rm_command, set_command
from components.config.model_storage import ExistingModelServer, ManagedModelStorage
from components.config.pod_files import is_file
from components.config.rules.runner import Rule
from components.config.settings import Settings
from components.rasa.spec.model_archive import NotAModelError, read

LARGEST = 16 * 1024 * 1024
"""Bytes that a cluster's API and the stack's state carry without harm; a bucket takes any size."""


def _first_model(settings: Settings) -> Iterator[str]:
    assistant, storage = settings.assistant, settings.model_storage
    upload = assistant.upload
    if upload is None:
        return
    if not takes_part(assistant, upload):
        yield from _in_a_folder(assistant, upload)
    elif isinstance(storage, ExistingModelServer):
        yield (
            f"{UPLOAD} does not go with a model server, which hands out models of its own: publish "
            f"{upload!r} there, then: {_served_already(assistant)}"
        )
    else:
        yield from _file(settings)


def _file(settings: Settings) -> Iterator[str]:
    assistant, upload = settings.assistant, str(settings.assistant.upload)
    path = PROJECT / upload
    if not is_file(path):
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
    most = _most(settings)
    if most is not None and size > most:
        how = by_hand_command(settings.model_storage, upload, settings.namespace)
        yield (
            f"{UPLOAD} {upload!r} has {size} bytes, and what goes there by this key may have {most}. Upload "
            f"it by hand: {_served_already(assistant)} && {how}"
        )


def _most(settings: Settings) -> int | None:
    """Bytes at most; None where any size goes."""
    if not isinstance(settings.model_storage, ManagedModelStorage):
        return LARGEST
    return CLOUDS[settings.cloud].largest_model if settings.cloud in CLOUDS else None


def _in_a_folder(assistant: Assistant, upload: str) -> Iterator[str]:
    """A folder of this machine is none of the storage."""
    name = uploaded_name(upload)
    if name is not None and model_name(assistant).rpartition("/")[2] == name:
        yield (
            f"{MODEL} is {assistant.model!r}, a model in a folder of the storage, and {UPLOAD} {upload!r} "
            f"comes to lie outside of folders, as {name!r}: set it with: "
            + set_command(MODEL, name, is_text=True)
        )


def _served_already(assistant: Assistant) -> str:
    """The commands that leave the name and take the file away."""
    return f"{set_command(MODEL, model_name(assistant), is_text=True)} && {rm_command(UPLOAD)}"


RULES: Sequence[Rule] = (_first_model,)
