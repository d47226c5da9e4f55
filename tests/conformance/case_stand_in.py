"""The server that `make e2e` runs for `rasa run` feels the loss of a lock store, and needs a model."""

from __future__ import annotations

import json
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import yaml

from tests.ci.models import write_model
from tests.clone import ROOT
from tests.conformance.process import HOST, Processes, free_port
from tests.conformance.servers_redis import open_redis
from tests.conformance.tools import rasa_python

SERVER = ROOT / "tests" / "e2e" / "image" / "server.py"
LIKE_THE_CHART = ("--enable-api", "--cors", "*", "--credentials", "credentials.yml", "-m")
"""Arguments that it is given and leaves unread, before the model."""


def get(port: int, path: str, body: object = None) -> tuple[int, object]:
    """Status and JSON of an answer."""
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(
            urllib.request.Request(f"http://127.0.0.1:{port}{path}", data), timeout=30
        ) as response:
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as error:
        return error.code, None


def endpoints(folder: Path, redis: int) -> Path:
    """A file with each block that the server wants."""
    file = folder / "endpoints.yml"
    blocks = {
        "tracker_store": {"type": "SQL", "dialect": "sqlite", "db": str(folder / "conversations.db")},
        "lock_store": {"type": "concurrent_redis", "host": HOST, "port": redis, "socket_timeout": 2},
        "event_broker": {"type": "file", "path": str(folder / "events.log")},
    }
    file.write_text(yaml.safe_dump(blocks))
    return file


def test_a_turn_takes_lock_store_tracker_store_and_broker(tmp_path: Path) -> None:
    python = rasa_python()
    (tmp_path / "models").mkdir()
    write_model(tmp_path / "models" / "assistant-1.0.0.tar.gz")
    processes = Processes(tmp_path)
    try:
        redis = open_redis(processes)
        port, file = free_port(), endpoints(tmp_path, redis)
        words = ("run", "--endpoints", str(file), "--port", str(port), *LIKE_THE_CHART)
        command = [str(python), str(SERVER), *words, "models/assistant-1.0.0.tar.gz"]
        processes.start("rasa", command, ports=[port], env={"AUTH_TOKEN": "planted-secret-token"})
        said = {"sender": "me", "message": "hello"}
        answer = [{"recipient_id": "me", "text": "assistant-1.0.0"}]
        assert get(port, "/webhooks/rest/webhook", said) == (200, answer)
        assert get(port, "/status")[0] == 401
        assert get(port, "/status?token=planted-secret-token")[0] == 200
        events = [json.loads(line)["event"] for line in (tmp_path / "events.log").read_text().splitlines()]
        assert {"user", "bot"} <= set(events)
        (lock_store, _) = processes.running
        lock_store.kill()
        lock_store.wait()
        assert get(port, "/webhooks/rest/webhook", said)[0] == 500
    finally:
        processes.stop()


def test_it_does_not_start_without_its_model(tmp_path: Path) -> None:
    done = subprocess.run(
        [str(rasa_python()), str(SERVER), "run", "-m", "models/assistant-2.0.0.tar.gz"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "the model models/assistant-2.0.0.tar.gz cannot be loaded" in done.stderr
