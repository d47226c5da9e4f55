"""Whom a starting Valkey pod takes for the primary: the scripts as they are, with stand-ins for Valkey."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from components.in_cluster.lock_store_pods import SCRIPT_FILES, SCRIPTS, SERVICE

pytestmark = pytest.mark.slow  # the pods really wait

PODS = ("pod-0", "pod-1", "pod-2")
CLI = """#!/bin/sh
# Answers of the Sentinels: files with their names, each with the primary and the second of its first answer.
[ "$1" = -h ] || exit 2
read -r primary since <"{folder}/sentinel-$2" || exit 1
[ "$(date +%s)" -ge "$since" ] || exit 1
printf '%s\\n6379\\n' "$primary"
"""
PATIENCE, SLACK = 3, 2
"""Seconds: what a pod waits here, and what a busy machine takes besides."""


class Pod:
    """`pod-0` about to start; the others' Sentinels answer what the test says, when it says so."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for file in SCRIPT_FILES:
            text = (SCRIPTS / file).read_text()
            assert file != "primary.sh" or "PATIENCE=10" in text
            text = text.replace("PATIENCE=10", f"PATIENCE={PATIENCE}").replace("/data/", f"{folder}/")
            (folder / file).write_text(text.replace("/etc/lock-store/", f"{folder}/"))
        (folder / "valkey.conf").write_text("port 0\n")
        self._executable("valkey-cli", CLI.format(folder=folder))
        self._executable("valkey-server", "#!/bin/sh\n")

    def sentinel(self, pod: str, primary: str, *, after: int = 0) -> None:
        (self.folder / f"sentinel-{pod}").write_text(f"{primary} {int(time.time()) + after}\n")

    def start(self, script: str, *, pods: tuple[str, ...] = PODS) -> tuple[str, float]:
        """The primary that it goes by, and how many seconds it took to decide."""
        environment = {
            "PATH": f"{self.folder}:{os.environ['PATH']}",
            "HOST": "pod-0",
            "FIRST": "pod-0",
            "SENTINELS": " ".join(pods),
            "SERVICE": SERVICE,
            "PASSWORD": "planted",
        }
        begin = time.monotonic()
        done = subprocess.run(
            ["sh", str(self.folder / script)], env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout.strip().removeprefix("primary: "), time.monotonic() - begin

    def _executable(self, name: str, text: str) -> None:
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o755)


FILES = {
    "start.sh": ("valkey.conf", "port 0\n", "replicaof pod-1 6379\n"),
    "watch.sh": (
        "sentinel.conf",
        f"sentinel monitor {SERVICE} pod-0 6379 2\n",
        f"sentinel monitor {SERVICE} pod-1 6379 2\n",
    ),
}
"""Script → its own file, and what that says where the pod was the primary, and where it followed pod-1."""
both = pytest.mark.parametrize("script", FILES)


@pytest.fixture
def pod(tmp_path: Path) -> Pod:
    return Pod(tmp_path)


def remember(pod: Pod, script: str, *, primary: bool) -> None:
    file, was_primary, followed = FILES[script]
    (pod.folder / file).write_text(was_primary if primary else followed)


@both
def test_a_pod_that_was_primary_waits_until_the_network_knows_it(pod: Pod, script: str) -> None:
    remember(pod, script, primary=True)
    pod.sentinel("pod-2", "pod-1", after=2)
    assert pod.start(script)[0] == "pod-1"


@both
def test_its_own_sentinel_is_not_asked(pod: Pod, script: str) -> None:
    remember(pod, script, primary=True)
    pod.sentinel("pod-0", "pod-0")
    pod.sentinel("pod-1", "pod-1", after=2)
    assert pod.start(script)[0] == "pod-1"


def test_the_first_pod_with_an_empty_volume_waits_too(pod: Pod) -> None:
    (pod.folder / "valkey.conf").unlink()
    (pod.folder / "start.sh").write_text(
        (pod.folder / "start.sh").read_text().replace(f"cat {pod.folder}/valkey.conf", "echo port 0")
    )
    pod.sentinel("pod-1", "pod-2", after=2)
    assert pod.start("start.sh")[0] == "pod-2"


@both
def test_where_nobody_answers_it_goes_by_its_file_after_that_time(pod: Pod, script: str) -> None:
    remember(pod, script, primary=True)
    primary, seconds = pod.start(script)
    assert primary == "pod-0"
    assert PATIENCE - 1 <= seconds < PATIENCE + SLACK + 1


@both
def test_a_pod_that_followed_another_does_not_wait(pod: Pod, script: str) -> None:
    remember(pod, script, primary=False)
    primary, seconds = pod.start(script)
    assert primary == "pod-1"
    assert seconds < SLACK


def test_a_single_pod_does_not_wait(pod: Pod) -> None:
    primary, seconds = pod.start("start.sh", pods=())
    assert primary == "pod-0"
    assert seconds < SLACK
