"""What a running stack keeps: which changes of its file are refused, and which are not."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest
import yaml

from components.config.identity import PROTECTED, facts, refusals, unnoted, warnings
from components.config.identity_messages import KUBECONFIG
from tests.config import blocks
from tests.config.everything import STACKS, settings_of
from tests.config.rules.test_stack import settings

SELF_LINK = "https://www.googleapis.com/compute/v1"
PRODUCTION: dict[str, Any] = {"profile": "production"}


def refused(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return refusals(facts(settings(**before)), facts(settings(**after)))


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("rasa:cloud", {"cloud": "gcp", "region": "europe-west3", "account": "example-project"}),
        ("rasa:region", {"region": "eu-west-1"}),
        ("rasa:account", {"account": "210987654321"}),
        ("rasa:namespace", {"namespace": "another"}),
        ("rasa:network.cidr", {"network": {"cidr": "10.30.0.0/16"}}),
        ("rasa:network.servicesCidr", {"network": {"servicesCidr": "172.21.0.0/16"}}),
        ("rasa:topics.events", {"topics": {"events": "others"}}),
        ("rasa:trackerStore.kind", {"trackerStore": {"kind": "dynamodb"}}),
        ("rasa:trackerStore.from", {"trackerStore": {"from": "in-cluster"}}),
        ("rasa:lockStore.profile", {"lockStore": {"profile": "dev"}}),
        ("rasa:profile", {"profile": "dev"}),
    ],
)
def test_a_protected_stack_refuses(key: str, change: dict[str, Any]) -> None:
    before = {**PRODUCTION, "account": "123456789012"}
    problems = refused(before, {**before, **change})
    assert any(problem.startswith(f"{key} is ") for problem in problems), problems
    for problem in problems:
        assert "take it back with: pulumi config " in problem
        assert "docs/upgrading.md" in problem


@pytest.mark.parametrize(
    ("subnets", "key"),
    [
        ({}, "rasa:network.from"),
        ({"id": "vpc-00000000"}, "rasa:network.id"),
        ({"nodes": (0, 1, 3)}, "rasa:network.subnets.nodes"),
        ({"nodes": (0, 1, 2, 3), "stores": ()}, "rasa:network.subnets.stores"),
        ({"stores": (0, 1, 2)}, "rasa:network.subnets.stores"),
        ({"nodes": (0, 1, 2, 3)}, None),
        ({"nodes": (2, 0, 1)}, None),
    ],
)
def test_a_network_that_exists_is_kept(subnets: dict[str, Any], key: str | None) -> None:
    def network(**changes: Any) -> dict[str, Any]:
        given = {"id": "vpc-0123abcd", "nodes": (0, 1, 2), "stores": (4, 5, 6), **changes}
        ids = {use: [f"subnet-0000000{one}" for one in given[use]] for use in ("nodes", "stores")}
        return {"from": "existing", "id": given["id"], "subnets": ids}

    before = {**PRODUCTION, "account": "123456789012", "network": network()}
    after = {**before, "network": network(**subnets) if subnets else {}}
    problems = refused(before, after)
    assert [problem.split(" is ")[0] for problem in problems] == ([] if key is None else [key]), problems
    # And back: no stack moves into a network.
    assert bool(refused(after, before)) is (key is not None or len(subnets.get("nodes", ())) > 3)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"api": ["other"]}, "rasa:network.subnets.api"),
        ({"endpoints": ["other"]}, "rasa:network.subnets.endpoints"),
        ({"stores": ["other"]}, "rasa:network.subnets.stores"),
        ({"balancers": ["other"]}, None),
        ({}, None),
    ],
)
def test_each_subnet_of_azure_is_kept(change: dict[str, list[str]], key: str | None) -> None:
    given: Any = STACKS["azure-network"]
    network: dict[str, Any] = given["network"]
    ids = {use: [f"{network['id']}/subnets/{one}" for one in ones] for use, ones in change.items()}
    after = {**given, "network": {**network, "subnets": {**network["subnets"], **ids}}}

    def kept(raw: Any) -> Any:
        return {**json.loads(json.dumps(facts(settings_of(raw)))), PROTECTED: True}

    problems = refusals(kept(given), kept(after))
    assert [problem.split(" is ")[0] for problem in problems] == ([] if key is None else [key]), problems
    # As the engine keeps them and as the program has them: lists, and not tuples.
    assert facts(settings_of(given)) == {**kept(given), PROTECTED: False}


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"id": "projects/company-host/global/networks/other"}, "rasa:network.id"),
        ({"podsCidr": "10.248.0.0/16"}, "rasa:network.podsCidr"),
        ({"servicesCidr": "172.21.0.0/20"}, "rasa:network.servicesCidr"),
        ({"nodes": "projects/company-host/regions/europe-west3/subnetworks/b"}, "rasa:network.subnets.nodes"),
        ({"stores": "projects/company-host/global/addresses/b"}, "rasa:network.subnets.stores"),
        ({"id": f"{SELF_LINK}/projects/company-host/global/networks/company"}, None),
        ({"internet": True}, None),
    ],
)
def test_a_vpc_and_its_ranges_are_kept(change: dict[str, Any], key: str | None) -> None:
    given: Any = STACKS["gcp-network"]
    subnets = {use: [change[use]] for use in ("nodes", "stores") if use in change}
    others = {name: value for name, value in change.items() if name not in subnets}
    network = {**given["network"], **others, "subnets": {**given["network"]["subnets"], **subnets}}
    after = facts(settings_of({**given, "network": network}))
    problems = refusals({**facts(settings_of(given)), PROTECTED: True}, {**after, PROTECTED: True})
    assert [problem.split(" is ")[0] for problem in problems] == ([] if key is None else [key]), problems


def test_a_stack_without_protection_refuses_none_of_it() -> None:
    assert not refused({}, {"region": "eu-west-1", "network": {"cidr": "10.30.0.0/16"}, "namespace": "b"})


@pytest.mark.parametrize("lifts", [{"profile": "dev"}, {"deletionProtection": "false"}])
def test_protection_is_not_lifted_in_passing(lifts: dict[str, Any]) -> None:
    """What counts is the stack that runs: one edit that lifts the protection and does harm is refused."""
    assert refused(PRODUCTION, {**PRODUCTION, **lifts, "region": "eu-west-1"})


def test_the_protection_itself_can_be_lifted() -> None:
    assert not refused(PRODUCTION, {**PRODUCTION, "deletionProtection": "false"})


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ({}, {"account": "210987654321"}, "rasa:account"),
        ({"profile": "dev", "deletionProtection": "true"}, {"profile": "production"}, "rasa:profile"),
        (
            {"lockStore": {"profile": "dev"}},
            {"lockStore": {"profile": "production"}},
            "rasa:lockStore.profile",
        ),
    ],
)
def test_what_else_could_change_does_not_in_the_edit_that_lifts(
    before: dict[str, Any], after: dict[str, Any], key: str
) -> None:
    """The engine replaces, unasked, what the same run has stopped to protect."""
    running = {**PRODUCTION, **before}
    assert not refused(running, {**running, **after})
    problems = refused(running, {**running, **after, "deletionProtection": "false"})
    assert any(problem.startswith(f"{key} is ") for problem in problems), problems
    assert all("in the edit that lifts its protection" in problem for problem in problems), problems


@pytest.mark.parametrize(
    "change",
    [
        {"region": "eu-west-1"},
        {"namespace": "b"},
        {"topics": {"events": "b"}},
        {"lockStore": blocks.LOCK_STORES["standard"]},
    ],
)
def test_a_stack_without_protection_says_what_goes(change: dict[str, Any]) -> None:
    before, after = facts(settings()), facts(settings(**change))
    assert not refusals(before, after)
    text = next(one for one in warnings(before, after) if one.startswith(f"rasa:{next(iter(change))}"))
    assert "rasa:deletionProtection is false" in text
    assert "take it back with: pulumi config " in text
    assert not warnings(before, before)
    assert not warnings({**before, PROTECTED: True}, after), "refused there"


def test_what_is_replaced_on_the_way_to_production_is_said() -> None:
    (text,) = warnings(facts(settings()), facts(settings(profile="production")))
    assert text.startswith("rasa:eventBroker.profile is 'dev'")
    assert "events that nobody has read" in text


def test_a_run_that_does_not_note_it_lifts_no_protection() -> None:
    running, lifted = facts(settings(**PRODUCTION)), facts(settings(**PRODUCTION, deletionProtection="false"))
    (text,) = unnoted(running, lifted)
    assert "with `pulumi up` of the whole stack" in text
    assert not unnoted(running, running)
    assert not unnoted(lifted, running)


def test_an_account_that_is_named_at_last_may_be_another_one() -> None:
    """AWS's provider compares it with the login, Azure's goes there."""
    admins = ["user:00000000-0000-4000-8000-00000000000a"]
    azure = {"cloud": "azure", "region": "westeurope", "cluster": {"admins": admins}}
    named = {"account": "00000000-0000-4000-8000-0000000000ff"}
    (text,) = warnings(facts(settings(**azure)), facts(settings(**azure, **named)))
    assert text.startswith("rasa:account is unset on the running stack and becomes '0000")
    assert "unless the stack runs in this subscription" in text
    assert not warnings(facts(settings()), facts(settings(account="210987654321")))


def test_what_exists_elsewhere_loses_nothing() -> None:
    """Its data stay where they are, and its topics are not the stack's."""
    running = {**PRODUCTION, "eventBroker": blocks.EVENT_BROKERS["sasl"]}
    assert not refused(running, {**running, "topics": {"events": "others"}})
    assert not refused(running, PRODUCTION)
    assert refused(PRODUCTION, running)
    without = {**PRODUCTION, "trackerStore": {"login": "password"}}
    vault = {**without, "secretsManager": {"from": "in-cluster"}}
    assert not refused(without, vault)
    assert refused(vault, without)


@pytest.mark.parametrize(
    "after",
    [
        {"account": "123456789012"},
        {"network": {"zones": ["eu-central-1c", "eu-central-1a", "eu-central-1b"]}},
        {"network": {"avoid": ["192.168.0.0/16"]}},
        {"lockStore": {"size": "small"}, "trackerStore": {"size": "large"}},
        {"cluster": {"allowedCidrs": ["203.0.113.0/28"]}},
        {"tags": {"cost-centre": "42"}},
    ],
)
def test_what_loses_nothing_is_no_such_change(after: dict[str, Any]) -> None:
    assert not refused(PRODUCTION, {**PRODUCTION, **after})


def test_dev_becomes_production() -> None:
    assert not refused({}, PRODUCTION)
    assert not refused({"deletionProtection": "true"}, PRODUCTION)


def test_zones_are_added_after_the_last_one() -> None:
    before = facts(settings())
    assert before["rasa:network.zones"] == ["eu-central-1a", "eu-central-1b"]
    other = {**before, PROTECTED: True}
    assert not refusals(other, {**other, "rasa:network.zones": ["eu-central-1a", "eu-central-1b", "x"]})
    assert refusals(other, {**other, "rasa:network.zones": ["eu-central-1b", "eu-central-1c"]})


def reached(server: str, *authorities: str) -> dict[str, Any]:
    """A stack whose cluster has this address, and these authorities in its kubeconfig."""
    pem = "".join(
        f"-----BEGIN CERTIFICATE-----\n{one}\n-----END CERTIFICATE-----\n" for one in authorities
    ).encode()
    kubeconfig: Any = yaml.safe_load(blocks.KUBECONFIG)
    cluster = {"server": f"https://{server}", "certificate-authority-data": b64encode(pem).decode()}
    kubeconfig["clusters"][0]["cluster"] = cluster
    return {**STACKS["s3"], "cluster": {**STACKS["s3"]["cluster"], "kubeconfig": json.dumps(kubeconfig)}}


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        (("a", "one"), ("b", "one"), True),
        (("a", "one"), ("a", "two"), True),
        (("a", "one"), ("b", "two", "one"), True),
        (("a", "one"), ("b",), True),
        (("a",), ("b", "one"), True),
        (("a", "one"), ("b", "two"), False),
        (("a", "one", "two"), ("b", "three"), False),
    ],
)
def test_another_address_with_another_authority_is_another_cluster(
    before: tuple[str, ...], after: tuple[str, ...], same: bool
) -> None:
    """A kubeconfig of the wrong context; where it names no authority, it may be the same cluster."""
    running, edited = (facts(settings_of(reached(*one))) for one in (before, after))
    problems = refusals({**running, PROTECTED: True}, {**edited, PROTECTED: True})
    assert [problem.split(" is ")[0] for problem in problems] == [KUBECONFIG] * (not same), problems
    assert [text.split(" is ")[0] for text in warnings(running, edited)] == [KUBECONFIG] * (not same)
    for problem in problems:
        assert f"--secret --path '{KUBECONFIG}' \"$(kubectl config view --raw --minify" in problem


def test_the_namespace_that_the_stack_made_stays_its_own() -> None:
    """The stack would delete it, and all that is in it; a stack of dev could not go on either."""
    before = {PROTECTED: False, "rasa:cluster.hasNamespace": False}
    (problem,) = refusals(before, {**before, "rasa:cluster.hasNamespace": True})
    assert "pulumi config set --path 'rasa:cluster.hasNamespace' false" in problem


def test_pods_keep_their_addresses_where_they_have_a_range() -> None:
    before = {PROTECTED: True, "rasa:network.podsCidr": "10.244.0.0/16"}
    assert refusals(before, {**before, "rasa:network.podsCidr": "10.245.0.0/16"})


def test_volumes_never_shrink() -> None:
    before = {PROTECTED: False, "rasa:trackerStore.size": "medium"}
    assert refusals(before, {**before, "rasa:trackerStore.size": "small"})
    assert not refusals(before, {**before, "rasa:trackerStore.size": "large"})


def test_what_a_former_version_did_not_note_is_not_compared() -> None:
    assert not refusals({PROTECTED: True}, facts(settings(**PRODUCTION)))
