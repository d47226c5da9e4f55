"""The first roll-out of an empty database: the tables are there before the first of several pods starts."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.conformance.lab import ENDPOINTS, Lab
from tests.conformance.pod import Pod
from tests.conformance.scene import PLAIN, scene
from tests.conformance.servers_sql import reset
from tests.conformance.tools import rasa_python
from tests.rasa import samples

PODS = 6
TABLES = "SELECT string_agg(tablename, ' ' ORDER BY tablename) FROM pg_tables WHERE schemaname = 'public'"
START = """
import json, sys, asyncio
from dataclasses import replace
from pathlib import Path
from structlog.testing import capture_logs
from rasa.core.config.available_endpoints import AvailableEndpoints
from rasa.core.tracker_stores.tracker_store import create_tracker_store
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
config = AvailableEndpoints.read_endpoints(Path(sys.argv[1])).tracker_store
sys.stdin.readline()  # all of them at once
with capture_logs() as logs:
    store = create_tracker_store(config, Domain.empty(), None)
async def serve():
    said = [ActionExecuted("action_listen"), UserUttered("hi")]
    await store.save(DialogueStateTracker.from_events(sys.argv[2], said, domain=Domain.empty()))
    return len(list((await store.retrieve(sys.argv[2])).events))
print(json.dumps({"logs": [log["event"] for log in logs], "events": asyncio.run(serve())}))
"""
"""What a pod of Rasa Pro does with its tracker store at its start, and at its first message."""


def test_tables_are_in_the_schema_that_is_named(lab: Lab, tmp_path: Path) -> None:
    """rasa:trackerStore.schema; absent, the preflight says so (case_traps.py)."""
    made = scene(lab, tmp_path, replace(PLAIN, tracker_store=replace(samples.POSTGRES, schema="assistant")))
    server = lab.postgres
    server.run("DROP SCHEMA IF EXISTS assistant CASCADE; CREATE SCHEMA assistant AUTHORIZATION rasa", "rasa")
    assert made.pod.env["POSTGRESQL_SCHEMA"] == "assistant"
    assert made.run().status == 0
    assert server.run(TABLES.replace("'public'", "'assistant'"), "rasa") == "events users"


def started_at_once(pod: Pod) -> list[dict[str, Any]]:
    """Start as many pods as a rolling update never would, at the same moment."""
    pod.lay_out()
    env = {name: pod.placed(value) for name, value in pod.env.items()}
    running = [
        subprocess.Popen(
            [str(rasa_python()), "-c", START, pod.placed(ENDPOINTS), f"pod-{number}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"PATH": "/usr/bin:/bin", "HOME": str(pod.folder), **env},
        )
        for number in range(PODS)
    ]
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    printed = [process.communicate(timeout=180)[0] for process in running]
    return [json.loads(text.strip().splitlines()[-1]) for text in printed]


def test_the_preflight_makes_the_tables_and_leaves_no_conversation(lab: Lab, tmp_path: Path) -> None:
    reset(lab.postgres, "rasa")
    made = scene(lab, tmp_path)
    assert lab.postgres.run(TABLES, "rasa") == "", "database_init makes no table"
    assert made.run().wrong == {}
    assert lab.postgres.run(TABLES, "rasa") == "events users"
    assert lab.postgres.run("SELECT count(*) FROM events", "rasa") == "0"


def test_several_pods_may_start_at_once_after_the_preflight(lab: Lab, tmp_path: Path) -> None:
    reset(lab.postgres, "rasa")
    made = scene(lab, tmp_path)
    assert made.run().wrong == {}
    pods = started_at_once(made.pod)
    assert len(pods) == PODS
    for pod in pods:
        assert not [log for log in pod["logs"] if "failed" in log or "error" in log], pod
        assert pod["events"] > 0
    senders = "SELECT count(DISTINCT sender_id) FROM events WHERE sender_id LIKE 'pod-%'"
    assert lab.postgres.run(senders, "rasa") == str(PODS)
