"""Start a real server on loopback, wait until it listens, and end it: by its own process, never by name."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

HOST = "localhost"
PATIENCE = 90
"""Seconds until a server has to listen; a JVM on a busy core takes its time."""


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@dataclass
class Processes:
    """Every process that a run has started, and the folder that they live in."""

    folder: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list[subprocess.Popen[bytes]])

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        ports: Sequence[int],
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> subprocess.Popen[bytes]:
        log = self.folder / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=cwd or self.folder,
                env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.running.append(process)
        for port in ports:
            self._wait(name, process, port, log)
        return process

    def stop(self) -> None:
        for process in reversed(self.running):
            process.terminate()
        for process in reversed(self.running):
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()

    def _wait(self, name: str, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise RuntimeError(f"{name} does not listen on {port}:\n{log.read_text(errors='replace')[-2000:]}")


def as_user(user: str) -> list[str]:
    """What a command is prefixed with to run as somebody else than root (PostgreSQL and RabbitMQ insist)."""
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"] if os.geteuid() == 0 else []


def give_to(user: str, *paths: Path) -> None:
    """Let that user own these files and folders."""
    if os.geteuid() != 0:
        return
    for path in paths:
        for each in (path, *path.rglob("*")):
            shutil.chown(each, user, user)
