"""Finds the Pulumi engine, or gets it: PATH, our cache, the official installer, the Go toolchain."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from pulumi.automation import PulumiCommand
from semver import VersionInfo

from simcloud.errors import SimcloudError

PINNED = VersionInfo(3, 230, 0)
MODULE = Path(__file__).parent
INSTALLER = "https://get.pulumi.com/install.sh"
OFFLINE_AFTER = 10  # seconds
VERSION_FLAG = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"


def cache_dir() -> Path:
    """The folder for an engine that was downloaded or built, outside the source tree."""
    own = os.environ.get("RASA_PULUMI_ENGINE_CACHE")
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return (Path(own) if own else base / "rasa-pulumi" / "engine") / str(PINNED)


def find(say: Callable[[str], None] | None = None) -> PulumiCommand:
    """Return a usable engine, getting one if there is none; tell a person what goes on."""
    tell = say or _print
    problems: list[str] = []
    if shutil.which("pulumi"):
        command = _usable(None, problems)
        if command:
            return command
    if (cache_dir() / "bin" / "pulumi").exists():
        command = _usable(cache_dir(), problems)
        if command:
            return command
    for way in (_install, _build):
        try:
            way(tell)
        except (OSError, subprocess.SubprocessError, SimcloudError) as error:
            problems.append(f"{way.__doc__}: {error}")
            continue
        command = _usable(cache_dir(), problems)
        if command:
            return command
    raise SimcloudError(
        f"no Pulumi engine (3.x, {PINNED} or newer) could be found or made. Any of these will do:\n"
        "  1. install Pulumi so that `pulumi` is on PATH: https://www.pulumi.com/docs/install/\n"
        f"  2. let this machine reach {INSTALLER}, and run the command again\n"
        "  3. install Go 1.25.8 or newer (https://go.dev/dl/), let it reach a module proxy, run it again\n"
        "What was tried:\n"
        + "\n".join(f"  - {problem}" for problem in problems or ["nothing was found on PATH"])
    )


def _print(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - progress of something that takes minutes


def _usable(root: Path | None, problems: list[str]) -> PulumiCommand | None:
    where = f"{root}/bin/pulumi" if root else "pulumi on PATH"
    try:
        command = PulumiCommand(root=str(root) if root else None, skip_version_check=True)
    except (OSError, subprocess.SubprocessError) as error:
        problems.append(f"{where} does not run: {error}")
        return None
    version = command.version
    if version is None or version.major != PINNED.major or version < PINNED:
        problems.append(f"{where} is {version}, older than {PINNED} or of another major version")
        return None
    return command


def _install(say: Callable[[str], None]) -> None:
    """The official installer."""
    try:
        with urllib.request.urlopen(INSTALLER, timeout=OFFLINE_AFTER):
            pass
    except OSError as error:
        raise SimcloudError(f"{INSTALLER} cannot be reached ({error})") from None
    with _Ticker(say, f"installing the Pulumi engine {PINNED} with the official installer"):
        PulumiCommand.install(root=str(cache_dir()), version=PINNED, skip_version_check=True)


def _build(say: Callable[[str], None]) -> None:
    """A build from Go modules."""
    go = shutil.which("go")
    if go is None:
        raise SimcloudError("there is no `go` on PATH")
    target = cache_dir() / "bin" / "pulumi"
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(".new")
    flags = f"-s -w -X {VERSION_FLAG}=v{PINNED}"
    command = [
        go,
        "build",
        "-ldflags",
        flags,
        "-o",
        str(unfinished),
        "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    ]
    with _Ticker(say, "building the Pulumi engine from Go modules, once (about 7 minutes on two cores)"):
        done = subprocess.run(command, cwd=MODULE, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise SimcloudError(f"`go build` failed: {done.stderr.strip()[-500:]}")
    unfinished.replace(target)


class _Ticker:
    """Prints every half minute that a long step still runs."""

    def __init__(self, say: Callable[[str], None], what: str) -> None:
        self._say = say
        self._what = what
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)
        self._start = time.monotonic()

    def __enter__(self) -> None:
        self._say(f"{self._what} ...")
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _tick(self) -> None:
        while not self._done.wait(30):
            self._say(f"  {time.monotonic() - self._start:.0f} s: still {self._what.split(',')[0]}")
