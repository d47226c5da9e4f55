"""Where network policies let pods go: names in every spelling, servers that tell further addresses, DNS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest

from components.kubernetes.network_policies import AddressPeer, PodsPeer, Rule
from components.rasa.connections.event_broker import event_broker
from components.rasa.connections.lock_store import lock_store
from components.rasa.connections.rendered import Rendered
from components.rasa.connections.tracker_store import tracker_store
from components.rasa.egress import egress, rules_of, rules_to
from tests.rasa import samples
from tests.recorder import value_of


def goes_to(rules: Sequence[Rule], target: str, port: int, protocol: str = "TCP") -> bool:
    """Whether a pod of a namespace, or an address, is let through to."""
    return any(
        _is_meant(peer, target)
        and (not rule.ports or (protocol in rule.protocols and any(_has(port, one) for one in rule.ports)))
        for rule in rules
        for peer in rule.peers
    )


def _is_meant(peer: PodsPeer | AddressPeer, target: str) -> bool:
    if isinstance(peer, PodsPeer):
        return peer.namespace == target and not peer.labels
    try:
        return ip_address(target) in ip_network(peer.cidr)
    except ValueError:
        return False


def _has(port: int, of: int | range) -> bool:
    return port == of if isinstance(of, int) else port in of


def out(*reached: Rendered) -> Sequence[Rule]:
    return value_of(egress(reached, samples.CLUSTER, frozenset(), {}))


SPELLINGS = {
    "redis": "rasa",
    "redis.data": "data",
    "Redis.Data": "data",
    "redis.dev": "dev",
    "redis.data.svc": "data",
    "redis.data.svc.cluster.local": "data",
    "redis.data.svc.cluster.local.": "data",
    "redis.data.svc.company.lan": "data",
    "redis-0.redis.data": "data",
    "redis-0.redis.data.svc": "data",
    "redis-0.redis.data.svc.cluster.local": "data",
}


@pytest.mark.parametrize("host", SPELLINGS)
def test_a_service_in_every_spelling(host: str) -> None:
    """A pod behind the Service may listen on another port: the namespace is open on all."""
    rules = list(rules_to("x", f"{host}:6379", namespace="rasa"))
    assert goes_to(rules, SPELLINGS[host], 16379)
    in_document = list(rules_of({"url": f"http://{host}:6379/x"}, namespace="rasa"))
    assert goes_to(in_document, SPELLINGS[host], 16379)


@pytest.mark.parametrize("host", ["redis.example.com", "redis.example.com.", "x.mongodb.net", "10.0.0.7"])
def test_a_server_outside_opens_no_namespace(host: str) -> None:
    rules = list(rules_to("x", f"{host}:6379", namespace="rasa"))
    assert all(isinstance(peer, AddressPeer) for rule in rules for peer in rule.peers)
    assert goes_to(rules, "10.0.0.7", 6379)


@pytest.mark.parametrize("host", ["example.com", "redis.data", "redis.data.svc.company.lan"])
def test_what_may_be_outside_is_open_outside_too(host: str) -> None:
    assert goes_to(list(rules_to("x", f"{host}:6379", namespace="rasa")), "198.51.100.7", 6379)


@pytest.mark.parametrize("host", ["redis", "redis.data.svc", "redis.data.svc.cluster.local"])
def test_what_is_in_the_cluster_opens_nothing_outside(host: str) -> None:
    assert not goes_to(list(rules_to("x", f"{host}:6379", namespace="rasa")), "198.51.100.7", 6379)


def test_addresses_of_both_kinds() -> None:
    rules = list(rules_to("x", "[2001:db8::1]:9093,10.0.0.7:9093", namespace="rasa"))
    assert goes_to(rules, "2001:db8::1", 9093)
    assert goes_to(rules, "10.0.0.7", 9093)
    assert not goes_to(rules, "2001:db8::2", 9093)
    assert not goes_to(rules, "10.0.0.8", 9093)
    documents = [
        {"url": "https://[2001:db8::1]/v1"},
        {"host": "2001:db8::1", "port": 443},
        ["[2001:db8::1]:443"],
    ]
    for document in documents:
        assert goes_to(list(rules_of({"x": document}, namespace="rasa")), "2001:db8::1", 443)


@pytest.mark.parametrize(
    ("reached", "target", "port"),
    [
        # Brokers are dialled at what they advertise: other hosts, and behind node ports other ports.
        (
            event_broker(
                replace(samples.kafka(samples.Plaintext()), bootstrap=samples.known("10.0.0.7:9092"))
            ),
            "10.0.0.8",
            9092,
        ),
        (
            event_broker(
                replace(samples.kafka(samples.Plaintext()), bootstrap=samples.known("10.0.0.7:32100"))
            ),
            "10.0.0.8",
            31500,
        ),
        (tracker_store(replace(samples.MONGODB, hosts=samples.known("10.0.0.7:27017"))), "10.0.0.8", 27017),
        (
            lock_store(
                replace(
                    samples.LOCK_STORES["cluster"],
                    host=samples.known("10.0.0.7"),
                    endpoints=("10.0.0.7:7000",),
                )
            ),
            "10.0.0.8",
            7000,
        ),
        (
            lock_store(
                replace(
                    samples.LOCK_STORES["sentinel"],
                    host=samples.known("10.0.0.7"),
                    endpoints=("10.0.0.7:26379",),
                )
            ),
            "10.0.0.8",
            6379,
        ),
    ],
    ids=["broker", "broker behind node ports", "replica set", "cluster", "sentinel"],
)
def test_further_addresses_are_reached(reached: Rendered, target: str, port: int) -> None:
    assert goes_to(out(reached), target, port)


def test_stores_of_the_cloud_are_reached_in_their_ranges_and_nowhere_between() -> None:
    rules = list(rules_to("x", "broker:9092", cidrs=("10.0.0.0/24", "172.16.0.0/24"), namespace="rasa"))
    named = list(
        rules_to("x", "kafka.example.com:9092", cidrs=("10.0.0.0/24", "172.16.0.0/24"), namespace="rasa")
    )
    assert not any(goes_to(rules, host, 9092) for host in ("10.0.0.7", "172.16.0.7"))
    assert all(goes_to(named, host, 9092) for host in ("10.0.0.7", "172.16.0.7"))
    assert not any(goes_to(named, host, 9092) for host in ("10.0.1.7", "100.64.0.7"))


def test_one_server_is_reached_alone() -> None:
    alone = lock_store(replace(samples.LOCK_STORES["open"], host=samples.known("10.0.0.7")))
    assert goes_to(out(alone), "10.0.0.7", 6379)
    assert not goes_to(out(alone), "10.0.0.8", 6379)


@pytest.mark.parametrize("cache", ["169.254.20.10", "169.254.25.10"])
@pytest.mark.parametrize("protocol", ["UDP", "TCP"])
def test_caches_of_names_on_the_node(cache: str, protocol: str) -> None:
    """On any cluster: they run on the host's network, where no label selects them."""
    assert goes_to(out(), cache, 53, protocol)
    assert not goes_to(out(), "198.51.100.7", 53, protocol)


@pytest.mark.parametrize("host", ["localhost", "LocalHost.", "127.0.0.1", "127.8.0.1", "[::1]"])
def test_a_server_in_the_pod_itself_opens_nothing(host: str) -> None:
    assert list(rules_to("action server", f"{host}:5055", namespace="rasa")) == []
    assert list(rules_of({"action_endpoint": {"url": f"http://{host}:5055/webhook"}}, namespace="rasa")) == []
