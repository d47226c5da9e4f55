"""The image with the stand-in for `rasa run`: built here, and put into the cluster or a registry."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.e2e.options import Options, loader, tool
from tests.e2e.report import StepError

TESTS = Path(__file__).parents[1]
NAME = "rasa-e2e:3.21.0"
"""Not `latest`, which a node would always try to pull."""


def builder() -> str:
    """What builds images on this machine."""
    return tool(
        "docker",
        "podman",
        why="install one, or name an image that the cluster can pull with E2E_IMAGE=repository:tag",
    )


def into_cluster(with_: str, options: Options, context: str) -> tuple[str, Sequence[str]]:
    """The image's name, and the command that hands it to the cluster of this context once it is built."""
    image = f"{options.registry or 'localhost'}/{NAME}"
    return image, [with_, "push", image] if options.registry else loader(context, image)


def build(with_: str, options: Options, context: str) -> str:
    """Build it and hand it to the cluster of this context; its name."""
    image, hand_over = into_cluster(with_, options, context)
    base = ["--build-arg", f"BASE={options.base}"] if options.base else []
    dockerfile = TESTS / "e2e" / "image" / "Dockerfile"
    _run([with_, "build", *base, "--file", str(dockerfile), "--tag", image, str(TESTS)])
    _run(hand_over)
    return image


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).splitlines()[-20:])
        raise StepError(f"{' '.join(command)} ended with status {done.returncode}:\n{last}")
