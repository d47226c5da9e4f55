"""Critical path and lower bound, and what a report may show."""

from __future__ import annotations

from simcloud.report import data_edges, engine_edges, longest_chain, redact_outputs
from simcloud.wire import SECRET_SIGNATURE, SIGNATURE_KEY, UNKNOWN_MARK, Properties


def node(name: str, token: str, inputs: Properties | None = None, **more: object) -> Properties:
    return {"urn": f"u::{name}", "type": token, "custom": True, "inputs": inputs or {}, **more}


NAT = node("nat", "aws:ec2/natGateway:NatGateway")  # 120 s
CLUSTER = node("cluster", "aws:eks/cluster:Cluster")  # 600 s
KAFKA = node("kafka", "aws:msk/cluster:Cluster")  # 1500 s


def test_the_longest_chain_follows_the_edges() -> None:
    release = node(
        "r", "kubernetes:helm.sh/v3:Release", propertyDependencies={"values": ["u::kafka", "u::cluster"]}
    )
    chain = longest_chain([CLUSTER, KAFKA, release], engine_edges)
    assert chain == {"seconds": 1680, "chain": ["u::kafka", "u::r"]}


def test_depends_on_lengthens_the_path_but_not_the_bound() -> None:
    late = {**KAFKA, "dependencies": ["u::cluster"]}
    assert longest_chain([CLUSTER, late], engine_edges)["seconds"] == 2100
    assert longest_chain([CLUSTER, late], data_edges)["seconds"] == 1500


def test_parents_and_providers_count() -> None:
    parent = {**CLUSTER, "parent": "u::kafka"}
    assert longest_chain([parent, KAFKA], engine_edges)["seconds"] == 2100
    assert longest_chain([parent, KAFKA], data_edges)["seconds"] == 1500
    provider = node("p", "pulumi:providers:kubernetes", propertyDependencies={"kubeconfig": ["u::cluster"]})
    job = node("j", "kubernetes:batch/v1:Job", provider="u::p::some-id")
    assert longest_chain([CLUSTER, provider, job], data_edges) == {
        "seconds": 630,
        "chain": ["u::cluster", "u::j"],
    }


def test_a_duration_may_depend_on_an_input() -> None:
    single, double = (node("db", "aws:rds/instance:Instance", {"multiAz": one}) for one in (False, True))
    assert longest_chain([single], data_edges)["seconds"] == 360
    assert longest_chain([double], data_edges)["seconds"] == 720


def test_an_empty_stack_has_an_empty_path() -> None:
    assert longest_chain([], engine_edges) == {"seconds": 0, "chain": []}


def test_secrets_and_unknowns_are_words() -> None:
    secret: Properties = {SIGNATURE_KEY: SECRET_SIGNATURE, "ciphertext": "v1:abc"}
    outputs = redact_outputs({"a": secret, "b": [{"c": secret}], "d": UNKNOWN_MARK, "e": 1})
    assert outputs == {"a": "[secret]", "b": [{"c": "[secret]"}], "d": "[unknown]", "e": 1}
