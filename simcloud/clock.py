"""Simulated time: what each operation would take, waited for in scaled-down real time and recorded."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Operation:
    """One call that changed the cloud."""

    urn: str
    type: str
    op: str
    start: float
    end: float


class Clock:
    """Counts simulated seconds; `scale` real seconds pass for each (0: none)."""

    def __init__(self, scale: float = 0) -> None:
        self.scale = scale
        self.operations: list[Operation] = []
        self.cancelled = threading.Event()
        self._lock = threading.Lock()
        self._zero = time.monotonic()

    def now(self) -> float:
        """Return the simulated time since the clock started."""
        return (time.monotonic() - self._zero) / self.scale if self.scale else 0

    def spend(self, seconds: float) -> None:
        """Let an operation take its time; a cancelled run does not wait."""
        if self.scale and seconds:
            self.cancelled.wait(seconds * self.scale)

    def record(self, urn: str, token: str, op: str, start: float) -> None:
        """Note an operation that ends now."""
        with self._lock:
            self.operations.append(Operation(urn, token, op, round(start, 1), round(self.now(), 1)))
