"""Events without personal data: each stack makes their topic, lets Rasa write to it, and tells Rasa of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.recorder import Recording
from tests.variants import ANONYMIZED, PRIVACY, record_variant, record_with, with_anonymized_events

VARIANTS: Mapping[str, str] = {
    **{cloud: f"{cloud}-production-existing-network" for cloud in ("aws", "azure", "gcp")},
    "none": "local-dev-pods",
}

TOPICS: Mapping[str, tuple[str, str]] = {
    "aws": ("aws:msk/topic:Topic", "name"),
    "azure": ("azure-native:eventhub:EventHub", "eventHubName"),
    "gcp": ("gcp:managedkafka/topic:Topic", "topicId"),
    "none": ("kubernetes:kafka.strimzi.io/v1:KafkaTopic", "topicName"),
}


def _topic(made: Recording[Any], cloud: str, named: str) -> Any:
    """What is asked for the topic of this name."""
    type_, key = TOPICS[cloud]
    asked = (one.inputs["spec"] if cloud == "none" else one.inputs for one in made.of(type_))
    return next(one for one in asked if one[key] == named)


def _of_aws(made: Recording[Any]) -> bool:
    policy = json.loads(made.one("aws:iam/rolePolicy:RolePolicy", "event-broker").inputs["policy"])
    written = [one["Resource"] for one in policy["Statement"] if "kafka-cluster:WriteData" in one["Action"]]
    return any(arn.endswith(ANONYMIZED) for arn in written[0])


def _of_azure(made: Recording[Any]) -> bool:
    rule = made.one("azure-native:eventhub:NamespaceAuthorizationRule", "event-broker-rasa")
    return rule.inputs["rights"] == ["Send"] and not list(
        made.of("azure-native:eventhub:EventHubAuthorizationRule")
    )


def _of_gcp(made: Recording[Any]) -> bool:
    rights = {acl.inputs["aclId"]: acl.inputs["aclEntries"] for acl in made.of("gcp:managedkafka/acl:Acl")}
    return {one["operation"] for one in rights[f"topic/{ANONYMIZED}"]} == {"DESCRIBE", "WRITE"}


def _of_strimzi(made: Recording[Any]) -> bool:
    user = made.one("kubernetes:kafka.strimzi.io/v1:KafkaUser").inputs["spec"]
    found = [one for one in user["authorization"]["acls"] if one["resource"]["name"] == ANONYMIZED]
    return {"Describe", "Write"} <= {operation for one in found for operation in one["operations"]}


MAY_WRITE: Mapping[str, Callable[[Recording[Any]], bool]] = {
    "aws": _of_aws,
    "azure": _of_azure,
    "gcp": _of_gcp,
    "none": _of_strimzi,
}


@pytest.mark.parametrize("cloud", TOPICS)
def test_the_topic_is_made_and_may_be_written(cloud: str) -> None:
    made = record_variant(VARIANTS[cloud])
    events, copies = (_topic(made, cloud, named) for named in ("rasa-events", ANONYMIZED))
    for same in ("partitionCount", "partitions", "retentionDescription", "configs", "config"):
        assert events.get(same) == copies.get(same)
    assert MAY_WRITE[cloud](made)


def endpoints(made: Recording[Any]) -> Any:
    release = next(one for one in made.of("kubernetes:helm.sh/v3:Release") if one.inputs["name"] == "rasa")
    return release.inputs["values"]["rasa"]["settings"]["endpoints"]


@pytest.mark.parametrize("cloud", TOPICS)
def test_rasa_is_told_with_the_type_that_reads_it(cloud: str) -> None:
    written = endpoints(record_variant(VARIANTS[cloud]))
    broker = written["event_broker"]
    assert (broker["type"], broker["topic"]) == ("kafka", "rasa-events")
    assert broker["anonymization_topics"] == [ANONYMIZED]
    assert written["privacy"] == PRIVACY


def test_a_broker_that_exists_has_its_topic_already() -> None:
    made = record_with("existing-production", with_anonymized_events("existing-production"))
    assert endpoints(made)["event_broker"]["anonymization_topics"] == [ANONYMIZED]
