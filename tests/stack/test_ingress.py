"""Each cloud's ingress: HTTPS, the channels' paths and no other, a cookie where a channel needs one."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from pulumi import Output, RunError

from components.contract import ingress as c
from components.in_cluster.route import Route
from components.rasa.spec.channels import public_paths, stateful_channels
from tests.recorder import Recorded, Recording, record, value_of
from tests.stacks import record_config, record_stack, stack_config

INGRESS = "kubernetes:networking.k8s.io/v1:Ingress"
GATEWAY_API = "kubernetes:gateway.networking.k8s.io/v1"
BACKEND = "kubernetes:networking.gke.io/v1:GCPBackendPolicy"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
ROUTE_POLICY = "kubernetes:alb.networking.azure.io/v1:RoutePolicy"
OPENSHIFT = "kubernetes:route.openshift.io/v1:Route"
PRODUCTION = ("aws-production", "azure-production", "gcp-production", "existing-production")
SOCKETIO: dict[str, Any] = {"credentials": {"socketio": {}, "rest": {}}}


@cache
def with_channels(stack: str, annotations: str = "") -> Recording[Any]:
    config = stack_config(stack)
    notes = {"annotations": {annotations: "rasa"}} if annotations else {}
    block = {**json.loads(config["rasa:ingress"]), **notes}
    assistant = {**json.loads(config["rasa:assistant"]), **SOCKETIO}
    changed = {"rasa:assistant": json.dumps(assistant), "rasa:ingress": json.dumps(block)}
    return record_config({**config, **changed}, secret=("rasa:cluster",))


def paths(recording: Recording[Any]) -> list[tuple[str, str]]:
    """(kind, path) that lead to Rasa's own Service."""
    for ingress in recording.of(INGRESS):
        (rule,) = ingress.inputs["spec"]["rules"]
        return [
            (one["pathType"], one["path"])
            for one in rule["http"]["paths"]
            if one["backend"]["service"]["name"] == "rasa"
        ]
    route = recording.one(f"{GATEWAY_API}:HTTPRoute", "ingress").inputs["spec"]
    return [
        (match["path"]["type"], match["path"]["value"])
        for rule in route["rules"]
        for match in rule["matches"]
        if rule["backendRefs"][0]["name"] == "rasa"
    ]


@pytest.mark.parametrize("stack", PRODUCTION)
def test_only_the_channels_are_public(stack: str) -> None:
    assert [path for _, path in paths(record_stack(stack))] == ["/webhooks"]
    with_socketio = with_channels(stack, "haproxy.org/cookie-persistence" if "existing" in stack else "")
    assert [path for _, path in paths(with_socketio)] == ["/webhooks", "/socket.io"]


def test_the_api_is_open_to_addresses_that_are_named_on_aws() -> None:
    made = record_stack("aws-production")
    api = made.one("kubernetes:core/v1:Service", "ingress-api")
    notes = made.one(INGRESS).inputs["metadata"]["annotations"]
    (condition,) = [value for key, value in notes.items() if "conditions." in key]
    assert json.loads(condition)[0]["sourceIpConfig"] == {"values": ["203.0.113.0/28"]}
    assert api.inputs["spec"]["selector"]["app.kubernetes.io/name"] == "rasa"


def test_the_api_is_open_to_addresses_that_are_named_on_gcp() -> None:
    made = record_stack("gcp-production")
    rules = made.one("gcp:compute/securityPolicy:SecurityPolicy").inputs["rules"]
    assert [rule["action"] for rule in sorted(rules, key=lambda rule: rule["priority"])] == [
        "allow",
        "deny(403)",
    ]
    guarded = made.one(BACKEND, "ingress-api").inputs["spec"]["default"]
    assert guarded["securityPolicy"]
    assert "securityPolicy" not in made.one(BACKEND, "ingress").inputs["spec"]["default"]


@pytest.mark.parametrize("stack", PRODUCTION[:3])
def test_a_cookie_where_a_channel_needs_it(stack: str) -> None:
    def has_cookie(recording: Recording[Any]) -> bool:
        found: list[Recorded] = [*recording.of(INGRESS), *recording.of(BACKEND), *recording.of(ROUTE_POLICY)]
        text = json.dumps([one.inputs for one in found])
        return any(word in text for word in ("stickiness", "GENERATED_COOKIE", "managed-cookie"))

    assert not has_cookie(record_stack(stack))
    assert has_cookie(with_channels(stack))


@pytest.mark.parametrize("stack", PRODUCTION)
def test_rasa_is_there_before_the_way_in_and_the_balancer_goes_before_its_network(stack: str) -> None:
    recording = record_stack(stack)
    release = recording.one("kubernetes:helm.sh/v3:Release", "rasa-release")
    # A Gateway may be there first: what leads from it to Rasa comes last.
    routes = [one for one in recording.of(f"{GATEWAY_API}:HTTPRoute") if one.name == "ingress"]
    (way_in,) = [*recording.of(INGRESS), *routes]
    waits = recording.waits_for(way_in)
    assert release.urn in waits
    network = {
        "aws-production": "aws:ec2/route:Route",
        "azure-production": "azure-native:servicenetworking:AssociationsInterface",
        "gcp-production": "gcp:compute/routerNat:RouterNat",
    }
    for resource in recording.of(network.get(stack, "")):
        assert resource.urn in waits, resource.urn


ROUTE = c.IngressArgs(
    placement=None,
    namespace=Output.from_input("rasa"),
    service=Output.from_input("rasa"),
    pod_labels={},
    port=5005,
    host="assistant.apps.example.com",
    zone=None,
    certificate=c.CloudCertificate(),
    affinity=True,
    paths=("/webhooks", "/socket.io"),
    api_cidrs=("10.0.0.0/8", "192.0.2.0/24"),
)


def with_another_host(stack: str) -> Recording[Any]:
    config = stack_config(stack)
    block = {**json.loads(config["rasa:ingress"]), "alsoHosts": ["bot.example.com"]}
    return record_config({**config, "rasa:ingress": json.dumps(block)}, secret=("rasa:cluster",))


ROUTED = (INGRESS, f"{GATEWAY_API}:Gateway", f"{GATEWAY_API}:HTTPRoute")
ALSO: dict[str, set[str]] = {
    "aws-production": {
        "kubernetes:eks.amazonaws.com/v1:IngressClassParams",
        "aws:acm/certificate:Certificate",
        "aws:acm/certificateValidation:CertificateValidation",
        "aws:route53/record:Record",
    },
    "azure-production": {"kubernetes:cert-manager.io/v1:Certificate", "azure-native:dns:RecordSet"},
    "gcp-production": {
        "gcp:certificatemanager/certificate:Certificate",
        "gcp:certificatemanager/certificateMapEntry:CertificateMapEntry",
        "gcp:certificatemanager/dnsAuthorization:DnsAuthorization",
        "gcp:dns/recordSet:RecordSet",
    },
    "existing-production": {"kubernetes:cert-manager.io/v1:Certificate"},
}
"""What a further host makes, or changes, besides what leads to Rasa."""


@pytest.mark.parametrize("stack", ALSO)
def test_a_further_host_has_all_that_the_host_has(stack: str) -> None:
    one, two = record_stack(stack), with_another_host(stack)
    before = {made.urn: made.inputs for made in one.resources}
    changed = [made for made in two.resources if before.get(made.urn) != made.inputs]
    assert {made.type for made in changed} - set(ROUTED) == ALSO[stack]
    # A host that is there keeps its record and its certificate, which would be proved again.
    kept = [made for made in changed if made.urn in before]
    assert {made.type.partition(":")[0] for made in kept} == {"kubernetes"}
    for certificate in two.of("kubernetes:cert-manager.io/v1:Certificate"):
        assert certificate.inputs["spec"]["dnsNames"] == ["assistant.example.com", "bot.example.com"]
    for route in two.of(f"{GATEWAY_API}:HTTPRoute"):
        assert route.inputs["spec"]["hostnames"] == ["assistant.example.com", "bot.example.com"]
    for gateway in two.of(f"{GATEWAY_API}:Gateway"):
        assert [listener.get("hostname") for listener in gateway.inputs["spec"]["listeners"]] == [None, None]
    for ingress in two.of(INGRESS):
        first, second = ingress.inputs["spec"]["rules"]
        assert (first["host"], second["host"]) == ("assistant.example.com", "bot.example.com")
        assert first["http"] == second["http"]
    for params in two.of("kubernetes:eks.amazonaws.com/v1:IngressClassParams"):
        assert len(params.inputs["spec"]["certificateARNs"]) == 2


def test_openshift_has_a_route_for_each_host_and_path() -> None:
    recording = record(lambda: Route("ingress", replace(ROUTE, also_hosts=("bot.apps.example.com",))))
    routes = [one.inputs["spec"] for one in recording.of(OPENSHIFT)]
    for host in ("assistant.apps.example.com", "bot.apps.example.com"):
        assert {route["path"] for route in routes if route["host"] == host} == {
            "/webhooks",
            "/socket.io",
            "/",
        }


def test_openshift_has_a_route_for_each_path() -> None:
    recording = record(lambda: Route("ingress", ROUTE))
    routes = {one.inputs["spec"]["path"]: one.inputs for one in recording.of(OPENSHIFT)}
    assert set(routes) == {"/webhooks", "/socket.io", "/"}
    for path, route in routes.items():
        tls = {"termination": "edge", "insecureEdgeTerminationPolicy": "Redirect"}
        assert route["spec"]["tls"] == tls
        notes = route["metadata"]["annotations"]
        assert notes["haproxy.router.openshift.io/disable_cookies"] == "false"
        assert ("haproxy.router.openshift.io/ip_whitelist" in notes) is (path == "/")
    assert value_of(recording.result.url) == "https://assistant.apps.example.com"
    closed = record(lambda: Route("ingress", replace(ROUTE, api_cidrs=())))
    assert {one.inputs["spec"]["path"] for one in closed.of(OPENSHIFT)} == {"/webhooks", "/socket.io"}
    with pytest.raises(RunError, match="A2A"):
        record(lambda: Route("ingress", replace(ROUTE, api_cidrs=(), paths=("/",))))


def test_channels() -> None:
    assert public_paths({"rest": {}}, {}) == ("/webhooks",)
    assert public_paths({"socketio": {"socketio_path": "/ws"}}, {}) == ("/webhooks", "/ws")
    assert public_paths({}, {"a2a_server": {}}) == ("/webhooks", "/", "/.well-known")
    assert stateful_channels({"rest": {}, "twilio_media_streams": {}}, {"a2a_server": {}}) == (
        "twilio_media_streams",
        "a2a_server",
    )


def test_a_gateway_of_the_cluster_takes_a_route_and_nothing_else_is_made() -> None:
    config = stack_config("existing-production")
    gateway = {"name": "shared", "namespace": "gateways", "listener": "https"}
    block = {"host": "assistant.example.com", "gateway": gateway, "controllerNamespace": "envoy"}
    config["rasa:ingress"] = json.dumps({**block, "annotations": {"external-dns.example/ttl": "60"}})
    recording = record_config(config, secret=("rasa:cluster",))
    assert not recording.of(INGRESS)
    (route,) = recording.of(f"{GATEWAY_API}:HTTPRoute")
    assert route.inputs["spec"]["parentRefs"] == [
        {"name": "shared", "namespace": "gateways", "sectionName": "https"}
    ]
    assert route.inputs["spec"]["hostnames"] == ["assistant.example.com"]
    assert route.inputs["metadata"]["annotations"] == {"external-dns.example/ttl": "60"}
    assert [path for _, path in paths(recording)] == ["/webhooks"]
    assert "envoy" in json.dumps([one.inputs for one in recording.of(POLICY)])
