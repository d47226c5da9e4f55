"""The operator's own files: into a ConfigMap what the project has of them, into a Secret what is secret."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping

from pulumi import Output

from components.contract.cluster import ObjectKey
from components.kubernetes.script_job import Place


def mounted_files(
    name: str, place: Place, files: Mapping[str, bytes | Output[str] | ObjectKey]
) -> dict[str, ObjectKey]:
    """Path in the pod → where it lies; another content is another object, and so another pod."""
    open_ones = {path: content for path, content in files.items() if isinstance(content, bytes)}
    secrets = {path: content for path, content in files.items() if isinstance(content, Output)}
    made = {**_config_map(name, place, open_ones), **_secret(name, place, secrets)}
    return {path: at if isinstance(at, ObjectKey) else made[path] for path, at in files.items()}


def _config_map(name: str, place: Place, files: Mapping[str, bytes]) -> dict[str, ObjectKey]:
    if not files:
        return {}
    keys, texts, others = _keys(files), dict[str, str](), dict[str, str]()
    for path, content in files.items():
        try:
            texts[keys[path]] = content.decode()
        except UnicodeDecodeError:
            others[keys[path]] = b64encode(content).decode()
    made = place.config_map(name, texts, binary=others or None)
    return {path: ObjectKey(kind="configMap", name=made, key=key) for path, key in keys.items()}


def _secret(name: str, place: Place, files: Mapping[str, Output[str]]) -> dict[str, ObjectKey]:
    if not files:
        return {}
    keys = _keys(files)
    made = place.secret(name, {keys[path]: content for path, content in files.items()})
    return {path: ObjectKey(kind="secret", name=made, key=key) for path, key in keys.items()}


def _keys(files: Mapping[str, object]) -> dict[str, str]:
    """Path → key in the object, which takes no slash."""
    return {path: f"file-{number:02}" for number, path in enumerate(files)}
