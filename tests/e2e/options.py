"""What a walk is told by its environment, and what it needs of this machine."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LOADERS: Mapping[str, Sequence[str]] = {
    "kind-": ("kind", "load", "docker-image", "{image}", "--name", "{cluster}"),
    "k3d-": ("k3d", "image", "import", "{image}", "--cluster", "{cluster}"),
    "minikube": ("minikube", "image", "load", "{image}", "--profile", "{context}"),
}
"""How the context of kubectl begins → how an image of this machine gets into that cluster."""


class RefusalError(Exception):
    """The walk cannot begin; the message is one line that says what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """The E2E_… variables."""

    namespace: str
    image: str
    """repository:tag that the cluster can pull or has; "" to build it and load it into the cluster."""
    registry: str
    """Where the image is pushed to, and pulled from by the cluster; "" to load it into the cluster."""
    base: str
    """Base of the image, in place of that of Docker Hub; "" for that one."""
    keep: bool
    """Leave everything as it is after a failure."""
    plain: Sequence[str]
    """Further settings of the stack, each `key=value`."""
    secret: Sequence[str]
    """The same, with values that are secret."""

    @staticmethod
    def read(environment: Mapping[str, str] = os.environ) -> Options:
        """Read them."""
        image = environment.get("E2E_IMAGE", "")
        if image and ":" not in image.rpartition("/")[2]:
            raise RefusalError(f"E2E_IMAGE={image} has no tag; name it as repository:tag")
        registry = environment.get("E2E_REGISTRY", "").rstrip("/")
        if image and registry:
            raise RefusalError("E2E_IMAGE names an image and E2E_REGISTRY has one made: set one of them")
        if "://" in registry:
            raise RefusalError(
                f"E2E_REGISTRY={registry} is a URL; name it as images do: host[:port][/folder]"
            )
        options = Options(
            namespace=environment.get("E2E_NAMESPACE") or "rasa-e2e",
            image=image,
            registry=registry,
            base=environment.get("E2E_BASE_IMAGE", ""),
            keep=bool(environment.get("E2E_KEEP")),
            plain=shlex.split(environment.get("E2E_SET", "")),
            secret=shlex.split(environment.get("E2E_SET_SECRET", "")),
        )
        if any("=" not in word for word in (*options.plain, *options.secret)):
            raise RefusalError("E2E_SET and E2E_SET_SECRET are lists of key=value, separated by spaces")
        return options


def tool(*names: str, why: str) -> str:
    """The first of these commands that is on PATH."""
    found = next((name for name in names if shutil.which(name)), None)
    if found is None:
        raise RefusalError(f"{' or '.join(names)} is not on PATH; {why}")
    return found


def loader(context: str, image: str) -> Sequence[str]:
    """The command that puts an image of this machine into the cluster of a context."""
    for beginning, words in LOADERS.items():
        if context.startswith(beginning):
            cluster = context.removeprefix(beginning)
            return [word.format(image=image, cluster=cluster, context=context) for word in words]
    raise RefusalError(
        f"no image of this machine can be put into the cluster of the context {context}: "
        "name a registry that it pulls from, and that you may push to, with E2E_REGISTRY=host/folder, or an "
        "image that it can pull with E2E_IMAGE=repository:tag "
        "(docker build --file tests/e2e/image/Dockerfile --tag repository:tag tests)"
    )
