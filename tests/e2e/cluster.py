"""The cluster of the current context, as kubectl sees it."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.e2e.options import RefusalError, tool
from tests.e2e.report import StepError

REPELS = {"NoSchedule", "NoExecute"}
SENTINEL = ("valkey-cli", "-p", "26379", "--raw", "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "rasa")
CALLERS = {"app": "rasa-e2e-load"}
"""Labels of the pod that sends the load; the stack lets it in."""
RASA = "app.kubernetes.io/name=rasa"


@dataclass(frozen=True, slots=True)
class Cluster:
    """One cluster, and the namespace of the stack."""

    namespace: str

    @property
    def load_namespace(self) -> str:
        """Where the load comes from: not Rasa's own, which the stack makes and removes."""
        return f"{self.namespace}-load"

    def kubectl(self, *words: str, given: str | None = None, check: bool = True) -> str:
        """Run kubectl; what it printed."""
        done = subprocess.run(
            ["kubectl", *words], input=given, capture_output=True, text=True, check=False, timeout=900
        )
        if check and done.returncode:
            raise StepError(f"kubectl {' '.join(words)}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def items(self, kind: str, *words: str) -> Sequence[Mapping[str, Any]]:
        """Objects of a kind in the stack's namespace, or in the whole cluster."""
        everything = kind in {"namespaces", "persistentvolumes", "nodes"}
        where = () if everything else ("--namespace", self.namespace)
        items: Sequence[Mapping[str, Any]] = json.loads(
            self.kubectl("get", kind, *where, *words, "--output", "json")
        )["items"]
        return items

    def names(self, kind: str) -> set[str]:
        """Names of objects of a kind."""
        return {str(item["metadata"]["name"]) for item in self.items(kind)}

    def nodes(self) -> int:
        """How many nodes take pods that tolerate nothing."""
        return sum(
            not node["spec"].get("unschedulable")
            and not any(taint["effect"] in REPELS for taint in node["spec"].get("taints", []))
            for node in self.items("nodes")
        )

    def rasa_pods(self) -> Mapping[str, str]:
        """Name → UID of Rasa's pods that are not on their way out."""
        return {
            pod["metadata"]["name"]: pod["metadata"]["uid"]
            for pod in self.items("pods", "--selector", RASA)
            if "deletionTimestamp" not in pod["metadata"]
        }

    def valkey_primary(self) -> str:
        """The pod that Sentinels name, or the only one."""
        pods = [
            pod
            for pod in self.items("pods")
            if any(container["name"] == "valkey" for container in pod["spec"]["containers"])
        ]
        if not pods:
            raise StepError(f"no pod in {self.namespace} has a container valkey")
        first = str(pods[0]["metadata"]["name"])
        if len(pods) == 1:
            return first
        asked = ("exec", "--namespace", self.namespace, first, "--container", "sentinel", "--", *SENTINEL)
        return self.kubectl(*asked).split(".")[0]

    def kill(self, pod: str) -> None:
        """End a pod at once, as the loss of its node would."""
        self.kubectl(
            "delete", "pod", pod, "--namespace", self.namespace, "--grace-period=0", "--force", "--wait=false"
        )

    def last_words(self, name: str) -> str:
        """Termination messages of the pods that carry this name."""
        pods = self.items("pods", "--selector", f"app.kubernetes.io/name={name}")
        return "\n".join(
            str(state.get("terminated", {}).get("message", ""))
            for pod in pods
            for container in pod["status"].get("containerStatuses", [])
            for state in (container.get("state", {}), container.get("lastState", {}))
        )

    def left(self, namespaces_before: set[str]) -> Sequence[str]:
        """What a destroy should not have left: namespaces of the stack, and volumes of claims in its own."""
        volumes = [
            item["metadata"]["name"]
            for item in self.items("persistentvolumes")
            if item["spec"].get("claimRef", {}).get("namespace") == self.namespace
        ]
        namespaces = self.names("namespaces") - namespaces_before - {self.load_namespace}
        return sorted(
            [*(f"namespace {name}" for name in namespaces), *(f"volume {name}" for name in volumes)]
        )


def reachable(namespace: str) -> Cluster:
    """The current context's cluster, or one line that says what is missing."""
    tool("kubectl", why="install it: https://kubernetes.io/docs/tasks/tools/")
    cluster = Cluster(namespace)
    try:
        cluster.kubectl("get", "nodes", "--request-timeout=20s", "--output", "name")
    except StepError as error:
        said = str(error).splitlines()[-1]
        raise RefusalError(
            f"the cluster of kubectl's current context does not answer ({said}); "
            "choose one: kubectl config use-context <name>"
        ) from None
    for name in (cluster.namespace, cluster.load_namespace):
        if name in cluster.names("namespaces"):
            raise RefusalError(
                f"the namespace {name} exists; remove it, or name another with E2E_NAMESPACE=<name>"
            )
    return cluster


def until(wanted: Callable[[], object], what: Callable[[], str], seconds: float) -> None:
    """Ask every two seconds, until it is so; else say, as it is at the end, what is wrong."""
    end = time.monotonic() + seconds
    while not wanted():
        if time.monotonic() > end:
            raise StepError(f"{what()}: for {seconds:.0f} s")
        time.sleep(2)
