"""The minors of Rasa Pro before the pinned one: their own readers and classes take what is generated, too.

Their readers take every kind of connection and every stack, in one process; one kind runs against servers.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from components.contract.images import RASA_TAG
from components.rasa.assistant import Assistant
from components.rasa.spec.compatibility import RASA_PRO, minor_of
from tests.conformance.case_kinds import ALWAYS, KINDS, passes
from tests.conformance.lab import ENDPOINTS, Lab
from tests.conformance.pod import Pod, pod_of
from tests.conformance.scene import scene
from tests.conformance.tools import OLDER, rasa_python
from tests.recorder import record
from tests.stacks import STACKS, record_stack

READ = """
import json, os, sys
mine = dict(os.environ)
pods = json.load(sys.stdin)
sys.path.insert(0, pods[0]["scripts"])
from preflight import endpoints
found = {}
for pod in pods:
    os.environ.clear()
    os.environ.update(mine, **pod["env"])
    os.chdir(os.path.dirname(pod["endpoints"]))
    try:
        said = endpoints.file(pod["endpoints"])
        found[pod["name"]] = [name for name, _ in endpoints.checks_for(pod["endpoints"], "aws", "m", "")]
    except Exception as error:
        found[pod["name"]] = f"{type(error).__name__}: {error}"
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def pods(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pod]:
    folder = tmp_path_factory.mktemp("pods")
    made = {
        name: pod_of(
            record(lambda args=args: Assistant("assistant", args)), "assistant-preflight", folder / name
        )
        for name, args in KINDS.items()
    }
    for stack in STACKS:
        made[f"stack-{stack}"] = pod_of(record_stack(stack), "rasa-preflight", folder / f"stack-{stack}")
    for pod in made.values():
        pod.lay_out()
    return made


@pytest.mark.parametrize("minor", OLDER)
def test_an_older_reader_takes_every_kind(pods: dict[str, Pod], minor: str) -> None:
    asked = [
        {
            "name": name,
            "scripts": pod.placed(pod.arguments[0]),
            "endpoints": f"{pod.folder}{ENDPOINTS}",
            "env": {key: pod.placed(value) for key, value in pod.env.items()},
        }
        for name, pod in pods.items()
    ]
    done = subprocess.run(
        [str(rasa_python(minor)), "-c", READ],
        input=json.dumps(asked),
        env={"PATH": os.environ["PATH"], "HOME": str(next(iter(pods.values())).folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    assert {name: said for name, said in found.items() if isinstance(said, str)} == {}
    assert set(found) == set(pods)
    assert {name for name, checks in found.items() if not set(checks) >= ALWAYS - {"endpoints"}} == set()


@pytest.mark.parametrize("minor", OLDER)
def test_an_older_preflight_passes(lab: Lab, tmp_path: Path, minor: str) -> None:
    made = scene(lab, tmp_path, KINDS["tracker-postgres"])
    made.pod.minor = minor
    passes(made)


def test_what_the_table_calls_tried() -> None:
    assert set(RASA_PRO.tried) == {minor_of(RASA_TAG), *map(minor_of, OLDER)}
