"""Network policies, judged by somebody else: IBM's network-config-analyzer reads the manifests and says who
may talk to whom.

It knows pods by their names and everybody else by addresses. What this file deliberately does not do: any
reading of a policy of its own.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import yaml

from tests.conformance.tools import analyzer
from tests.recorder import Recording

PLAIN = re.compile(r"^(\*|[a-z0-9-]+)$")
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
Manifest = Mapping[str, Any]


@dataclass(frozen=True)
class At:
    """A pod (namespace and name), or an address."""

    name: str
    namespace: str = ""

    @property
    def is_address(self) -> bool:
        return not self.namespace


def pod(name: str, namespace: str, **labels: str) -> Manifest:
    spec = {"containers": [{"name": "c", "image": "i"}]}
    named = {label.replace("__", "/").replace("_", "-"): value for label, value in labels.items()}
    metadata = {"name": name, "namespace": namespace, "labels": named}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": _ADDRESSES}


_ADDRESSES = {"podIP": "100.64.0.1", "hostIP": "100.64.0.2"}
"""It wants some, and goes by names."""


def namespace(name: str, labels: Mapping[str, str] | None = None) -> Manifest:
    # The label that every namespace gets from Kubernetes itself.
    own = {"kubernetes.io/metadata.name": name, **(labels or {})}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": own}}


def policies(recording: Recording[Any]) -> list[Manifest]:
    """The policies of a recording, as kubectl would be given them."""
    return [
        {**each.inputs, "metadata": {"name": each.name, **each.inputs["metadata"]}}
        for each in recording.of(POLICY)
    ]


class Judge:
    """What the analyzer found."""

    def __init__(self, manifests: Sequence[Manifest], folder: Path) -> None:
        path = folder / "cluster.yaml"
        path.write_text(yaml.safe_dump_all(manifests))
        scheme, result = folder / "scheme.yaml", folder / "connectivity.json"
        scheme.write_text(json.dumps(_scheme(path)))
        done = subprocess.run(
            [str(analyzer()), "--scheme", str(scheme), "--output_format", "json", "--file_out", str(result)],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert result.exists(), done.stdout + done.stderr
        (answer,) = json.loads(result.read_text())
        self.rules: list[dict[str, Any]] = [
            rule for explained in answer["explanation"] for rule in explained["rules"]
        ]

    def allows(self, source: At, target: At, port: int, protocol: str = "TCP") -> bool:
        """Whether a connection gets through."""
        return any(
            _matches(rule, "src", source)
            and _matches(rule, "dst", target)
            and any(_carries(one, port, protocol) for one in rule["connection"])
            for rule in self.rules
        )


def _scheme(path: Path) -> Manifest:
    """Its question: who may talk to whom, pod by pod (by default it sums pods up by labels)."""
    output = {"outputFormat": "json", "outputEndpoints": "pods", "fwRulesOverrideAllowedLabels": "none"}
    return {
        "networkConfigList": [{"name": "cluster", "resourceList": [str(path)]}],
        "queries": [{"name": "all", "connectivityMap": ["cluster"], "outputConfiguration": output}],
    }


def _matches(rule: Mapping[str, Any], end: str, at: At) -> bool:
    if at.is_address:
        return any(IPv4Address(at.name) in IPv4Network(one) for one in rule.get(f"{end}_ip_block", ()))
    pods = [name for names in rule.get(f"{end}_pods", ()) for name in names.split(", ")]
    assert all(PLAIN.match(name) for name in pods), pods
    return at.namespace in rule.get(f"{end}_ns", ()) and ("*" in pods or at.name in pods)


def _carries(connection: str | Mapping[str, Any], port: int, protocol: str) -> bool:
    if isinstance(connection, str):
        assert connection == "All connections", connection
        return True
    if protocol not in connection["protocols"]:
        return False
    ports = connection.get("dst_ports")
    return ports is None or any(_within(one, port) for one in ports)


def _within(ports: int | str, port: int) -> bool:
    first, _, last = str(ports).partition("-")
    return int(first) <= port <= int(last or first)
