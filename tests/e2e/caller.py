"""The pod that sends messages to Rasa while something happens to it; load.py runs there."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.cluster import CALLERS, Cluster, until
from tests.e2e.load import Tally
from tests.e2e.report import StepError

SCRIPT = Path(__file__).with_name("load.py").read_text()
POD = "load"
SILENCE = 60
"""Seconds that the pod may take to end its last calls."""
STREAK = 40
"""So many answers after a loss, without a failure between them, mean that calls go on."""


def create(cluster: Cluster, image: str) -> None:
    """Make the namespace and the pod, which idles until it is asked to send."""
    security = {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    container = {
        "name": POD,
        "image": image,
        "command": ["python3", "-c", "import signal; signal.pause()"],
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}},
        "securityContext": security,
    }
    meta = {"name": POD, "namespace": cluster.load_namespace, "labels": CALLERS}
    objects = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": cluster.load_namespace}},
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": meta,
            "spec": {
                "automountServiceAccountToken": False,
                "terminationGracePeriodSeconds": 1,
                "containers": [container],
            },
        },
    ]
    for one in objects:
        cluster.kubectl("apply", "--filename", "-", given=json.dumps(one))
    cluster.kubectl(
        "wait", "--for=condition=Ready", f"pod/{POD}", "--namespace", cluster.load_namespace, "--timeout=300s"
    )


@dataclass
class Load:
    """Messages under way."""

    tally: Tally = field(default_factory=Tally)

    def read(self, lines: Iterable[str]) -> None:
        """Take each state that the pod prints."""
        for text in lines:
            with suppress(json.JSONDecodeError, TypeError):
                self.tally = Tally(**json.loads(text))

    def goes_on(self, what: str) -> None:
        """Wait for answers after a loss: of calls that began after this one was asked."""
        before = self.tally.calls
        until(
            lambda: self.tally.calls - before >= STREAK and self.tally.since_failed >= STREAK,
            lambda: f"calls do not go on after {what} (last error: {self.tally.error or 'none'})",
            300,
        )

    def summary(self) -> str:
        """The figures for the report."""
        tally = self.tally
        said = f"{tally.calls} calls, {tally.failed} failed, longest gap {tally.longest_gap} s"
        return f"{said} (last error: {tally.error})" if tally.error else said


@contextmanager
def load(cluster: Cluster) -> Generator[Load]:
    """Send messages as long as the block lasts; after it, all have ended and are counted."""
    url = f"http://rasa.{cluster.namespace}.svc:5005"
    command = ("kubectl", "exec", "--stdin", "--namespace", cluster.load_namespace, POD, "--")
    process = subprocess.Popen(
        [*command, "python3", "-c", SCRIPT, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    made = Load()
    reader = threading.Thread(target=made.read, args=(process.stdout,))
    reader.start()
    try:
        until(
            lambda: made.tally.calls or process.poll() is not None, lambda: "the load does not begin", SILENCE
        )
        yield made
        if process.poll() is not None:
            raise StepError(f"the load ended by itself: {process.stderr.read() if process.stderr else ''}")
    finally:
        with suppress(BrokenPipeError):
            process.stdin.close()
        try:
            process.wait(SILENCE)
        except subprocess.TimeoutExpired:
            process.kill()
        reader.join()
