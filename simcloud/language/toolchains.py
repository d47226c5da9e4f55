"""How a program's Python environment is made, asked and used: by pip, or by uv."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

Say = Callable[[str], None]
"""Shows a line of what is being installed."""


class HostError(Exception):
    """The error that the engine gets instead of an answer."""


@dataclass(frozen=True, slots=True)
class Package:
    """A package of the environment, its name as PEP 503 writes it."""

    name: str
    version: str


class Toolchain(Protocol):
    """What the host needs of pip and of uv."""

    def ensure(self, program: Path, say: Say) -> None:
        """Make the environment where there is none."""
        ...

    def validate(self) -> None:
        """Refuse to run a program without its environment."""
        ...

    def install(self, program: Path, say: Say) -> None:
        """Install what the program says it needs."""
        ...

    def packages(self) -> Sequence[Package]:
        """Everything that is installed."""
        ...

    def command(self, *arguments: str) -> tuple[list[str], Mapping[str, str]]:
        """Python in the environment: its command line and its environment variables."""
        ...


def normalized(name: str) -> str:
    """The name of a package as PEP 503 writes it."""
    return re.sub(r"[-_.]+", "-", name.lower())


def search_up(folder: Path, file: str) -> Path | None:
    """The nearest folder that holds the file, from this one upwards."""
    return next((one for one in (folder, *folder.parents) if (one / file).exists()), None)


def is_environment(folder: Path) -> bool:
    """Whether Python is there."""
    return (folder / "bin" / "python").is_file()


def activated(environment: Path) -> dict[str, str]:
    """The process's environment variables, changed as the environment's `activate` changes them."""
    kept = {key: value for key, value in os.environ.items() if key not in {"PYTHONHOME", "VIRTUAL_ENV"}}
    path = os.pathsep.join(filter(None, [str(environment / "bin"), kept.get("PATH", "")]))
    return {**kept, "PATH": path, "VIRTUAL_ENV": str(environment)}


def outcome(code: int) -> str:
    """The end of a process in Go's words, which the real host prints."""
    return f"exit status {code}" if code >= 0 else f"signal: {-code}"


def call(command: Sequence[str], what: str, *, say: Say | None = None, **where: Any) -> str:  # noqa: ANN401
    """Run a command for its output; a failure is worded as the real host words it."""
    try:
        done = subprocess.run(list(command), capture_output=True, text=True, check=False, **where)  # noqa: S603
    except FileNotFoundError:
        raise HostError(f"{what}: fork/exec {command[0]}: no such file or directory") from None
    if say:
        for line in (done.stdout + done.stderr).splitlines():
            say(line)
    if done.returncode:
        raise HostError(f"{what}: {outcome(done.returncode)}")
    return done.stdout


@dataclass(frozen=True, slots=True)
class Pip:
    """`toolchain: pip`, with an environment of its own or without."""

    root: Path
    option: str
    """`virtualenv` of Pulumi.yaml; "" for the Python on PATH."""

    @property
    def environment(self) -> Path:
        """Where the environment is, or is to be."""
        return self.root / self.option

    def ensure(self, program: Path, say: Say) -> None:
        """Make it where the folder is missing or empty; leave everything else to `validate`."""
        if not self.option or is_environment(self.environment):
            return
        if self.environment.exists() and not self.environment.is_dir():
            where = f'"{self.environment}"'
            raise HostError(
                f"the 'virtualenv' option in Pulumi.yaml is set to {where} but it is not a directory"
            )
        if not self.environment.exists() or not any(self.environment.iterdir()):
            self.install(program, say)

    def validate(self) -> None:
        """Say how to make it where it is missing or something else."""
        if not self.option or is_environment(self.environment):
            return
        full, python = self.environment, self.environment / "bin" / "python"
        problem = "doesn't appear to be a virtual environment" if full.exists() else "doesn't exist"
        raise HostError(
            f'The \'virtualenv\' option in Pulumi.yaml is set to "{self.option}", but "{full}" {problem}; '
            "run the following commands to create the virtual environment and install dependencies into it:"
            "\n\n"
            f"    1. python3 -m venv {full}\n"
            f"    2. {python} -m pip install --upgrade pip setuptools wheel\n"
            f"    3. {python} -m pip install -r requirements.txt\n\n\n"
            "For more information see: "
            "https://www.pulumi.com/docs/intro/languages/python/#virtual-environments"
        )

    def install(self, program: Path, say: Say) -> None:
        """Make the environment and install requirements.txt of the program's folder, if there is one."""
        if self.option:
            say("Creating virtual environment...")
            made = [_python_on_path(), "-m", "venv", str(self.environment)]
            call(made, f"creating virtual environment at '{self.environment}'", say=say)
            say("Finished creating virtual environment")
        say("Updating pip, setuptools, and wheel in virtual environment...")
        self._pip(
            program, "updating pip, setuptools, and wheel", say, "--upgrade", "pip", "setuptools", "wheel"
        )
        say("Finished updating")
        if (program / "requirements.txt").exists():
            say("Installing dependencies in virtual environment...")
            self._pip(program, "installing dependencies", say, "-r", "requirements.txt")
            say("Finished installing dependencies")

    def _pip(self, program: Path, what: str, say: Say, *arguments: str) -> None:
        command, env = self.command("-m", "pip", "install", *arguments)
        call(command, f"{what} via '{' '.join(command)}'", say=say, cwd=program, env=env)

    def packages(self) -> Sequence[Package]:
        """What `python -m pip list` says."""
        command, env = self.command("-m", "pip", "list", "--format", "json")
        listed = call(command, f"calling `{' '.join(command)}`", env=env)
        return [Package(normalized(one["name"]), one["version"]) for one in json.loads(listed)]

    def command(self, *arguments: str) -> tuple[list[str], Mapping[str, str]]:
        """Python of the environment, or the one on PATH."""
        if not self.option:
            return [_python_on_path(), *arguments], dict(os.environ)
        python = str(self.environment / "bin" / "python")
        return [python, *arguments], activated(self.environment)


@dataclass(frozen=True, slots=True)
class Uv:
    """`toolchain: uv`, beside the nearest uv.lock or pyproject.toml."""

    root: Path
    environment: Path

    def ensure(self, program: Path, say: Say) -> None:
        """Have uv make it."""
        made = ("venv", "--quiet", "--allow-existing", str(self.environment))
        self._uv("error creating virtual environment", *made, cwd=program, say=say)

    def validate(self) -> None:
        """Refuse a folder without Python."""
        if not is_environment(self.environment):
            raise HostError(f"'{self.environment}' is not a virtualenv")

    def install(self, program: Path, say: Say) -> None:
        """Install what uv.lock says."""
        self._uv("error installing dependencies", "sync", cwd=program, say=say)

    def packages(self) -> Sequence[Package]:
        """Everything in uv.lock, whatever of it is installed."""
        folder = search_up(self.root, "uv.lock")
        if folder is None:
            raise HostError("could not find uv.lock: file does not exist")
        locked = tomllib.loads((folder / "uv.lock").read_text())["package"]
        return [
            Package(normalized(one["name"]), one.get("version", ""))
            for one in locked
            if not one["source"].get("virtual")
        ]

    def command(self, *arguments: str) -> tuple[list[str], Mapping[str, str]]:
        """Bring the environment up to date, remove nothing from it, and run its Python."""
        if search_up(self.root, "pyproject.toml"):
            self._uv("error creating virtual environment", "sync", "--inexact", cwd=self.root)
        return [str(self.environment / "bin" / "python"), *arguments], activated(self.environment)

    def _uv(self, what: str, *arguments: str, cwd: Path, say: Say | None = None) -> None:
        env = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(self.environment)}
        call(["uv", *arguments], what, cwd=cwd, env=env, say=say)


def make_uv(root: Path, option: str) -> Uv:
    """The toolchain with its environment: the option's, or .venv beside the lock file."""
    if shutil.which("uv") is None:
        raise HostError("Could not find `uv` executable.\nInstall uv and make sure it is in your PATH.")
    beside = search_up(root, "uv.lock") or search_up(root, "pyproject.toml") or root
    return Uv(root, root / option if option else beside / ".venv")


def _python_on_path() -> str:
    named = os.environ.get("PULUMI_PYTHON_CMD")
    wanted = [named] if named else ["python3", "python"]
    found = next((path for path in map(shutil.which, wanted) if path), None)
    if found is None:
        listed = " ".join(f'"{name}"' for name in wanted)
        raise HostError(
            f"failed to locate any of [{listed}] on your PATH. Have you installed Python 3.6 or greater?"
        )
    return found
