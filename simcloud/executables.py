"""Executables by which a `pulumi` command of the shell reaches the simulated cloud.

The engine takes provider plugins and language hosts from PATH (sdk/go/common/workspace/plugins.go,
`getPluginPath`): it starts one, reads a port from its first line, and ends it when it is done. Those of this
file print the port of a server that outlives them, so that all commands see the same cloud.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from simcloud.catalog import names

HOST = "pulumi-language-python"


def write_pulumi(folder: Path, engine: Path) -> None:
    """Write a `pulumi` for which `~` is $HOME, and not the home of the operating system's user."""
    script = """\
for word; do
  shift
  case $word in "file://~"*) word="file://$HOME${word#file://~}" ;; esac
  set -- "$@" "$word"
done
"""
    write(folder / "pulumi", f'#!/bin/sh\n{script}exec "{engine}" "$@"\n')


def write_plugins(folder: Path, port: int) -> None:
    """Write a provider plugin for each simulated package."""
    for name in names():
        # `exec tail` replaces the shell, so that the engine's kill ends the process that waits.
        write(folder / f"pulumi-resource-{name}", f"#!/bin/sh\necho {port}\nexec tail -f /dev/null\n")


def language_host(engine: Path) -> Path | None:
    """Pulumi's own language host, on PATH or beside the engine, if there is one."""
    beside = engine.resolve().parent / HOST
    on_path = shutil.which(HOST)
    return Path(on_path) if on_path else beside if beside.exists() else None


def write_language_host(folder: Path, engine: Path) -> None:
    """Write a language host where there is none of Pulumi's own."""
    if language_host(engine):
        return
    main = Path(__file__).parent / "language" / "__main__.py"
    write(folder / HOST, f'#!/bin/sh\nexec "{sys.executable}" "{main}" "$@"\n')


def write(path: Path, text: str) -> None:
    """Write an executable."""
    path.write_text(text)
    path.chmod(0o755)
