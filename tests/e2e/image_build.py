"""The image with the stand-in for `rasa run`: built here, and put into the cluster."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.e2e.options import loader, tool
from tests.e2e.report import StepError

TESTS = Path(__file__).parents[1]
IMAGE = "localhost/rasa-e2e:3.21.0"
"""Not `latest`, which a node would always try to pull."""


def builder() -> str:
    """What builds images on this machine."""
    return tool(
        "docker",
        "podman",
        why="install one, or name an image that the cluster can pull with E2E_IMAGE=repository:tag",
    )


def build(with_: str, context: str) -> str:
    """Build it and load it into the cluster of this context; its name."""
    into_cluster = loader(context, IMAGE)
    dockerfile = TESTS / "e2e" / "image" / "Dockerfile"
    _run([with_, "build", "--file", str(dockerfile), "--tag", IMAGE, str(TESTS)])
    _run(into_cluster)
    return IMAGE


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).splitlines()[-20:])
        raise StepError(f"{' '.join(command)} ended with status {done.returncode}:\n{last}")
