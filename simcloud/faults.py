"""Things that go wrong on demand: failing operations, and changes made behind Pulumi's back."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

import yaml

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


@dataclass(slots=True)
class Faults:
    """All faults of a run."""

    faults: list[Fault] = field(default_factory=list[Fault])
    _lock: threading.Lock = field(default_factory=threading.Lock)

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
