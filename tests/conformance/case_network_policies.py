"""Every connection gets through the network policies, and nothing else does.

Judged by network-config-analyzer, not by us. What is needed is read off what Rasa is told (`needs.py`), not
off the edges that the policies were made of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from components.contract.connections import Connection, Pods, RabbitMq
from components.kubernetes.network_policies import AddressPeer, PodsPeer
from components.rasa.args import AssistantArgs
from components.rasa.assistant import Assistant
from tests.conformance.needs import (
    ELSEWHERE,
    NEIGHBOUR,
    NODE_CREDENTIALS,
    RELEASE,
    STRANGER,
    behind_services,
    cluster,
    labelled,
    needs,
    split,
    told,
)
from tests.conformance.policy_evaluator import At, Judge, Manifest, namespace, pod, policies
from tests.rasa import samples
from tests.recorder import Recording, record
from tests.stacks import STACKS, record_stack, stack_config


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack(stack: str, tmp_path: Path) -> None:
    recording = record_stack(stack)
    mine = stack_config(stack).get("rasa:namespace", "rasa")
    judge = Judge([*policies(recording), *cluster(mine), *behind_services(recording, mine)], tmp_path)
    wanted = list(needs(stack, recording))
    assert len(wanted) >= 12, wanted
    refused = [
        need for need in wanted if not judge.allows(need.source, need.target, need.port, need.protocol)
    ]
    assert not refused
    rasa, preflight = At("rasa", mine), At("rasa-preflight", mine)
    for source in (STRANGER, At("neighbour", mine), preflight, At("10.40.3.4"), At(ELSEWHERE)):
        assert not judge.allows(source, rasa, 5005), source
    for target in (At("stranger", "other"), At("neighbour", mine)):
        assert not judge.allows(rasa, target, 8080), target
    for port in (22, 80, 25):
        assert not judge.allows(rasa, At(ELSEWHERE), port), port
    if stack_config(stack)["rasa:cloud"] != "gcp":  # whose pods get their own identity there
        assert not judge.allows(rasa, NODE_CREDENTIALS, 80)
    closed = "rasa-network-policies-default" in {each["metadata"]["name"] for each in policies(recording)}
    assert judge.allows(At("neighbour", mine), At(ELSEWHERE), 443) is not closed


def in_cluster(connection: Any, port: int, labels: Mapping[str, str]) -> Any:
    pods = Pods(namespace="rasa", labels=labels, ports=(port,))
    return replace(cast("Connection", connection), pods=pods)


IN_CLUSTER = replace(
    samples.BASE,
    lock_store=in_cluster(samples.LOCK_STORES["password"], 6379, {"app": "valkey"}),
    tracker_store=in_cluster(samples.POSTGRES, 5432, {"cnpg.io/cluster": "tracker-store"}),
    event_broker=in_cluster(samples.EVENT_BROKERS["scram"], 9098, {"strimzi.io/cluster": "event-broker"}),
    secrets_manager=in_cluster(samples.VAULT, 8200, {"app.kubernetes.io/name": "vault"}),
    callers=(AddressPeer(cidr="10.1.0.0/24"), PodsPeer(namespace="chat", labels={"app": "web"})),
)
SERVERS = {
    "valkey": ("rasa", {"app": "valkey"}),
    "postgres": ("rasa", {"cnpg.io/cluster": "tracker-store"}),
    "kafka": ("rasa", {"strimzi.io/cluster": "event-broker"}),
    "vault": ("rasa", {"app.kubernetes.io/name": "vault"}),
}


def judged(args: AssistantArgs, folder: Path, *more: Manifest) -> tuple[Judge, Recording[Assistant]]:
    recording = record(lambda: Assistant("rasa", args))
    return Judge([*policies(recording), *cluster("rasa", *more)], folder), recording


def test_servers_of_the_cluster(tmp_path: Path) -> None:
    operators = {"rasa-pulumi/operators": "true"}
    judge, recording = judged(
        IN_CLUSTER,
        tmp_path,
        namespace("chat"),
        namespace("operators", operators),
        *(labelled(name, where, labels) for name, (where, labels) in SERVERS.items()),
        pod("operator", "operators", app="operator"),
        pod("web", "chat", app="web"),
        pod("other", "chat", app="other"),
    )
    ports = {"valkey": 6379, "postgres": 5432, "kafka": 9098, "vault": 8200}
    dialled = {port for _, port in told(recording)}
    for name, (where, _) in SERVERS.items():
        server, port = At(name, where), ports[name]
        assert port in dialled or name in {"kafka", "valkey"}
        port = next(iter(dialled & {port})) if port in dialled else _port_of(recording, name)
        for source in (At("rasa", "rasa"), At("rasa-preflight", "rasa"), At("operator", "operators"), server):
            assert judge.allows(source, server, port), (source, server, port)
        for source in (STRANGER, NEIGHBOUR, At("web", "chat"), At(ELSEWHERE), At("10.0.0.9")):
            assert not judge.allows(source, server, port), (source, server, port)
        assert not judge.allows(At("rasa", "rasa"), server, 22)
    rasa = At("rasa", "rasa")
    assert judge.allows(At("10.1.0.5"), rasa, 5005)
    assert judge.allows(At("web", "chat"), rasa, 5005)
    for source in (STRANGER, NEIGHBOUR, At("other", "chat"), At("10.1.1.5"), At("postgres", "rasa")):
        assert not judge.allows(source, rasa, 5005), source


def _port_of(recording: Recording[Any], name: str) -> int:
    endpoints = recording.one(RELEASE, "rasa-release").inputs["values"]["rasa"]["settings"]["endpoints"]
    if name == "valkey":
        return int(endpoints["lock_store"]["port"])
    return split(endpoints["event_broker"]["url"].split(",")[0])[1]


def test_openshift(tmp_path: Path) -> None:
    flavored = replace(samples.BASE.cluster, flavor="openshift")
    router = {"network.openshift.io/policy-group": "ingress"}
    args = replace(samples.BASE, cluster=flavored, callers=(PodsPeer(namespace_labels=router),))
    judge, _ = judged(
        args,
        tmp_path,
        namespace("openshift-ingress", router),
        pod("router", "openshift-ingress", app="router"),
    )
    rasa = At("rasa", "rasa")
    assert judge.allows(rasa, At("dns-default", "openshift-dns"), 5353, "UDP")
    assert not judge.allows(rasa, At("dns", "kube-system"), 53, "UDP")
    assert judge.allows(At("router", "openshift-ingress"), rasa, 5005)
    assert not judge.allows(STRANGER, rasa, 5005)


KINDS = [
    *(kind for kind in samples.LOCK_STORES if kind != "side-car"),  # whose pod Google Cloud's stacks have
    *samples.EVENT_BROKERS,
    *samples.MODEL_STORAGES,
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_connection(kind: str, tmp_path: Path) -> None:
    """Whatever the documents of a pod name is reached, be it one server or several."""
    args = samples.AZURE  # with a password for everything
    if kind in samples.LOCK_STORES:
        args = replace(args, lock_store=samples.LOCK_STORES[kind])
    elif kind in samples.EVENT_BROKERS:
        broker = samples.EVENT_BROKERS[kind]
        outside = samples.known("broker.example")
        args = replace(
            args, event_broker=replace(broker, host=outside) if isinstance(broker, RabbitMq) else broker
        )
    else:
        args = replace(args, model_storage=samples.MODEL_STORAGES[kind])
    judge, recording = judged(args, tmp_path)
    rasa = recording.one(RELEASE, "rasa-release").inputs["values"]["rasa"]
    found = set(_addresses({**rasa["settings"]["endpoints"], "env": rasa["additionalEnv"]}))
    assert len(found) >= 3, found
    for host, port in found:
        assert judge.allows(At("rasa", "rasa"), At(ELSEWHERE), port), (host, port)


def _addresses(document: Any) -> Iterator[tuple[str, int]]:
    if isinstance(document, dict):
        block = cast("dict[str, Any]", document)
        host = block.get("host") or block.get("url")
        if isinstance(host, str) and str(block.get("port", "")).isdecimal() and "endpoints" not in block:
            # A URL may hold the port already, and a login.
            name = re.split("[:/?]", (host.partition("//")[2] or host).rpartition("@")[2])[0]
            yield name, int(block["port"])
        for value in block.values():
            yield from _addresses(value)
    elif isinstance(document, list):
        for value in cast("list[Any]", document):
            yield from _addresses(value)
    elif isinstance(document, str):
        for host, port in re.findall(r"([\w-]+\.[\w.-]+):(\d{2,5})\b", document):
            yield host, int(port)
