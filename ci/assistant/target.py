"""A real stack as the target of a release: Pulumi rolls out, kubectl looks inside the pods."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from ci import jobs, production, pulumi_cli, stacks
from ci.assistant import in_pod
from ci.errors import JobError
from ci.pulumi_cli import Outcome, Runner

PODS = "app.kubernetes.io/name=rasa"
"""The chart's label of the assistant's pods (`rasa.selectorLabels`), with the name that we give it."""
CONTAINER = "rasa"
WAIT = 900
"""Seconds until every pod must serve the model: download, load, and pods one after the other."""
PAUSE = 10
"""Seconds between two looks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StackTarget:
    """One stack of this project."""

    stack: str
    runner: Runner = pulumi_cli.run
    sleep: Callable[[float], None] = time.sleep

    def model(self) -> str:
        done = self.runner("pulumi", "config", "get", "--path", pulumi_cli.MODEL, "--stack", self.stack)
        if done.code and (first := stacks.upload(self.stack)):
            return first
        if done.code:
            raise JobError(f"{self.stack} names no model", remedy=pulumi_cli.explain(self.stack, done.stderr))
        return done.stdout.strip()

    def sha256(self, model: str) -> str:
        told = pulumi_cli.outputs(self.stack, runner=self.runner)
        return str(told.get("modelSha256", "")) if told.get("model") == model else ""

    def name(self, model: str, sha256: str) -> None:
        pulumi_cli.set_model(self.stack, model, sha256, runner=self.runner)

    def roll_out(self) -> None:
        pulumi_cli.settle(self.stack, runner=self.runner)
        found = pulumi_cli.preview(self.stack, runner=self.runner)
        jobs.guard(found, production.judge(found), allowed=False)
        if found.changes:
            pulumi_cli.up(self.stack, runner=self.runner)

    def wait(self, model: str, model_id: str | None) -> None:
        said = "no pod was found"
        for _ in range(WAIT // PAUSE):
            answers = [self._in_pod(pod, *in_pod.status()) for pod in self._pods()]
            others = [answer for answer in answers if not _serves(answer, model, model_id)]
            if answers and not others:
                return
            said = next((answer.stderr or answer.stdout for answer in others), said)
            self.sleep(PAUSE)
        raise JobError(
            f"after {WAIT} s not every pod of {self.stack} serves {model}: {said.strip()[:500]}",
            remedy="409 means no model: look for `Could not load model` in the log of the pods.",
        )

    def converse(self) -> None:
        pods = self._pods()
        asked = in_pod.message("hello", sender="release-smoke-test")
        answer = self._in_pod(pods[0], *asked) if pods else Outcome(code=1, stdout="", stderr="no pod runs")
        said = _parsed(answer)
        if not isinstance(said, list) or not said:
            raise JobError(
                f"the assistant did not answer over REST: {(answer.stderr or answer.stdout).strip()[:500]}",
                remedy="Talk to it yourself (README); `rest` must be among `assistant.credentials`.",
            )

    def _pods(self) -> list[str]:
        selected = ("get", "pods", "-l", PODS, "--field-selector", "status.phase=Running", "-o", "name")
        done = self._kubectl(*selected)
        if done.code:
            raise JobError(
                f"the cluster of {self.stack} does not answer kubectl: {done.stderr.strip()[:500]}",
                remedy="`cluster.allowedCidrs` must hold this machine's address, and the deploy identity must"
                " be among those who may enter the cluster.",
            )
        return done.stdout.split()

    def _in_pod(self, pod: str, *command: str) -> Outcome:
        return self._kubectl("exec", pod, "-c", CONTAINER, "--", *command)

    def _kubectl(self, *command: str) -> Outcome:
        namespace = stacks.read(self.stack).namespace
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "kubeconfig"
            pulumi_cli.write_private(path, pulumi_cli.output(self.stack, "kubeconfig", runner=self.runner))
            return self.runner("kubectl", "--kubeconfig", str(path), "-n", namespace, *command)


def _serves(answer: Outcome, model: str, model_id: str | None) -> bool:
    """Rasa says the name of the file that it loaded (server.py, `status`), without its folders."""
    said = _parsed(answer)
    if not isinstance(said, Mapping):
        return False
    status = cast("Mapping[str, object]", said)
    file = model.rpartition("/")[2].removesuffix(".tar.gz") + ".tar.gz"
    return status.get("model_file") == file and model_id in {None, status.get("model_id")}


def _parsed(answer: Outcome) -> object:
    try:
        return json.loads(answer.stdout) if answer.code == 0 else None
    except json.JSONDecodeError:
        return None
