"""Model archives for tests, as `rasa train` lays them out."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

VERSION = "3.21.0"


def write_model(
    path: Path,
    *,
    model_id: str = "m1",
    version: str = VERSION,
    metadata: str = "metadata.json",
    engine: str | None = None,
    weights: bytes = b"weights" * 5000,
) -> Path:
    described = {"model_id": model_id, "rasa_open_source_version": version, "version": version}
    content = json.dumps({**described, **({"engine_version": engine} if engine else {})}).encode()
    with tarfile.open(path, "w:gz") as tar:
        for name, data in ((metadata, content), ("components/finetuning/x", weights)):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path
