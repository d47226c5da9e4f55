"""Checks a trained model before anything is touched, with a remedy for each thing that may be wrong."""

from __future__ import annotations

from pathlib import Path

from ci.errors import JobError
from components.rasa.spec import model_archive
from components.rasa.spec.model_archive import Archive, NotAModelError


def read(path: Path) -> Archive:
    """Read a model archive, or say why it is none."""
    if not path.is_file():
        raise JobError(f"there is no file {path}", remedy="Train first: `rasa train --out models`.")
    try:
        return model_archive.read(path)
    except NotAModelError as error:
        raise JobError(
            f"{path} is no model archive of Rasa: {error}",
            remedy="Give the .tar.gz that `rasa train` wrote; if it was copied, copy it again.",
        ) from None


def check_version(archive: Archive, serving: str) -> None:
    """Refuse a model trained with another version than the stack runs; `serving` is an image's tag."""
    # Tags may say more than the version: 3.21.0-latest, 3.21.0-py311.
    if serving.partition("-")[0] != archive.version:
        raise JobError(
            f"{archive.path.name} was trained with Rasa Pro {archive.version}; the stack runs {serving}",
            remedy=f"Train with the image tag {serving}, or bring the stack up with {archive.version} first.",
        )
