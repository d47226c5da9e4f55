"""A trained model on this machine: read to its end before anything is touched.

Rasa starts without a model that it cannot read, and says so in its log alone (docs/rasa-pro.md, Unreadable
models). A model is a gzipped tar with `metadata.json` at its top, which names the version that trained it
(Rasa's `engine/storage/local_model_storage.py`, `ModelMetadata`: `rasa_open_source_version`, `model_id`).
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

SUFFIX = ".tar.gz"
METADATA = "metadata.json"
VERSION = "rasa_open_source_version"
LARGEST_METADATA = 16 * 1024 * 1024
"""Bytes; Rasa Pro refuses more (`_METADATA_JSON_MAX_BYTES`)."""


class NotAModelError(Exception):
    """The file is no model archive; the message says why."""


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
    """Read a model archive, or raise `NotAModelError`."""
    metadata = _metadata(path)
    version, model_id = metadata.get(VERSION), metadata.get("model_id")
    if not isinstance(version, str) or not isinstance(model_id, str):
        raise NotAModelError(f"its {METADATA} has no {VERSION} or no model_id")
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
        raise NotAModelError(str(error)) from None
    if found is None:
        raise NotAModelError(f"it holds no {METADATA} that could be read")
    return found
