"""The steps with messages and losses, on a stand-in for kubectl: what passes, and what must not."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.e2e.cluster import Cluster
from tests.e2e.options import Options
from tests.e2e.project import MODELS, Project
from tests.e2e.report import StepError
from tests.e2e.steps import REFUSED, Walk
from tests.http_server import Quiet, serve

pytestmark = pytest.mark.slow

KUBECTL = """
import json, os, socket, sys, urllib.request
folder, port, words = os.environ["FOLDER"], os.environ["RASA_PORT"], sys.argv[1:]
pods = json.load(open(f"{folder}/pods.json"))
if words[0] == "get":
    named = "rasa" if "--selector" in words else ""
    print(json.dumps({"items": [pod for pod in pods if named in pod["metadata"]["name"]]}))
elif words[0] == "delete":
    for pod in pods:
        if pod["metadata"]["name"] == words[2]:
            pod["metadata"]["uid"] += "-new"
    json.dump(pods, open(f"{folder}/pods.json", "w"))
    for call in range(3):
        open(f"{folder}/lost/{call}", "w").close()
elif words[0] == "exec" and "sentinel" in words:
    print("lock-store-1.lock-store.rasa-e2e.svc")
elif words[0] == "exec":
    assert words[-1] == "http://rasa.rasa-e2e.svc:5005", words
    os.execv(sys.executable, [sys.executable, "-c", words[-2], f"http://127.0.0.1:{port}", "40"])
elif words[0] == "port-forward":
    from http.server import BaseHTTPRequestHandler, HTTPServer
    class Forward(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = urllib.request.urlopen(f"http://127.0.0.1:{port}{self.path}", body).read()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)
    HTTPServer(("127.0.0.1", int(words[-1].split(":")[0])), Forward).serve_forever()
elif words[0] != "rollout":
    sys.exit(f"unknown here: {words}")
"""


def pod(name: str, *containers: str) -> dict[str, object]:
    meta = {"name": name, "uid": f"uid-of-{name}"}
    return {"metadata": meta, "spec": {"containers": [{"name": one} for one in containers]}, "status": {}}


@dataclass(frozen=True)
class Stack(Project):
    """A project whose commands change what the stand-in for Rasa answers."""

    model: list[str] = field(default_factory=lambda: [MODELS[0]])
    said: str = ""
    calls: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])

    def pulumi(self, *words: str, fails: bool = False) -> str:
        self.calls.append(words)
        if words[0] == "up" and not fails:
            self.model[0] = MODELS[1]
            if (self.folder / "breaks").exists():
                (self.folder / "lost" / "0").touch()
        if words[0] == "up" and fails and (self.folder / "touched").exists():
            (self.folder / "pods.json").write_text("[]")
        return self.said


def is_lost(calls: Path) -> bool:
    """Whether this call is one of those that are to fail: each is a file, which one call alone can remove."""
    for call in calls.iterdir():
        with suppress(FileNotFoundError):
            call.unlink()
            return True
    return False


@pytest.fixture
def walk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Walk]:
    stack = Stack(tmp_path, "e2e", said=f"lock_store: {REFUSED}")

    class Rasa(Quiet):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(500 if is_lost(tmp_path / "lost") else 200)
            self.end_headers()
            self.wfile.write(json.dumps([{"recipient_id": "me", "text": stack.model[0]}]).encode())

    pods = [pod("rasa-0", "rasa"), *(pod(f"lock-store-{one}", "valkey", "sentinel") for one in range(3))]
    (tmp_path / "pods.json").write_text(json.dumps(pods))
    (tmp_path / "lost").mkdir()
    (tmp_path / "kubectl.py").write_text(KUBECTL)
    (tmp_path / "kubectl").write_text(f'#!/bin/sh\nexec {sys.executable} {tmp_path}/kubectl.py "$@"\n')
    (tmp_path / "kubectl").chmod(0o755)
    with serve(Rasa) as port:
        for name, value in (
            ("PATH", f"{tmp_path}:/usr/bin:/bin"),
            ("FOLDER", str(tmp_path)),
            ("RASA_PORT", str(port)),
        ):
            monkeypatch.setenv(name, value)
        yield Walk(Options.read({}), Cluster("rasa-e2e"), stack, "x:1")


def test_each_loss_is_survived_and_its_failed_calls_are_told(walk: Walk) -> None:
    assert walk.first_message() == f"answered by {MODELS[0]}"
    assert "0 failed" in walk.new_model()
    assert "one of 1: " in (said := walk.kill_rasa())
    assert "3 failed" in said
    assert "lock-store-1 killed" in (said := walk.kill_valkey())
    assert "3 failed" in said
    assert "the same 1 Rasa pods answer" in walk.wrong_password()
    assert "answered by" in walk.right_password()


def test_one_failed_call_fails_the_change_of_the_model(walk: Walk, tmp_path: Path) -> None:
    (tmp_path / "breaks").touch()
    with pytest.raises(StepError, match="1 failed"):
        walk.new_model()


def test_rasa_that_was_touched_by_a_wrong_password_fails_the_walk(walk: Walk, tmp_path: Path) -> None:
    (tmp_path / "touched").touch()
    with pytest.raises(StepError, match="Rasa's pods were"):
        walk.wrong_password()
