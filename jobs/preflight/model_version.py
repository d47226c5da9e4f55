"""Which Rasa Pro a model was trained with: read from its metadata.json while the archive goes by.

Rasa Pro refuses a model that is older than its `MINIMUM_COMPATIBLE_VERSION` only when it loads it, says so in
its log, and serves without a model (engine/storage/storage.py:166).
"""

# The image has Rasa Pro, this project's environment has not.
# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import hashlib
import json
import tarfile
import time
import zlib
from collections.abc import Iterable
from typing import Any

from preflight.report import Problem, still_answered

METADATA, VERSION = "metadata.json", "rasa_open_source_version"
LARGEST_METADATA = 16 * 1024 * 1024
"""Bytes; Rasa Pro refuses more (`_METADATA_JSON_MAX_BYTES`)."""
RETRAIN = "Train the model with the Rasa Pro of rasa:assistant.image.tag, and release that one"


class Archive:
    """A model as it comes from its storage, part by part, hashed on the way."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._parts = iter(parts)
        self._rest = b""
        self._digest = hashlib.sha256()
        self._told = time.monotonic()

    def read(self, size: int) -> bytes:
        """What `tarfile` asks for."""
        while len(self._rest) < size and (part := self._next()):
            self._rest += part
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken

    def sha256(self) -> str:
        """Of all of it, the parts that nobody has read included."""
        while self._next():
            pass
        return self._digest.hexdigest()

    def _next(self) -> bytes:
        part = next(self._parts, b"")
        self._digest.update(part)
        if time.monotonic() - self._told > 1:
            self._told = time.monotonic()
            still_answered()
        return part


def trained_with(archive: Archive) -> str | None:
    """The version that trained it, or `Problem` where this Rasa Pro takes none so old; None: it says none."""
    trained = _version(archive)
    if trained is None:
        return None
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415 (Rasa Pro brings it)
    from rasa.constants import MINIMUM_COMPATIBLE_VERSION  # noqa: PLC0415 (only where there is a model)

    try:
        too_old = Version(trained) < Version(MINIMUM_COMPATIBLE_VERSION)
    except InvalidVersion:
        return trained
    if too_old:
        raise Problem(
            f"the model was trained with Rasa Pro {trained}, and this one takes none before "
            f"{MINIMUM_COMPATIBLE_VERSION}",
            RETRAIN,
        )
    return trained


def _version(archive: Any) -> str | None:
    try:
        with tarfile.open(fileobj=archive, mode="r|gz") as tar:
            for member in tar:
                if member.name.removeprefix("./") == METADATA and member.size <= LARGEST_METADATA:
                    file = tar.extractfile(member)
                    metadata: Any = json.loads(file.read()) if file else {}
                    found = metadata.get(VERSION) if isinstance(metadata, dict) else None
                    return found if isinstance(found, str) else None
    except (tarfile.TarError, EOFError, zlib.error, ValueError):
        return None  # Rasa Pro says what is wrong with it when it loads it
    return None
