"""No secret stands in plain text in anything that a stack leaves behind."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from simcloud.events import Step
from simcloud.run import Result, Simulation
from simcloud.workspace import ROOT

VALUES = re.findall(r"planted-[\w-]+", (ROOT / "simcloud" / "secrets.yaml").read_text())
"""What a person would set with --secret; each value is one that no other text contains."""
MADE_BY_VAULT = {"vault-rasa-token", "vault-bootstrap", "vault-unseal"}
"""Secrets with recovery keys, root token and Rasa's token: a Job makes them, and no resource is one."""


def are_in_no_file(folder: Path) -> None:
    left = {path: path.read_text(errors="replace") for path in folder.rglob("*") if path.is_file()}
    assert any("rasa-secrets" in content for content in left.values()), "the state has the Secret"
    for path, content in left.items():
        _has_none(str(path), content)


def are_in_no_output(said: Iterable[Step], results: Iterable[Result]) -> None:
    _has_none("progress", "\n".join(map(str, said)))
    for one in results:
        _has_none(one.command, "\n".join([*one.errors, *one.messages, json.dumps(one.report)]))


def what_vault_makes_is_in_no_state(simulation: Simulation) -> None:
    for resource in simulation.workspace.resources():
        if resource["type"] == "kubernetes:core/v1:Secret":
            assert str(resource["id"]).rpartition("/")[2] not in MADE_BY_VAULT
        if resource["type"] == "kubernetes:core/v1:ConfigMap":
            assert "PRIVATE KEY" not in json.dumps(resource)


def _has_none(name: str, content: str) -> None:
    for value in VALUES:
        assert value not in content, f"{value} in {name}"
