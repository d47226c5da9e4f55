"""Checks a trained model before anything is touched: Rasa starts without a bad one and is silent (facts T3).

A model is a gzipped tar with `metadata.json` at its top, which names the version that trained it
(`rasa/engine/storage/local_model_storage.py`, `ModelMetadata`: `rasa_open_source_version`, `model_id`).
"""

from __future__ import annotations

import hashlib
import json
import tarfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from ci.errors import JobError

METADATA = "metadata.json"
VERSION = "rasa_open_source_version"
LARGEST_METADATA = 16 * 1024 * 1024
"""Bytes; Rasa Pro refuses more (`_METADATA_JSON_MAX_BYTES`)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Archive:
    """A trained model."""

    path: Path
    model_id: str
    version: str
    """Of the Rasa Pro that trained it."""
    size: int
    """Bytes."""
    sha256: str
    md5: bytes
    """What object stores compare by."""


def read(path: Path) -> Archive:
    """Read a model archive, or say why it is none."""
    if not path.is_file():
        raise JobError(f"there is no file {path}", remedy="Train first: `rasa train --out models`.")
    metadata = _metadata(path)
    version, model_id = metadata.get(VERSION), metadata.get("model_id")
    if not isinstance(version, str) or not isinstance(model_id, str):
        raise _no_model(path, f"its {METADATA} has no {VERSION} or no model_id")
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            sha256.update(block)
            md5.update(block)
    return Archive(
        path=path,
        model_id=model_id,
        version=version,
        size=path.stat().st_size,
        sha256=sha256.hexdigest(),
        md5=md5.digest(),
    )


def check_version(archive: Archive, serving: str) -> None:
    """Refuse a model trained with another version than the stack runs; `serving` is an image's tag."""
    # Tags may say more than the version: 3.21.0-latest, 3.21.0-py311.
    if serving.partition("-")[0] != archive.version:
        raise JobError(
            f"{archive.path.name} was trained with Rasa Pro {archive.version}; the stack runs {serving}",
            remedy=f"Train with the image tag {serving}, or bring the stack up with {archive.version} first.",
        )


def _metadata(path: Path) -> Mapping[str, object]:
    try:
        with tarfile.open(path, "r:gz") as tar:
            found: Mapping[str, object] | None = None
            # To the end, past the metadata: a copy that was cut short must not pass.
            for member in tar:
                name = member.name.removeprefix("./")
                if name == METADATA and member.isfile() and member.size <= LARGEST_METADATA:
                    file = tar.extractfile(member)
                    content: object = json.loads(file.read()) if file else None
                    if isinstance(content, dict):
                        found = cast("Mapping[str, object]", content)
    except (tarfile.TarError, OSError, EOFError, zlib.error, ValueError) as error:
        raise _no_model(path, str(error)) from None
    if found is None:
        raise _no_model(path, f"it holds no {METADATA} that could be read")
    return found


def _no_model(path: Path, because: str) -> JobError:
    return JobError(
        f"{path} is no model archive of Rasa: {because}",
        remedy="Give the .tar.gz that `rasa train` wrote; if it was copied, copy it again.",
    )
