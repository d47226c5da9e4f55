from __future__ import annotations

import pytest

from components.aws.event_broker import in_stable_order
from components.contract.connections import Kafka
from components.contract.topics import Topics
from tests.aws.stores import MSK, ROLE_POLICY, TOPIC, make, statements
from tests.recorder import value_of


@pytest.mark.parametrize(("profile", "zones"), [("dev", 2), ("production", 3)])
def test_express_in_production_has_no_disks_and_three_copies(profile: str, zones: int) -> None:
    made = make("event-broker", profile)
    cluster = made.one(MSK).inputs
    brokers = cluster["brokerNodeGroupInfo"]
    express = brokers["instanceType"].startswith("express.")
    assert express is (profile == "production")
    assert ("storageInfo" in brokers) is not express
    assert cluster["kafkaVersion"] == ("4.2.x.kraft" if express else "3.9.x.kraft")
    assert len(brokers["clientSubnets"]) == cluster["numberOfBrokerNodes"] == zones
    assert {topic.inputs["replicationFactor"] for topic in made.of(TOPIC)} == {zones}


def test_nobody_enters_kafka_without_iam_and_tls() -> None:
    cluster = make("event-broker", "production").one(MSK).inputs
    assert cluster["clientAuthentication"] == {"sasl": {"iam": True}, "unauthenticated": False}
    assert cluster["encryptionInfo"]["encryptionInTransit"] == {"clientBroker": "TLS", "inCluster": True}


def test_rasa_writes_events_and_nothing_else() -> None:
    made = make("event-broker", "production")
    _, write = statements(made.one(ROLE_POLICY))
    assert write["Action"] == ["kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"]
    assert write["Resource"].endswith(Topics().events)


def test_bootstrap_does_not_follow_the_order_of_aws() -> None:
    connection: Kafka = make("event-broker", "production").result.connection
    brokers = value_of(connection.bootstrap).split(",")
    assert [broker.partition(".")[0] for broker in brokers] == ["b-1", "b-2", "b-3"]
    assert in_stable_order("b:1,a:1") == in_stable_order("a:1,b:1")
