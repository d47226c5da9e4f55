"""`rasa:assistant.files`: files of the operator's in Rasa's pod, which a model, a channel or a client reads.

What the project has goes into a ConfigMap, and what the stack file holds encrypted into a Secret. Their
names change with their content, and the pods with them. What lies in a ConfigMap or Secret that exists is
mounted as it is.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, cast

from pulumi import Output
from pydantic import Discriminator, Field, SecretStr

from components.config.ca_bundle import LARGEST, ConfigMapKey, object_of, place_shape
from components.config.messages import child, rm_command, set_command, set_with
from components.config.model import CHOICE, FromFile, Model, SecretKey, choice, secret
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

SHOWN = re.compile(r"[\w./-]+")
"""What may be a file's name; other text may be a secret at the wrong key, and is not repeated."""


class SecretFile(Model):
    """A secret file, which the stack puts into a Secret of its own."""

    content: Annotated[SecretStr, FromFile("<file>")]
    """Its text; set it with --secret, out of the file: pulumi config set --secret --path … < client.pem"""


def _shape(value: object) -> str:
    is_content = isinstance(value, Mapping) and "content" in cast("Mapping[str, object]", value)
    return (
        CHOICE + "content"
        if is_content or isinstance(value, SecretFile)
        else place_shape(cast("object", value))
    )


PodFile = Annotated[
    Annotated[Annotated[str, Field(min_length=1)], choice("value")]
    | Annotated[SecretFile, choice("content")]
    | Annotated[SecretKey, choice("reference")]
    | Annotated[ConfigMapKey, choice("configMap")],
    Discriminator(_shape),
]
"""A file of the project, by its path there, or `{content}`, `{configMapName, key}` or `{secretName, key}`."""
PodFiles = Mapping[str, str | SecretFile | SecretKey | ConfigMapKey]


def contents(files: PodFiles) -> dict[str, bytes | Output[str] | ObjectKey]:
    """Path in the pod → the file's bytes, its secret text, or where it lies in the cluster."""
    found: dict[str, bytes | Output[str] | ObjectKey] = {}
    for path, block in sorted(files.items()):
        if isinstance(block, SecretFile):
            found[path] = secret(block.content)
        else:
            found[path] = object_of(block) or (PROJECT / str(block)).read_bytes()
    return found


def as_secret(place: str, file: str) -> str:
    """The commands that give the text of a file to the stack, whatever the key has now."""
    content = set_command(f"{place}.content", f"< {file}", is_secret=True)
    return f"{rm_command(place)} && {content}"


def problems(files: PodFiles) -> Iterator[str]:
    """What Kubernetes would refuse, what would hide a file that is needed, and what is no file."""
    for path, block in files.items():
        place = child(KEY, path)
        if (why := _taken(path, files)) is not None:
            yield f"{place} {why}; choose another path, and remove this one with: {rm_command(place)}"
        if isinstance(block, str):
            yield from (f"{place} {problem}" for problem in _unfit(place, block))
    given = [PROJECT / block for block in files.values() if isinstance(block, str) and _is_file(block)]
    secrets = [block.content for block in files.values() if isinstance(block, SecretFile)]
    yield from _too_large("ConfigMap", "configMapName", (path.stat().st_size for path in given))
    yield from _too_large("Secret", "secretName", (len(one.get_secret_value().encode()) for one in secrets))


def _too_large(kind: str, name: str, sizes: Iterable[int]) -> Iterator[str]:
    if (size := sum(sizes)) > LARGEST:
        yield (
            f"{KEY} come to {size} bytes, and a {kind} holds {LARGEST}; put large ones into the image, or "
            f"into a {kind} of their own: {{{name}, key}}; remove one with: "
            + rm_command(child(KEY, "<path>"))
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
        mend = set_with(place, "<path from the project on>")
        if SHOWN.fullmatch(file):
            yield f"{file!r} is no file of the project; {mend}"
        else:
            yield (
                f"is text that is no file of the project; {mend}; or give the text of a secret file with: "
                + as_secret(place, "<file>")
            )
        return
    text = (PROJECT / file).read_bytes().decode(errors="replace")
    what = "a private key" if "PRIVATE KEY-----" in text else secret_shapes.kind_of(text.strip())
    if what is not None:
        yield (
            f"{file!r} holds {what}, and everybody reads a ConfigMap; have it in a Secret of the stack with: "
            + as_secret(place, shlex.quote(file))
        )
