"""Which Rasa Pro a model was trained with, and for which engine: read while the archive goes by.

Rasa Pro refuses a model that is older than its `MINIMUM_COMPATIBLE_VERSION`, or of an engine that it lacks,
only when it loads it, says so in its log, and serves without a model (engine/storage/storage.py:166). A model
of CALM and one of Mantle have a metadata.json at the top of the archive (mantle/model_archive/snapshot.py
makes it as local_model_storage.py does); one of Rasa 2 has a fingerprint.json
(`_assert_not_rasa2_archive`).
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

from preflight.engine import RETRAIN, judge_engine
from preflight.report import Problem, still_answered

METADATA, VERSION, ENGINE = "metadata.json", "rasa_open_source_version", "engine_version"
RASA_2, VERSION_2 = "fingerprint.json", "version"
LARGEST_METADATA = 16 * 1024 * 1024
"""Bytes; Rasa Pro refuses more (`_METADATA_JSON_MAX_BYTES`)."""


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
    """Version and engine of the model in words, or `Problem` where this Rasa Pro would not load it.

    None: the archive says neither.
    """
    name, metadata = _metadata(archive)
    version = metadata.get(VERSION_2 if name == RASA_2 else VERSION)
    if not isinstance(version, str):
        return None
    _refuse_too_old(version)
    engine = metadata.get(ENGINE)
    if not isinstance(engine, str):
        return version
    judge_engine(engine)
    return f"{version} for the engine {engine}"


def _refuse_too_old(trained: str) -> None:
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415 (Rasa Pro brings it)
    from rasa.constants import MINIMUM_COMPATIBLE_VERSION  # noqa: PLC0415 (only where there is a model)

    try:
        too_old = Version(trained) < Version(MINIMUM_COMPATIBLE_VERSION)
    except InvalidVersion:
        return
    if too_old:
        raise Problem(
            f"the model was trained with Rasa Pro {trained}, and this one takes none before "
            f"{MINIMUM_COMPATIBLE_VERSION}",
            RETRAIN,
        )


def _metadata(archive: Any) -> tuple[str, dict[str, Any]]:
    """The file that describes the model, and what is in it; an empty one where there is none."""
    try:
        with tarfile.open(fileobj=archive, mode="r|gz") as tar:
            for member in tar:
                name = member.name.removeprefix("./")
                if name in {METADATA, RASA_2} and member.size <= LARGEST_METADATA:
                    file = tar.extractfile(member)
                    found: Any = json.loads(file.read()) if file else {}
                    return name, found if isinstance(found, dict) else {}
    except (tarfile.TarError, EOFError, zlib.error, ValueError, RecursionError):
        pass  # Rasa Pro says what is wrong with it when it loads it
    return "", {}
