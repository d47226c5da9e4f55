"""Things that go wrong on demand: failing operations, and changes made behind Pulumi's back."""

from __future__ import annotations

import copy
import os
import re
import shlex
import shutil
import signal
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import cast

import yaml
from pulumi.automation import PulumiCommand

from simcloud.errors import CloudError, SimcloudError
from simcloud.wire import Value

OPERATIONS = ("create", "update", "delete")


def _pattern(text: str, option: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise SimcloudError(f"{option}: '{text}' is not a regular expression: {error}") from None


@dataclass(slots=True)
class Fault:
    """`--fail TYPE-REGEX:OPERATION[:N]`: the first N matching operations fail."""

    pattern: re.Pattern[str]
    operation: str
    left: int = 1

    @classmethod
    def parse(cls, text: str) -> Fault:
        """Read the option; from the right, because type tokens contain colons."""
        rest, _, last = text.rpartition(":")
        count = 1
        if last.isdigit():
            count = int(last)
            rest, _, last = rest.rpartition(":")
        if last not in OPERATIONS or not rest:
            raise SimcloudError(
                f"--fail: '{text}' must be TYPE-REGEX:{'|'.join(OPERATIONS)}[:N], such as 'rds/.*:create:2'"
            )
        return cls(_pattern(rest, "--fail"), last, count)


class How(Enum):
    """What ends a run in the middle."""

    KILLED = "killed"
    """The engine's process, when the cloud has done an operation of which the engine has not heard yet."""
    EXPIRED = "expired"
    """The credentials: every later operation is refused."""


@dataclass(frozen=True, slots=True)
class End:
    """The middle of a run: `operation` is the last one that the cloud does (create, update, delete, read)."""

    operation: int
    how: How = How.KILLED
    types: str = ""
    """Regular expression of the types whose operations count; all of them by default."""


@dataclass(slots=True)
class Faults:
    """All faults of a run."""

    faults: list[Fault] = field(default_factory=list[Fault])
    end: End | None = None
    _pid_file: Path = Path()
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _done: int = 0

    @classmethod
    def parse(cls, texts: Iterable[str]) -> Faults:
        """Read the options."""
        return cls([Fault.parse(text) for text in texts])

    def strike(self, token: str, operation: str) -> None:
        """Raise if this operation is to fail."""
        with self._lock:
            for fault in self.faults:
                if fault.left and fault.operation == operation and fault.pattern.search(token):
                    fault.left -= 1
                    raise CloudError(
                        f"SimulatedFault: InternalFailure: {operation} of {token} failed as --fail asks"
                    )

    def begins(self, token: str) -> bool:
        """Count an operation; whether the engine does not survive it. Raise if the credentials have ended."""
        with self._lock:
            if self.end is None or not re.search(self.end.types, token):
                return False
            self._done += 1
            if self.end.how is How.KILLED:
                return self._done == self.end.operation
            if self._done > self.end.operation:
                raise CloudError("ExpiredToken: the security token included in the request is expired")
            return False

    def noting_its_process(self, pulumi: PulumiCommand, folder: Path) -> PulumiCommand:
        """The same engine, which writes down the process that `end_if` ends."""
        self._pid_file, script = folder / "engine.pid", folder / "pulumi"
        target = shlex.quote(shutil.which(pulumi.command) or pulumi.command)
        script.write_text(f'#!/bin/sh\necho $$ > {shlex.quote(str(self._pid_file))}\nexec {target} "$@"\n')
        script.chmod(0o755)
        noting = copy.copy(pulumi)
        noting.command = str(script)
        return noting

    def end_if(self, last: bool) -> None:
        """End the engine without a word, as a lost machine or a job that is taken down would."""
        if last:
            os.kill(int(self._pid_file.read_text()), signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class Drift:
    """`--drift TYPE-REGEX:property=value`: a property changed outside Pulumi."""

    pattern: re.Pattern[str]
    path: str
    value: Value

    @classmethod
    def parse(cls, text: str) -> Drift:
        """Read the option."""
        left, equals, value = text.partition("=")
        kind, colon, path = left.rpartition(":")
        if not equals or not colon or not kind or not path:
            raise SimcloudError(
                f"--drift: '{text}' must be TYPE-REGEX:property=value, such as 'rds/.*:multiAz=false'"
            )
        try:
            parsed = cast("Value", yaml.safe_load(value))
        except yaml.YAMLError as error:
            raise SimcloudError(f"--drift: '{value}' is not a YAML value: {error}") from None
        return cls(_pattern(kind, "--drift"), path, parsed)
