"""The project's `__main__.py` as the engine's inline program."""

from __future__ import annotations

import os
import runpy
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from pulumi import RunError, log

from simcloud.channels import keep_apart

_one_at_a_time = threading.Lock()
"""A program may still run after its engine has ended; the next one waits, since both change the working
directory."""


def inline(main: Path, project: Path) -> Callable[[], None]:
    """Make a program that runs as `pulumi up` would run it: same argv, same import path, same directory."""
    # The SDK sends every debug line to the engine and waits for it (a third of the time of an `up`), which
    # throws it away.
    log.debug = _drop
    keep_apart()

    def program() -> None:
        with _one_at_a_time:
            run()

    def run() -> None:
        before = sys.argv, list(sys.path), Path.cwd()
        sys.argv = [str(main)]
        sys.path.insert(0, str(project))
        os.chdir(project)
        try:
            runpy.run_path(str(main), run_name="__main__")
        except SystemExit as error:
            _exit(error)
        finally:
            sys.argv, sys.path[:] = before[0], before[1]
            os.chdir(before[2])

    return program


def _drop(*_: object, **__: object) -> None:
    pass


def _exit(error: SystemExit) -> None:
    """Turn the program's own exit into the engine's: a message without a traceback."""
    if error.code in (None, 0):
        return
    text = error.code if isinstance(error.code, str) else f"the program exited with status {error.code}"
    raise RunError(text) from None
