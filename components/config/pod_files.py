"""`rasa:assistant.files`: files of the operator's in Rasa's pod, which a model, a channel or a client reads.

What the project has goes into a ConfigMap, whose name changes with its content, and the pods with it. What
lies in a ConfigMap or Secret that exists is mounted as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Discriminator, Field

from components.config.ca_bundle import LARGEST, ConfigMapKey, object_of, place_shape
from components.config.messages import rm_command, set_with
from components.config.model import SecretKey, choice
from components.contract import secret_shapes
from components.contract.cluster import ObjectKey

PROJECT = Path(__file__).parents[2]
KEY = "rasa:assistant.files"
PATH = re.compile(r"^(/(?!\.\.?(/|$))[A-Za-z0-9._-]+)+$")
OWNED = (
    *("/app/endpoints.yml", "/app/credentials.yml", "/app/models", "/.config", "/etc/rasa", "/tmp"),  # noqa: S108
    *("/etc/preflight", "/etc/model-upload", "/etc/model-parts"),
    *("/bin", "/dev", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", "/usr", "/var/run"),
)
"""What the chart, this project's Jobs, Kubernetes, or the image itself have there."""

PodFile = Annotated[
    Annotated[Annotated[str, Field(min_length=1)], choice("value")]
    | Annotated[SecretKey, choice("reference")]
    | Annotated[ConfigMapKey, choice("configMap")],
    Discriminator(place_shape),
]
"""A file of the project, by its path there, or `{configMapName, key}`, or `{secretName, key}`."""
PodFiles = Mapping[str, str | SecretKey | ConfigMapKey]


def contents(files: PodFiles) -> dict[str, bytes | ObjectKey]:
    """Path in the pod → the file's bytes, or where they lie in the cluster."""
    found: dict[str, bytes | ObjectKey] = {}
    for path, block in sorted(files.items()):
        found[path] = object_of(block) or (PROJECT / str(block)).read_bytes()
    return found


def problems(files: PodFiles) -> Iterator[str]:
    """What Kubernetes would refuse, what would hide a file that is needed, and what is no file."""
    for path, block in files.items():
        place = f'{KEY}["{path}"]'
        if (why := _taken(path, files)) is not None:
            yield f"{place} {why}; choose another path, and remove this one with: {rm_command(place)}"
        if isinstance(block, str):
            yield from (f"{place} {problem}" for problem in _unfit(place, block))
    given = [PROJECT / block for block in files.values() if isinstance(block, str) and _is_file(block)]
    sizes = [path.stat().st_size for path in given]
    if sum(sizes) > LARGEST:
        yield (
            f"{KEY} come to {sum(sizes)} bytes, and a ConfigMap holds {LARGEST}; put large ones into the "
            "image, or into a ConfigMap of their own: {configMapName, key}; remove one with: "
            + rm_command(f'{KEY}["<path>"]')
        )


def is_file(path: Path) -> bool:
    """`Path.is_file` raises over a name that no file system takes."""
    try:
        return path.is_file()
    except OSError:
        return False


def _taken(path: str, files: PodFiles) -> str | None:
    if not PATH.fullmatch(path):
        return "is no path of a file; accepted: such as /etc/company/words.txt"
    for owned in OWNED:
        if _within(path, owned) or _within(owned, path):
            return f"would hide {owned}, which Rasa Pro's pod has there itself"
    for other in files:
        if other != path and _within(path, other):
            return f"lies below {other}, which is a file, too"
    return None


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def _is_file(file: str) -> bool:
    path = (PROJECT / file).resolve()
    return path.is_relative_to(PROJECT) and is_file(path)


def _unfit(place: str, file: str) -> Iterator[str]:
    if not _is_file(file):
        yield f"{file!r} is no file of the project; {set_with(place, '<path from the project on>')}"
        return
    text = (PROJECT / file).read_bytes().decode(errors="replace")
    what = "a private key" if "PRIVATE KEY-----" in text else secret_shapes.kind_of(text.strip())
    if what is not None:
        yield (
            f"{file!r} holds {what}, and everybody reads a ConfigMap: put it into a Secret, and name that: "
            "{secretName, key}"
        )
