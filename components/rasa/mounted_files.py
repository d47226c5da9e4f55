"""The operator's own files: into one ConfigMap what the project has of them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping

from components.contract.cluster import ObjectKey
from components.kubernetes.script_job import Place


def mounted_files(name: str, place: Place, files: Mapping[str, bytes | ObjectKey]) -> dict[str, ObjectKey]:
    """Path in the pod → where it lies; another content is another ConfigMap, and so another pod."""
    ours = {path: content for path, content in files.items() if isinstance(content, bytes)}
    if not ours:
        return {path: at for path, at in files.items() if isinstance(at, ObjectKey)}
    keys = {path: f"file-{number:02}" for number, path in enumerate(ours)}
    texts, others = dict[str, str](), dict[str, str]()
    for path, content in ours.items():
        try:
            texts[keys[path]] = content.decode()
        except UnicodeDecodeError:
            others[keys[path]] = b64encode(content).decode()
    made = place.config_map(name, texts, binary=others or None)
    return {
        path: at if isinstance(at, ObjectKey) else ObjectKey(kind="configMap", name=made, key=keys[path])
        for path, at in files.items()
    }
