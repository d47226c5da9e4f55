"""Messages to Rasa, a few a second, each a conversation of its own, until standard input ends.

Runs in the cluster, as a pod that the stack lets in, for a port-forward would end with the pod that it leads
to. So it needs nothing but the standard library. Once a second, and at the end, it prints one line of JSON:
the state so far (`Tally`).

Arguments: the address of Rasa, and how many messages a second (8).
"""

from __future__ import annotations

import json
import sys
import threading
import time
import urllib.request
from dataclasses import asdict, dataclass, field
from uuid import uuid4

SECONDS = 30
"""How long a person waits for an answer; a later one counts as failed."""
THREADS = 8


@dataclass
class Tally:
    """What came of the messages so far."""

    calls: int = 0
    failed: int = 0
    since_failed: int = 0
    """Answered since the last failure."""
    slowest: float = 0.0
    """Seconds of the slowest answer."""
    longest_gap: float = 0.0
    """Seconds between two answers, at most."""
    answers: dict[str, int] = field(default_factory=dict[str, int])
    """What was answered → how often."""
    last: str = ""
    """The last answer."""
    error: str = ""
    """Of the last call that failed."""
    answered_at: float = 0.0

    def answered(self, text: str, seconds: float, now: float) -> None:
        """Count an answer."""
        if self.answered_at:
            self.longest_gap = max(self.longest_gap, round(now - self.answered_at, 1))
        self.answered_at = now
        self.calls += 1
        self.since_failed += 1
        self.slowest = max(self.slowest, round(seconds, 1))
        self.answers[text] = self.answers.get(text, 0) + 1
        self.last = text

    def lost(self, error: str) -> None:
        """Count a call that failed."""
        self.calls += 1
        self.failed += 1
        self.since_failed = 0
        self.error = error


def ask(url: str) -> str:
    """Send one message; the text of the answer."""
    body = json.dumps({"sender": f"e2e-{uuid4().hex[:12]}", "message": "hello"}).encode()
    request = urllib.request.Request(f"{url}/webhooks/rest/webhook", body)
    with urllib.request.urlopen(request, timeout=SECONDS) as response:
        (first, *_) = json.loads(response.read())
    return str(first["text"])


def run(url: str, rate: float, ended: threading.Event) -> None:
    """Send until the end, and print each second what came of it."""
    tally, lock = Tally(), threading.Lock()

    def send() -> None:
        while not ended.wait(THREADS / rate):
            started = time.monotonic()
            try:
                text, error = ask(url), ""
            except Exception as found:  # noqa: BLE001 (each is a call that failed)
                text, error = "", f"{type(found).__name__}: {found}"
            now = time.monotonic()
            with lock:
                if error:
                    tally.lost(error)
                else:
                    tally.answered(text, now - started, now)

    threads = [threading.Thread(target=send) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        ended.wait(1)
        if ended.is_set():
            for thread in threads:
                thread.join()
        with lock:
            sys.stdout.write(json.dumps(asdict(tally)) + "\n")
            sys.stdout.flush()


def main() -> None:
    """Begin, and end with standard input."""
    ended = threading.Event()
    sender = threading.Thread(target=run, args=(sys.argv[1], float([*sys.argv, "8"][2]), ended))
    sender.start()
    sys.stdin.read()
    ended.set()
    sender.join()


if __name__ == "__main__":
    main()
