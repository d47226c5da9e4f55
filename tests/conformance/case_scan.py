"""Every stack's manifests, and what the official chart renders with its values, pass Checkov.

Its severities are its vendor's service's; so every finding counts, and what stays is listed with its reason.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, cast

import yaml

from tests.conformance import manifests
from tests.conformance.policy_evaluator import policies
from tests.conformance.tools import scanner
from tests.stacks import STACKS, record_stack

EXCEPTIONS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "scan_exceptions.yaml").read_text()
)
OF_THE_CHART = {"CKV_K8S_38"}
"""Exceptions that only what the chart renders needs."""


def findings(folder: Path) -> tuple[set[tuple[str, str, str]], int]:
    """(check, kind, where and what) of all that fails, and how many checks passed."""
    arguments = ["-d", str(folder), "--framework", "kubernetes", "--skip-download", "--compact", "--quiet"]
    done = subprocess.run(
        [str(scanner()), *arguments, "-o", "json"], capture_output=True, text=True, check=False, timeout=900
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    assert not answer["summary"]["parsing_errors"], answer["summary"]
    failed = {
        (
            one["check_id"],
            one["resource"].partition(".")[0],
            f"{one['file_path']} {one['resource']}: {one['check_name']}",
        )
        for one in answer["results"]["failed_checks"]
    }
    return failed, int(answer["summary"]["passed"])


def left(failed: set[tuple[str, str, str]]) -> list[str]:
    """What no exception speaks of."""
    known = {(one["check"], kind) for one in EXCEPTIONS for kind in one["kinds"]}
    return sorted(f"{check} {what}" for check, kind, what in failed if (check, kind) not in known)


def test_what_the_stacks_make(tmp_path: Path) -> None:
    for stack in STACKS:
        manifests.write(manifests.of_stack(record_stack(stack)), tmp_path / f"{stack}.yaml")
    failed, passed = findings(tmp_path)
    assert passed > 500
    assert not left(failed)
    unused = {one["check"] for one in EXCEPTIONS} - {check for check, *_ in failed} - OF_THE_CHART
    assert not unused, "exceptions that nothing needs"


def test_what_the_chart_renders(tmp_path: Path) -> None:
    scanner()
    folder = tmp_path / "rendered"
    folder.mkdir()
    for stack in (each for each in STACKS if each.endswith("-production")):
        rendered = manifests.of_chart(record_stack(stack), tmp_path)
        assert any(each["kind"] == "Deployment" for each in rendered)
        # Beside our policies, without which a pod of the chart's is open to all.
        manifests.write([*rendered, *policies(record_stack(stack))], folder / f"{stack}.yaml")
    failed, passed = findings(folder)
    assert passed > 100
    assert not left(failed)
    assert {check for check, *_ in failed} >= OF_THE_CHART, "exceptions that nothing needs"


def test_a_finding_is_found(tmp_path: Path) -> None:
    pod = {"containers": [{"name": "c", "image": "i:1", "securityContext": {"privileged": True}}]}
    bad = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bad", "namespace": "x"}, "spec": pod}
    manifests.write([cast("manifests.Manifest", bad)], tmp_path / "bad.yaml")
    failed, _ = findings(tmp_path)
    assert any("CKV_K8S_16" in line for line in left(failed)), failed


def test_every_exception_has_a_reason() -> None:
    assert EXCEPTIONS
    assert all(len(one["reason"]) > 20 for one in EXCEPTIONS)
