"""What a stack file says about whom Rasa calls and who calls it, and the policies that come of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from components.config.load import parse
from components.config.notices import open_pods
from components.config.settings import Settings
from components.contract.errors import ConfigurationError
from components.stack.assistant import install_assistant
from components.stack.platform import build_platform
from tests.config import blocks
from tests.config.everything import STACKS
from tests.config.test_inputs import verdict
from tests.recorder import Recording, record

POLICY, NAMESPACE = "kubernetes:networking.k8s.io/v1:NetworkPolicy", "kubernetes:core/v1:Namespace"
IN_CLUSTER: dict[str, Any] = STACKS["in-cluster"]


def settings(base: dict[str, Any] | None = None, **changes: object) -> Settings:
    raw = {**(blocks.existing_stack() if base is None else base), "region": "eu-west-1", **changes}
    return parse(raw, secret_keys=frozenset(raw), stack="existing")


def recorded(given: Settings) -> Recording[Any]:
    return record(lambda: install_assistant(given, build_platform(given, {}, stack="test"), stack="existing"))


def rules(recording: Recording[Any], way: str) -> list[dict[str, Any]]:
    return recording.one(POLICY, "rasa-network-policies-rasa").inputs["spec"][way]


def node_agents(recording: Recording[Any]) -> set[str]:
    """Link-local addresses that Rasa's pods reach, but for those of DNS."""
    return {
        peer["ipBlock"]["cidr"]
        for rule in rules(recording, "egress")
        for peer in rule["to"]
        if peer.get("ipBlock", {}).get("cidr", "").startswith("169.254.") and rule["ports"][0]["port"] != 53
    }


def test_ranges_namespaces_labels_and_protocols() -> None:
    recording = recorded(
        settings(
            networkPolicies={
                "egress": [
                    {"namespace": "voice", "labels": {"app": "media"}, "ports": [3478], "protocols": ["UDP"]},
                    {"cidr": "2001:db8::/64"},
                ]
            },
            ingress={"callers": [{"cidr": "10.1.3.0/24"}, {"namespace": "web", "labels": {"app": "site"}}]},
        )
    )
    voice, range_ = rules(recording, "egress")[-2:]
    selected = {"matchLabels": {"kubernetes.io/metadata.name": "voice"}}
    assert voice["to"] == [{"namespaceSelector": selected, "podSelector": {"matchLabels": {"app": "media"}}}]
    assert voice["ports"] == [{"port": 3478, "protocol": "UDP"}]
    assert range_["to"] == [{"ipBlock": {"cidr": "2001:db8::/64"}}]
    assert range_["ports"] == [{"port": 1, "endPort": 65535, "protocol": "TCP"}]
    (callers,) = rules(recording, "ingress")
    assert callers["from"][0] == {"ipBlock": {"cidr": "10.1.3.0/24"}}
    assert callers["from"][1]["podSelector"] == {"matchLabels": {"app": "site"}}
    assert callers["ports"] == [{"port": 5005, "protocol": "TCP"}]


def test_one_key_turns_them_off() -> None:
    off = {"networkPolicies": {"enabled": False}}
    recording = recorded(settings(IN_CLUSTER, **off))
    assert recording.of(POLICY) == []
    labels = recording.one(NAMESPACE, "namespace").inputs["metadata"]["labels"]
    assert labels["rasa-pulumi/network-policies"] == "off"
    assert list(open_pods(settings(**off))) == []
    assert list(open_pods(settings(profile="production"))) == []
    assert len(list(open_pods(settings(**off, profile="production")))) == 1


LOGINS: list[tuple[dict[str, Any], set[str]]] = [
    ({}, {"169.254.169.254/32", "169.254.169.252/32"}),  # its models are in a bucket of Google's
    ({"modelStorage": blocks.MODEL_STORAGES["s3"]}, {"169.254.170.23/32"}),
    ({"modelStorage": blocks.MODEL_STORAGES["s3-compatible"]}, set()),
    ({"modelStorage": blocks.MODEL_STORAGES["azure-blob"]}, set()),
    ({"modelStorage": {**blocks.MODEL_STORAGES["gcs"], "credentials": '{"type": "service_account"}'}}, set()),
    (
        {
            "modelStorage": blocks.MODEL_STORAGES["s3"],
            "cluster": {
                **blocks.CLUSTER,
                "serviceAccount": {"annotations": {"eks.amazonaws.com/role-arn": "arn:x"}},
            },
        },
        set(),
    ),
    (
        {
            "modelStorage": blocks.MODEL_STORAGES["volume"],
            "modelGroups": [
                {
                    "id": "b",
                    "models": [
                        {
                            "provider": "bedrock",
                            "model": "m",
                            "model_id": "m",
                            "aws_region_name": "eu-west-1",
                        }
                    ],
                }
            ],
        },
        {"169.254.170.23/32"},
    ),
    (
        {
            "modelStorage": blocks.MODEL_STORAGES["volume"],
            "modelGroups": [{"id": "g", "models": [{"provider": "vertex_ai", "model": "m"}]}],
        },
        {"169.254.169.254/32", "169.254.169.252/32"},
    ),
    (
        {"modelStorage": blocks.MODEL_STORAGES["volume"], "eventBroker": blocks.EVENT_BROKERS["aws-iam"]},
        {"169.254.170.23/32"},
    ),
]
NAMES = ["gcs", "s3", "s3 keys", "azure", "gcs key", "irsa", "bedrock", "vertex", "msk"]


@pytest.mark.parametrize(("changes", "agents"), LOGINS, ids=NAMES)
def test_agents_of_the_login_alone(changes: dict[str, Any], agents: set[str]) -> None:
    """Without a cloud of the stack's, too."""
    assert node_agents(recorded(settings(**changes))) == agents


def test_policies_wait_for_the_namespace() -> None:
    recording = recorded(settings(IN_CLUSTER))
    namespace = recording.one(NAMESPACE, "namespace").urn
    inside = [one for one in recording.resources if one.inputs.get("metadata", {}).get("namespace") == "rasa"]
    assert len(inside) > 20
    assert [one.name for one in inside if namespace not in recording.waits_for(one)] == []


@pytest.mark.parametrize(
    "url",
    [
        "http://actions:5055/webhook",
        "http://actions.bots:5055/webhook",
        "http://actions.bots.svc:5055/webhook",
        "http://actions.bots.svc.cluster.local:5055/webhook",
        "http://actions.bots.svc.cluster.local.:5055/webhook",
        "grpc://actions.bots:5055",
    ],
)
def test_action_servers_of_the_cluster_in_production(url: str) -> None:
    """Its edge: tests/rasa/test_egress.py."""
    actions = {"from": "existing", "url": url}
    assert settings(profile="production", actions=actions).actions.source == "existing"


@pytest.mark.parametrize(
    "url", ["http://example.com/x", "http://actions.dev:5055/", "grpc://actions.a.lan:5055"]
)
def test_action_servers_elsewhere_in_production(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"http://name\.namespace\.svc"):
        settings(profile="production", actions={"from": "existing", "url": url})


def problems() -> Iterator[tuple[str, dict[str, Any], str]]:
    egress, callers = "rasa:networkPolicies.egress[0]", "rasa:ingress.callers[0]"
    yield "egress", {"cidr": "10.0.0.0/8", "namespace": "a", "ports": [1]}, f"{egress} names a namespace and"
    yield "egress", {"labels": {"a": "b"}, "ports": [1]}, f"{egress}.labels select pods, and no namespace"
    yield "egress", {}, f"{egress} names neither servers nor ports"
    yield "egress", {"cidr": "10.0.0.1/8", "ports": [1]}, f"{egress}.cidr is not a range"
    yield "egress", {"cidr": "169.254.0.0/16"}, "metadata service"
    yield "egress", {"cidr": "169.254.169.254/32"}, "metadata service"
    yield "egress", {"ports": [0]}, f"{egress}.ports[0]"
    yield "egress", {"ports": [1], "protocols": ["SCTP"]}, f"{egress}.protocols[0] is 'SCTP'"
    yield "callers", {}, f"{callers} names nobody"
    yield "callers", {"cidr": "0.0.0.0/0"}, f"{callers}.cidr 0.0.0.0/0 is everybody"
    yield "callers", {"labels": {"a": "b"}}, f"{callers}.labels select pods"
    yield "callers", {"namespace": "Web"}, f"{callers}.namespace"


@pytest.mark.parametrize(("key", "entry", "words"), list(problems()))
def test_one_message(key: str, entry: dict[str, Any], words: str) -> None:
    place = "networkPolicies.egress" if key == "egress" else "ingress.callers"
    (problem,) = verdict("none", {place: [entry]})
    assert words in problem


def test_keys_of_policies_that_are_off() -> None:
    callers = {"ingress.callers": [{"namespace": "web"}]}
    found = verdict("none", {"networkPolicies.enabled": False, **callers})
    assert len(found) == 2
    assert all("would change nothing" in one for one in found)


def test_an_agent_of_the_node_is_no_metadata_service() -> None:
    assert verdict("none", {"networkPolicies.egress": [{"cidr": "169.254.25.53/32", "ports": [53]}]}) == ()


def test_entra_without_a_mark_is_refused() -> None:
    model = {"provider": "azure", "deployment": "m", "oauth": {"type": "azure_entra_id_default"}}
    changes: dict[str, Any] = {"modelGroups": [{"id": "llm", "models": [model]}]}
    (problem,) = verdict("s3", changes)
    assert "the identity of their node" in problem
    label = {"azure.workload.identity/use": "true"}
    marked = {**changes, "cluster.serviceAccount": {"podLabels": label}}
    assert verdict("s3", marked) == ()
    with pytest.raises(ConfigurationError):
        settings(**changes)


def test_a_proxy_is_open_at_its_port() -> None:
    raw = blocks.existing_stack()
    proxy = {"variables": {"HTTPS_PROXY": "http://10.9.8.7:3128", "NO_PROXY": ".svc"}}
    assistant = {**raw["assistant"], **proxy}
    assert not any(of_the_proxy(rule) for rule in rules(recorded(settings()), "egress"))
    assert any(of_the_proxy(rule) for rule in rules(recorded(settings(assistant=assistant)), "egress"))


def of_the_proxy(rule: dict[str, Any]) -> bool:
    peers = [peer.get("ipBlock", {}).get("cidr") for peer in rule["to"]]
    return peers == ["10.9.8.7/32"] and [port["port"] for port in rule["ports"]] == [3128]
