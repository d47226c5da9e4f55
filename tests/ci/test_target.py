"""A stack as the target of a release: what Pulumi and kubectl are asked, and what their answers come to."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ci.assistant import in_pod
from ci.assistant.target import CONTAINER, StackTarget
from ci.errors import JobError
from ci.pulumi_cli import MODEL, Outcome
from components.rasa.values import READY
from tests.http_server import Quiet, serve

KUBECONFIG, TOKEN = "planted-kubeconfig", "planted-token"
OK = Outcome(code=0, stdout="", stderr="")


def said(text: str) -> Outcome:
    return Outcome(code=0, stdout=text, stderr="")


@dataclass
class Machine:
    """Has a `pulumi` and a `kubectl`, a stack, and pods."""

    configured: str = "old"
    hashed: str = ""
    pods: dict[str, dict[str, object] | str] = field(default_factory=dict[str, "dict[str, object] | str"])
    """Name → what it answers to /status; a text is an error."""
    reply: str = '[{"text": "Hello"}]'
    changes: Sequence[str] = ("update",)
    reachable: bool = True
    asked: list[str] = field(default_factory=list[str])
    looks: int = 0

    def __call__(self, *command: str, live: bool = False) -> Outcome:
        del live
        return self._pulumi(*command[1:]) if command[0] == "pulumi" else self._kubectl(*command[1:])

    def _pulumi(self, *words: str) -> Outcome:
        self.asked.append(" ".join(word for word in words[:2] if not word.startswith("-")))
        match words[:2]:
            case ("config", "get"):
                return said(f"{self.configured}\n")
            case ("config", "set"):
                if words[3] == MODEL:
                    self.configured = words[4]
                else:
                    self.hashed = words[4]
                assert words[5:7] == ("--type", "string")
                return OK
            case ("stack", "output"):
                return said(KUBECONFIG)
            case ("preview", _):
                urn = "urn:pulumi:aws-production::rasa::kubernetes:helm.sh/v3:Release::rasa"
                state = {"type": "kubernetes:helm.sh/v3:Release", "urn": urn, "custom": True}
                steps = [{"op": op, "urn": urn, "newState": state} for op in self.changes]
                return said(json.dumps({"steps": steps}))
            case _:
                return OK

    def _kubectl(self, *words: str) -> Outcome:
        path = Path(words[words.index("--kubeconfig") + 1])
        assert path.read_text() == KUBECONFIG
        assert path.stat().st_mode & 0o077 == 0
        assert words[words.index("-n") + 1] == "rasa"
        if not self.reachable:
            return Outcome(code=1, stdout="", stderr="Unable to connect to the server: i/o timeout")
        if "get" in words:
            self.looks += 1
            return said("".join(f"pod/{name}\n" for name in self.pods))
        pod, *rest = words[words.index("exec") + 1 :]
        assert rest[:3] == ["-c", CONTAINER, "--"]
        if any("webhooks/rest" in word for word in rest):
            return said(self.reply)
        answer = self.pods[pod.removeprefix("pod/")]
        if isinstance(answer, str):
            return Outcome(code=1, stdout="", stderr=answer)
        return said(json.dumps(answer))


def serving(model: str, model_id: str = "m1") -> dict[str, object]:
    return {"model_file": f"{model}.tar.gz", "model_id": model_id, "num_active_training_jobs": 0}


def target(machine: Machine) -> StackTarget:
    def sleep(_: float) -> None:
        """Between two looks the next pod is replaced."""
        waiting = [name for name, answer in machine.pods.items() if answer != serving("new")]
        if waiting and machine.configured == "new":
            machine.pods[waiting[0]] = serving("new")

    return StackTarget(stack="aws-production", runner=machine, sleep=sleep)


def test_a_model_is_named_and_rolled_out() -> None:
    machine = Machine()
    stack = target(machine)
    assert stack.model() == "old"
    stack.name("new", "0" * 64)
    assert machine.configured == "new"
    assert machine.hashed == "0" * 64
    stack.roll_out()
    assert machine.asked[-2:] == ["preview", "up"]


def test_nothing_to_roll_out_is_no_update() -> None:
    machine = Machine(changes=())
    target(machine).roll_out()
    assert machine.asked == ["stack export", "preview"]


def test_every_pod_is_waited_for() -> None:
    machine = Machine(
        configured="new", pods={"a": serving("old", "m0"), "b": "409: Conflict: no agent loaded"}
    )
    target(machine).wait("new", "m1")
    assert machine.looks == 3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pods", "model_id", "text"),
    [
        ({}, None, "no pod was found"),
        ({"a": serving("new"), "b": "409: no model"}, "m1", "409: no model"),
        # Of the right name and another content: the archive that was uploaded is another one.
        ({"a": serving("new", "other")}, "m1", "other"),
        # What a roll-back waits for: not just any model.
        ({"a": serving("failed")}, None, "failed"),
        ({"a": "no json"}, None, "no json"),
    ],
)
def test_another_model_is_not_taken_for_it(
    pods: dict[str, dict[str, object] | str], model_id: str | None, text: str
) -> None:
    machine = Machine(pods=pods)
    with pytest.raises(JobError, match=f"not every pod of aws-production serves new: .*{text}") as error:
        target(machine).wait("new", model_id)
    assert str(error.value).splitlines()[-1].startswith("409 means no model")


def test_models_in_folders_are_known_by_their_file() -> None:
    target(Machine(pods={"a": serving("new")})).wait("prod/new", "m1")
    target(Machine(pods={"a": serving("new")})).wait("new.tar.gz", "m1")


def test_one_conversation() -> None:
    target(Machine(pods={"a": serving("new")})).converse()


@pytest.mark.parametrize(
    "machine", [Machine(), Machine(pods={"a": {}}, reply="[]"), Machine(pods={"a": {}}, reply="<html>")]
)
def test_silence_is_no_conversation(machine: Machine) -> None:
    with pytest.raises(JobError, match="did not answer over REST") as error:
        target(machine).converse()
    assert "`rest` must be among" in str(error.value).splitlines()[-1]


def test_a_cluster_that_does_not_answer_is_said_at_once() -> None:
    machine = Machine(reachable=False)
    with pytest.raises(JobError, match="does not answer kubectl: Unable to connect"):
        target(machine).wait("new", "m1")
    with pytest.raises(JobError) as error:
        target(machine).converse()
    assert "allowedCidrs" in str(error.value).splitlines()[-1]


class Rasa(Quiet):
    """The two routes of Rasa Pro that are asked."""

    def do_GET(self) -> None:
        code, answer = (
            (200, serving("new")) if self.path == "/status?token=planted-token" else (401, {"no": 1})
        )
        self._answer(code, answer)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.headers["Content-Type"] == "application/json"
        self._answer(200, [{"recipient_id": body["sender"], "text": f"You said {body['message']}"}])

    def _answer(self, code: int, answer: object) -> None:
        self.send_response(code)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())


@pytest.fixture
def port() -> Iterator[int]:
    with serve(Rasa) as port:
        yield port


def in_a_pod(command: Sequence[str], token: str = TOKEN) -> subprocess.CompletedProcess[str]:
    assert command[0] == "python3"
    return subprocess.run(
        [sys.executable, *command[1:]], env={"AUTH_TOKEN": token}, capture_output=True, text=True, check=False
    )


def test_the_programs_in_the_pod(port: int) -> None:
    assert json.loads(in_a_pod(in_pod.status(port)).stdout) == serving("new")
    refused = in_a_pod(in_pod.status(port), token="another")
    assert (refused.returncode, refused.stderr.strip()) == (1, '401: {"no": 1}')
    answer = json.loads(in_a_pod(in_pod.message('it\'s "me"', "tester", port)).stdout)
    assert answer == [{"recipient_id": "tester", "text": 'You said it\'s "me"'}]
    assert f"127.0.0.1:{in_pod.PORT}/status" in READY
