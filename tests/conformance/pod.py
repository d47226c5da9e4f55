"""The kubelet's part: a recorded Job becomes files, variables and a command, exactly as its spec says.

Mount paths lie under a folder of the test instead of the root, and are written so wherever they are named.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conformance.tools import rasa_python
from tests.recorder import STACK, Recorded, Recording

JOB, CRON_JOB = "kubernetes:batch/v1:Job", "kubernetes:batch/v1:CronJob"
CONFIG_MAP, SECRET = "kubernetes:core/v1:ConfigMap", "kubernetes:core/v1:Secret"
ELSEWHERE = "<in a Secret that was there before>"
"""What a Secret of the operator's own holds, until the lab says it."""
LONGEST = 30
"""Seconds that a person waits for a message, at most."""


@dataclass(frozen=True)
class Outcome:
    """What a script said."""

    status: int
    output: str
    seconds: float

    @property
    def checks(self) -> dict[str, dict[str, Any]]:
        """Check → its result, from the machine-readable last line."""
        report = json.loads(self.output.strip().splitlines()[-1])
        return {result["check"]: result for result in report["checks"]}

    @property
    def wrong(self) -> dict[str, str]:
        """Check → what is wrong and what to do, of those that did not pass."""
        return {
            name: f"{result['reason']}. {result['remedy']}"
            for name, result in self.checks.items()
            if result["verdict"] != "ok"
        }


@dataclass
class SideCar:
    """An init container that stays."""

    name: str
    image: str
    arguments: list[str]


@dataclass
class Pod:
    """What a Job's pod would find."""

    folder: Path
    arguments: list[str]
    """Of python3: the script, and what it is given."""
    working_directory: str
    env: dict[str, str]
    mounts: list[str]
    files: dict[str, str | bytes] = field(default_factory=dict[str, str | bytes])
    """Path in the container → content."""
    modes: dict[str, int] = field(default_factory=dict[str, int])
    """Path where a volume is mounted → mode of its files, where the volume says it."""
    side_cars: list[SideCar] = field(default_factory=list[SideCar])
    minor: str | None = None
    """Of the image's Rasa Pro, where it is an older one."""

    def placed(self, text: str) -> str:
        """Name a mounted path where it lies in the test."""
        for path in sorted(self.mounts, key=len, reverse=True):
            text = text.replace(path, f"{self.folder}{path}")
        return text

    def lay_out(self) -> None:
        """Write every file where it is mounted."""
        Path(f"{self.folder}{self.working_directory}").mkdir(parents=True, exist_ok=True)
        for path, content in self.files.items():
            target = Path(f"{self.folder}{path}")
            target.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                target.write_bytes(content)
            else:
                target.write_text(content if path.endswith(".py") else self.placed(content))
            if (mode := self.modes.get(path.rpartition("/")[0])) is not None:
                target.chmod(mode)

    def run(self) -> Outcome:
        """Run the script as the container would."""
        self.lay_out()
        # No variable of the test's own: what Rasa finds is what the Job gives.
        env = {"PATH": os.environ["PATH"], "HOME": str(self.folder), **self.env}
        started = time.monotonic()
        done = subprocess.run(
            [str(rasa_python(self.minor)), *map(self.placed, self.arguments)],
            cwd=f"{self.folder}{self.working_directory}",
            env={name: self.placed(value) for name, value in env.items()},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=4 * LONGEST,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, time.monotonic() - started)


def pod_of(recording: Recording[Any], job: str, folder: Path) -> Pod:
    """Read a Job and all that it mounts and refers to."""
    folder.mkdir(parents=True, exist_ok=True)
    (recorded,) = [each for each in (*recording.of(JOB), *recording.of(CRON_JOB)) if each.name == job]
    wrapped = recorded.inputs["spec"].get("jobTemplate", recorded.inputs)["spec"]
    spec = wrapped["template"]["spec"]
    (container,) = spec["containers"]
    command = [*container["command"], *container.get("args", [])]
    side_cars = [
        SideCar(each["name"], each["image"], each["args"]) for each in spec.get("initContainers", [])
    ]
    pod = Pod(
        folder=folder,
        arguments=command[1:],
        working_directory=container.get("workingDir", "/"),
        env={each["name"]: _value(recording, each) for each in container["env"]},
        mounts=[],
        side_cars=side_cars,
    )
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    for each in [container, *spec.get("initContainers", [])]:
        for mount in each.get("volumeMounts", []):
            if "emptyDir" in volumes[mount["name"]]:
                continue  # a place to write to, which this machine has
            content = _content(recording, volumes[mount["name"]])
            pod.mounts.append(mount["mountPath"])
            if "defaultMode" in (projected := volumes[mount["name"]].get("projected", {})):
                pod.modes[mount["mountPath"]] = projected["defaultMode"]
            if "subPath" in mount:
                pod.files[mount["mountPath"]] = content[mount["subPath"]]
            else:
                pod.files.update({f"{mount['mountPath']}/{key}": text for key, text in content.items()})
    return pod


def _value(recording: Recording[Any], variable: Mapping[str, Any]) -> str:
    if "value" in variable:
        return str(variable["value"])
    reference = variable["valueFrom"]["secretKeyRef"]
    found = _named(recording, SECRET, reference["name"])
    return ELSEWHERE if found is None else found.inputs["stringData"][reference["key"]]


def _content(recording: Recording[Any], volume: Mapping[str, Any]) -> Mapping[str, str | bytes]:
    if "projected" in volume:
        parts = [_content(recording, source) for source in volume["projected"]["sources"]]
        return {name: text for part in parts for name, text in part.items()}
    if "configMap" in volume:
        source = volume["configMap"]
        return _placed(source, _data(recording, CONFIG_MAP, source["name"]))
    if "secret" in volume:
        source = volume["secret"]
        return _placed(source, _data(recording, SECRET, source.get("secretName") or source["name"]))
    return {}  # a claim: the case puts something there


def _placed(source: Mapping[str, Any], held: Mapping[str, str | bytes]) -> Mapping[str, str | bytes]:
    """Every key as a file, or those that `items` names where they say."""
    items = {item["key"]: item["path"] for item in source.get("items", [])}
    return {path: held.get(key, ELSEWHERE) for key, path in items.items()} or held


def _data(recording: Recording[Any], type_: str, name: str) -> Mapping[str, str | bytes]:
    found = _named(recording, type_, name)
    if found is None:
        return {}
    plain: Mapping[str, str] = found.inputs.get("data") or found.inputs.get("stringData") or {}
    binary: Mapping[str, str] = found.inputs.get("binaryData") or {}
    assert plain or binary, f"{type_} {found.name} holds nothing"
    return {**plain, **{key: base64.b64decode(text) for key, text in binary.items()}}


def _named(recording: Recording[Any], type_: str, name: str) -> Recorded | None:
    found = [each for each in recording.of(type_) if f"{STACK}-{each.name}-0a1b2c" == name]
    return found[0] if found else None
