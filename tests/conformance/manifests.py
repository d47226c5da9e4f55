"""What a stack puts into its cluster, as manifests: its own objects, and what the official chart renders."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.conformance.tools import NotRun, command
from tests.recorder import Recorded, Recording

RELEASE = "kubernetes:helm.sh/v3:Release"
CHART_VARIABLE = "RASA_CHART"
"""A directory or an archive of the official chart, where the registry of the stack files is out of reach."""
Manifest = Mapping[str, Any]


def of_stack(recording: Recording[Any]) -> list[Manifest]:
    """The objects that the stack makes itself; a patch is none."""
    return [
        _manifest(each)
        for each in recording.resources
        if each.type.startswith("kubernetes:") and each.type != RELEASE and not each.type.endswith("Patch")
    ]


def of_chart(recording: Recording[Any], folder: Path) -> list[Manifest]:
    """What helm renders of the official chart with the stack's values."""
    helm = command("helm")
    inputs = recording.one(RELEASE, "rasa-release").inputs
    values = folder / "values.yaml"
    values.write_text(yaml.safe_dump(inputs["values"]))
    chart = os.environ.get(CHART_VARIABLE)
    where = [chart] if chart else [inputs["chart"], "--version", inputs["version"]]
    done = subprocess.run(
        [
            helm,
            "template",
            inputs["name"],
            *where,
            "--skip-tests",
            "--namespace",
            inputs["namespace"],
            "--values",
            str(values),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if done.returncode != 0 and not chart:
        raise NotRun(
            f"the chart cannot be had here ({done.stderr.strip()[-120:]}); {CHART_VARIABLE} names one"
        )
    assert done.returncode == 0, done.stderr
    rendered: list[dict[str, Any]] = [each for each in yaml.safe_load_all(done.stdout) if each]
    # helm installs them there; a file does not say so.
    return [{**each, "metadata": {"namespace": inputs["namespace"], **each["metadata"]}} for each in rendered]


def write(manifests: list[Manifest], path: Path) -> None:
    """One file, as kubectl takes it."""
    path.write_text(yaml.safe_dump_all(json.loads(json.dumps(manifests)), sort_keys=False))


def pods_of(manifests: list[Manifest]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Name and spec of every pod in them."""
    for each in manifests:
        if template := each.get("spec", {}).get("template"):
            yield f"{each['kind']} {each['metadata']['name']}", template["spec"]


def _manifest(resource: Recorded) -> Manifest:
    metadata = {"name": resource.name, **resource.inputs.get("metadata", {})}
    return {**resource.inputs, "metadata": metadata}
