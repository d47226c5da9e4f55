"""What the clouds' load balancers and DNS ask for beyond types."""

from __future__ import annotations

import json
from typing import Any

from simcloud import catalog, rules
from tests.recorder import Recording
from tests.stacks import record_config, record_stack, stack_config

POLICY = "gcp:compute/securityPolicy:SecurityPolicy"
GATEWAY = "kubernetes:gateway.networking.k8s.io/v1:Gateway"
RECORD = "azure-native:dns:RecordSet"
HUB = "99999999-0000-4000-8000-000000000009"


def with_ingress(stack: str, **changes: Any) -> Recording[Any]:
    config = stack_config(stack)
    block = {**json.loads(config["rasa:ingress"]), **changes}
    return record_config({**config, "rasa:ingress": json.dumps(block)})


def test_more_addresses_than_a_rule_takes_get_several_rules() -> None:
    ranges = [f"203.0.113.{number}/32" for number in range(23)]
    made = with_ingress("gcp-production", api={"allowedCidrs": ranges}).one(POLICY)
    kind = catalog.load("gcp").type(POLICY)
    assert kind
    assert rules.problems(kind.rules, dict(made.inputs), lambda _: None) == []
    allowed = [
        one["match"]["config"]["srcIpRanges"] for one in made.inputs["rules"] if one["action"] == "allow"
    ]
    assert [address for group in allowed for address in group] == ranges
    assert len({one["priority"] for one in made.inputs["rules"]}) == len(made.inputs["rules"])


def test_a_security_policy_outlives_the_load_balancer_that_uses_it() -> None:
    made = record_stack("gcp-production")
    assert made.one(POLICY).urn in made.waits_for(made.one(GATEWAY))


def test_the_dns_record_goes_to_the_subscription_of_its_zone() -> None:
    zone = f"/subscriptions/{HUB}/resourceGroups/dns/providers/Microsoft.Network/dnszones/example.com"
    made = with_ingress("azure-production", zone={"name": "example.com", "id": zone})
    (record,) = made.of(RECORD)
    provider = made.one("pulumi:providers:azure-native", "ingress-dns")
    assert record.provider.startswith(f"{provider.urn}::")
    assert provider.inputs["subscriptionId"] == HUB
