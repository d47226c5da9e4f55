"""Whom a stack's pods have to reach, read off what Rasa is told; and the pods around them.

Where a name leads is this file's to say: what the stack's cloud manages, into its network; a Service of the
cluster, to a pod of that name; everything else, somewhere on the internet.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any
from urllib.parse import urlsplit

from tests.conformance.policy_evaluator import At, Manifest, namespace, pod
from tests.recorder import STACK, Recording
from tests.stacks import stack_config

HTTPS = 443
RELEASE, JOB = "kubernetes:helm.sh/v3:Release", "kubernetes:batch/v1:Job"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
ELSEWHERE = "198.51.100.7"
LLM = "203.0.113.80"
IDENTITY = {"aws": At("169.254.170.23"), "gcp": At("169.254.169.254")}
"""Where pods get their identity by HTTP (EKS Pod Identity agent, GKE metadata server)."""
NODE_CREDENTIALS = At("169.254.169.254")
BALANCERS = {"aws": "10.40.192.9", "azure": "10.40.176.9", "gcp": "35.191.3.4"}
"""An address of a load balancer: of the public subnets, of its own subnet, of Google's proxies."""
MANAGED_HOSTS = re.compile(
    r"amazonaws\.com$|\.redis\.azure\.net$|\.postgres\.database\.azure\.com$|\.servicebus\.windows\.net$"
    r"|\.managedkafka\.p\.cloud\.goog$|^event-broker|^b-\d\."
)
OF_CHARTS: Mapping[str, Mapping[str, str]] = {
    "vault": {"app.kubernetes.io/name": "vault", "app.kubernetes.io/instance": "vault"},
    "tracker-store-rw": {"cnpg.io/cluster": "tracker-store"},
    "event-broker-kafka-bootstrap": {"strimzi.io/cluster": "event-broker"},
}
"""What the Services of charts and operators select."""
STRANGER, NEIGHBOUR = At("stranger", "other"), At("neighbour", "rasa")


@dataclass(frozen=True)
class Need:
    """One connection that somebody has to get."""

    source: At
    target: At
    port: int
    protocol: str = "TCP"


def cluster(name: str, *more: Manifest) -> list[Manifest]:
    """Pods that are there wherever Rasa is, and pods that have no business with it."""
    return [
        *(namespace(each) for each in {name, "other", "kube-system", "openshift-dns"}),
        *(_named(each, name) for each in ("rasa", "rasa-preflight", "rasa-database-init")),
        pod("dns", "kube-system", k8s_app="kube-dns"),
        pod("dns-default", "openshift-dns", dns="default"),
        pod("stranger", "other", app="stranger"),
        pod("neighbour", name, app="neighbour"),
        *more,
    ]


def _named(name: str, where: str) -> Manifest:
    return labelled(name, where, {"app.kubernetes.io/name": name})


def told(recording: Recording[Any]) -> Iterator[tuple[str, int]]:
    """Whom Rasa dials, host and port, by its endpoints.yml and its side-car's file."""
    endpoints = recording.one(RELEASE, "rasa-release").inputs["values"]["rasa"]["settings"]["endpoints"]
    store = endpoints["tracker_store"]
    if store["type"] == "SQL":
        yield store["url"], int(store["port"])
    lock = endpoints["lock_store"]
    for address in lock.get("endpoints", [f"{lock['host']}:{lock['port']}"]):
        yield split(address)
    for address in endpoints["event_broker"]["url"].split(","):
        yield split(address)
    for block in ("secrets_manager", "nlg", "action_endpoint"):
        if block in endpoints:
            url = urlsplit(str(endpoints[block]["url"]))
            yield str(url.hostname), url.port or HTTPS
    for block in ("tracing", "metrics"):
        if block in endpoints:
            yield split(endpoints[block]["endpoint"])
    for each in recording.of(CONFIG_MAP):
        for text in each.inputs["data"].values():
            yield from (
                split(found) for found in re.findall(r"^ *server redis (\S+) ssl", text, re.MULTILINE)
            )


def split(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host, int(port)


def needs(stack: str, recording: Recording[Any]) -> Iterator[Need]:
    """All that a stack's pods must reach."""
    config = stack_config(stack)
    cloud, network = config["rasa:cloud"], _network(config)
    mine = config.get("rasa:namespace", "rasa")
    rasa, preflight = At("rasa", mine), At("rasa-preflight", mine)
    for source in (rasa, preflight):
        for protocol in ("UDP", "TCP"):
            yield Need(source, *_dns(config), protocol)
        yield Need(source, At(LLM), 443)
        for host, port in told(recording):
            if host != "127.0.0.1":
                yield Need(source, service(host) or At(_leads_to(host, network)), port)
        if cloud in IDENTITY:
            yield Need(source, IDENTITY[cloud], 80)
    for job in recording.of(JOB):
        if "database-init" in job.name:
            (container,) = job.inputs["spec"]["template"]["spec"]["containers"]
            env = {one["name"]: one.get("value") for one in container["env"]}
            where = service(str(env["PGHOST"])) or At(_leads_to(str(env["PGHOST"]), network))
            yield Need(At("rasa-database-init", mine), where, int(env["PGPORT"]))
            yield Need(At("rasa-database-init", mine), *_dns(config), "UDP")
    if "rasa:ingress" in config and cloud in BALANCERS:
        yield Need(At(BALANCERS[cloud]), rasa, 5005)


def _dns(config: Mapping[str, str]) -> tuple[At, int]:
    openshift = "openshift" in config.get("rasa:cluster", "")
    return (At("dns-default", "openshift-dns"), 5353) if openshift else (At("dns", "kube-system"), 53)


def service(host: str) -> At | None:
    """The pod behind a Service of the cluster, which is called like it here."""
    name, dot, _ = host.partition(".svc")
    if not dot:
        return None
    *_, service, where = name.split(".")
    return At(service, where)


def behind_services(recording: Recording[Any], mine: str) -> list[Manifest]:
    """A pod for each Service that Rasa dials, with the labels that it selects."""
    selectors = {
        one.inputs["metadata"].get("name", f"{STACK}-{one.name}-0a1b2c"): one.inputs["spec"]["selector"]
        for one in recording.of("kubernetes:core/v1:Service")
    }
    found = {at for host, _ in told(recording) if (at := service(host))}
    labels = {**OF_CHARTS, **selectors}
    return [
        *(labelled(at.name, at.namespace, labels.get(at.name, {})) for at in found),
        *(namespace(where) for where in {at.namespace for at in found} - {mine, "kube-system", "other"}),
    ]


def _network(config: Mapping[str, str]) -> IPv4Network | None:
    """The range in which the cloud's servers are, where the stack says it."""
    if config["rasa:cloud"] == "none" or "existing" in config.get("rasa:cluster", ""):
        return None
    told_range: dict[str, str] = json.loads(config.get("rasa:network", "{}"))
    return IPv4Network(told_range.get("cidr", "10.20.0.0/16"))


def _leads_to(host: str, network: IPv4Network | None) -> str:
    try:
        return str(IPv4Address(host))
    except ValueError:
        managed = network is not None and MANAGED_HOSTS.search(host)
        return str(network[777]) if network is not None and managed else ELSEWHERE


def labelled(name: str, where: str, labels: Mapping[str, str]) -> Manifest:
    made = pod(name, where)
    return {**made, "metadata": {**made["metadata"], "labels": dict(labels)}}
