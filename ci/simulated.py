"""Previews on the simulated cloud: for forks, and where bootstrap/ has not been run. No credentials."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from ci import digest, stacks
from ci.forges import Forge
from ci.jobs import Job, show
from simcloud.errors import SimcloudError
from simcloud.run import Simulation


def preview(stack: str, base: Path | None, job: Job, forge: Forge | None) -> None:
    """What the change does to a stack brought up from `base`; without one, to nothing."""
    # A state of its own: what an earlier preview left, one that was killed, say, is not what is up.
    with TemporaryDirectory() as state:
        show(_found(stack, base, Path(state)), job, forge)


def _found(stack: str, base: Path | None, state_dir: Path) -> digest.Preview:
    if base and stack in stacks.names(base):
        # In a process of its own: two versions of the program cannot live in one.
        places = {"--project": base, "--stacks": base / stacks.FOLDER, "--state-dir": state_dir}
        arguments = ["up", stack, *(str(word) for option in places.items() for word in option)]
        subprocess.run([sys.executable, "-m", "simcloud", *arguments], check=True)  # noqa: S603 - our own words
    try:
        result = Simulation(stack, stacks=stacks.ROOT / stacks.FOLDER, state_dir=state_dir).preview()
    except SimcloudError as error:
        return digest.failed(stack, [str(error)])
    return digest.read(stack, result.digest) if result.success else digest.failed(stack, result.errors)
