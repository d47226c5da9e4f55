"""A shell as a person has it: a fresh clone, `pulumi` with its plugins on PATH, an own home and back end.

    with opened(tmp_path) as shell:
        shell.run("pulumi stack init aws-dev")
        done = shell.run("pulumi preview", check=False)
        assert "is missing" in done.text

`pulumi` is the real engine. The provider plugins lead to one simulated cloud (`shell.account`), which all
commands and stacks of the shell share. The language host is Pulumi's own where there is one, else ours
(simcloud/language). Nothing is asked: `pulumi up` goes ahead (PULUMI_SKIP_CONFIRMATIONS). `~` in `file://~`
is the shell's home. `shell.stand_in("aws", "echo …")` puts an executable in
front of PATH, for what is outside (`kubectl`, `curl`, …).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from simcloud import engine
from simcloud.account import Account
from simcloud.executables import write, write_language_host, write_plugins, write_pulumi
from simcloud.shared import serving
from tests.clone import copy

ROOT = Path(__file__).parents[2]
PASSPHRASE = "of the test"
NOT_OURS = re.compile(r"(PULUMI|AWS|AZURE|ARM|GOOGLE|CLOUDSDK|RASA|OPENAI|MAKE|GIT|GITHUB|CI|XDG)(_|$)")
"""Variables of whoever runs the tests; a person in a fresh shell has none of them."""
ALSO_NOT = {
    "PYTHONPATH",
    "PYTHONDONTWRITEBYTECODE",
    "VIRTUAL_ENV",
    "KUBECONFIG",
    "STACK",
    "CLOUD",
    "WITH",
    "MAKEFLAGS",
    "MAKELEVEL",
    "MFLAGS",
}
SECONDS = 3600
"""After which a command hangs, and is not merely slow on a machine that has much to do."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a command."""

    code: int
    stdout: str
    stderr: str

    @property
    def text(self) -> str:
        """All that was printed."""
        return self.stdout + self.stderr


@dataclass(frozen=True, slots=True)
class Shell:
    """Runs commands in the clone; each starts afresh there, without an activated environment."""

    clone: Path
    bin: Path
    """In front of PATH."""
    home: Path
    account: Account
    """What is in the simulated cloud."""
    environment: Mapping[str, str]

    def run(self, command: str, *, check: bool = True, folder: str = ".", **variables: str) -> Done:
        """Run commands with bash, in a folder of the clone; `check` demands status 0."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            cwd=self.clone / folder,
            env={**self.environment, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        if check:
            assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return Done(done.returncode, done.stdout, done.stderr)

    def stand_in(self, name: str, script: str) -> Path:
        """Put an executable (of sh) on PATH for something that is outside."""
        write(self.bin / name, f"#!/bin/sh\n{script}\n")
        return self.bin / name


@contextmanager
def opened(folder: Path, *, environment: Path | None = Path(sys.prefix)) -> Generator[Shell]:
    """Open a shell whose files are all in a folder, logged in to `file://~`.

    `environment` is what the clone's .venv leads to; None for a clone as git makes it, without one.
    """
    clone, bin_, home = folder / "clone", folder / "bin", folder / "home"
    for one in (bin_, home):
        one.mkdir(parents=True)
    copy(clone)
    if environment:
        (clone / ".venv").symlink_to(environment)
    if (ROOT / ".uv").exists():
        (clone / ".uv").symlink_to(ROOT / ".uv")
    pulumi = Path(shutil.which(engine.find().command) or "")
    with serving(folder / "account.json", clone, home) as (port, account):
        write_pulumi(bin_, pulumi)
        write_plugins(bin_, port)
        write_language_host(bin_, pulumi)
        shell = Shell(clone, bin_, home, account, _environment(bin_, pulumi.parent, home))
        shell.run("pulumi login file://~")
        yield shell


def _environment(bin_: Path, pulumi: Path, home: Path) -> dict[str, str]:
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    kept = {
        key: value for key, value in os.environ.items() if not NOT_OURS.match(key) and key not in ALSO_NOT
    }
    # The environment of the tests is not activated: `python` is whatever the machine has.
    path = [one for one in os.environ["PATH"].split(os.pathsep) if Path(one) != Path(sys.prefix) / "bin"]
    return {
        "UV_CACHE_DIR": str(caches / "uv"),
        "PIP_CACHE_DIR": str(caches / "pip"),
        **kept,
        "PATH": os.pathsep.join([str(bin_), str(pulumi), *path]),
        "HOME": str(home),
        "PULUMI_HOME": str(home / ".pulumi"),
        "RASA_PULUMI_ENGINE_CACHE": str(engine.cache_dir().parent),
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_SKIP_CONFIRMATIONS": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        # The state is written at the end of a command, not after each resource: two minutes less per stack.
        "PULUMI_EXPERIMENTAL": "true",
        "PULUMI_SKIP_CHECKPOINTS": "true",
    }
