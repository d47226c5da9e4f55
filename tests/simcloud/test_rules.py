"""What the simulated clouds refuse although each value alone is valid."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

import pytest

from simcloud import rules
from simcloud.account import Account
from simcloud.errors import CloudError
from simcloud.rules import Rule
from simcloud.wire import UNKNOWN, Properties, Secret
from tests.simcloud.tenant import Tenant

MSK, TOPIC, DATABASE = "aws:msk/cluster:Cluster", "aws:msk/topic:Topic", "aws:rds/instance:Instance"
MEMBERS: Properties = {"members": [{"names": ["a"]}, {"names": ["b", "c"]}]}
BROKEN: list[tuple[dict[str, Any], Properties, str]] = [
    ({"needs": ["b"]}, {"a": 1}, "'b' is missing"),
    ({"excludes": ["b"]}, {"a": 1, "b": False}, "'b' is given"),
    ({"when": {"a": 1}, "needs": ["b.c"]}, {"a": 1, "b": {}}, "'b.c' is missing"),
    ({"matching": {"a": "x.+"}, "needs": ["b"]}, {"a": "xy"}, "'b' is missing"),
    ({"patterns": {"members.names": "[ab]"}}, MEMBERS, "'members.names' is 'c'"),
    ({"keys": {"tags": "[a-z]+"}}, {"tags": {"Owner": "me"}}, "'tags' has the key 'Owner'"),
    ({"at_least": {"a": 3}}, {"a": 2}, "'a' is 2, less than 3"),
    ({"most_items": {"members.names": 1}}, MEMBERS, "'members.names' has 2 members, more than 1"),
    ({"patterns": {"a": "x"}}, {"a": Secret("y")}, "'a' is 'y'"),
]
KEPT: list[tuple[dict[str, Any], Properties]] = [
    ({"needs": ["b"]}, {"b": UNKNOWN}),
    ({"excludes": ["b"]}, {"b": None}),
    ({"when": {"a": 1}, "needs": ["b"]}, {"a": 2}),
    ({"matching": {"a": "x"}, "needs": ["b"]}, {"a": "xy"}),
    ({"matching": {"a": "x"}, "needs": ["b"]}, {"a": UNKNOWN}),
    ({"patterns": {"members.names": "[abc]"}}, MEMBERS),
    ({"at_least": {"a": 3}}, {"a": UNKNOWN}),
    ({"most_items": {"members.names": 2}}, MEMBERS),
]


@pytest.mark.parametrize(("rule", "inputs", "text"), BROKEN)
def test_a_broken_rule_names_the_property(rule: dict[str, Any], inputs: Properties, text: str) -> None:
    assert rules.problems([Rule(says="no", **rule)], inputs, lambda _: None) == [f"no ({text})"]


@pytest.mark.parametrize(("rule", "inputs"), KEPT)
def test_a_kept_rule_says_nothing(rule: dict[str, Any], inputs: Properties) -> None:
    assert rules.problems([Rule(says="no", **rule)], inputs, lambda _: None) == []


def test_a_rule_may_be_about_what_is_named() -> None:
    rule = Rule(says="no", of="subnet.id", patterns={"prefix": ".+/24"})
    named: Properties = {"prefix": "10.0.0.0/20"}
    broken = rules.problems([rule], {"subnet": {"id": "s"}}, lambda one: named if one == "s" else None)
    assert broken == ["no ('prefix' is '10.0.0.0/20')"]


@pytest.mark.parametrize("operation", ["create", "update"])
def test_the_cloud_refuses_what_breaks_a_rule(tenant: Tenant, operation: str) -> None:
    good: Properties = {
        "engine": "postgres",
        "storageType": "gp3",
        "allocatedStorage": 200,
        "identifier": "d",
    }
    bad: Properties = {**good, "allocatedStorage": 400}
    made = tenant.create(DATABASE, "d", {**good, "identifier": "d"})
    resource = tenant.resource(DATABASE, "d")
    call = partial(resource.create) if operation == "create" else partial(resource.update, made.id)
    with pytest.raises(CloudError, match=r"InvalidParameter: .*\n.*gp3: 3000 \('iops' is missing\)"):
        call({**bad, "identifier": "e"}, preview=False)


def test_what_never_shrinks_is_refused(tenant: Tenant) -> None:
    cluster: Properties = {"clusterName": "k", "numberOfBrokerNodes": 2, "kafkaVersion": "3.9.x"}
    arn = tenant.create(MSK, "k", cluster).id
    topic: Properties = {"clusterArn": arn, "name": "t", "partitionCount": 6}
    made = tenant.create(TOPIC, "t", topic)
    resource = tenant.resource(TOPIC, "t")
    assert resource.update(made.id, {**topic, "partitionCount": 12}, preview=False)["partitionCount"] == 12
    with pytest.raises(CloudError, match="'partitionCount' is 12 and cannot become 3"):
        resource.update(made.id, {**topic, "partitionCount": 3}, preview=False)


def test_what_the_provider_keeps_is_no_change(tenant: Tenant) -> None:
    olds: Properties = {"allocatedStorage": 400}
    resource = tenant.resource(DATABASE, "d")
    assert resource.diff(olds, {"allocatedStorage": 200}) == ({}, False)
    assert resource.diff(olds, {"allocatedStorage": 500})[0] == {"allocatedStorage": ("update", False)}


def test_one_change_at_a_time(tenant: Tenant) -> None:
    tenant.account.changing.add("rasa")
    group = tenant.create(
        "azure-native:resources:ResourceGroup", "g", {"resourceGroupName": "g", "location": "x"}
    )
    assert group
    account: Properties = {"accountName": "rasa", "resourceGroupName": "g", "location": "x"}
    with pytest.raises(CloudError, match="OperationInProgress: another change of 'rasa' is not finished"):
        tenant.create("azure-native:storage:StorageAccount", "a", account)


def test_a_lock_holds_for_all_below_it(tenant: Tenant) -> None:
    account = tenant.account
    scope = "/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/g"
    tenant.create("azure-native:resources:ResourceGroup", "g", {"resourceGroupName": "g", "location": "x"})
    locked: Properties = {"accountName": "rasa", "resourceGroupName": "g", "location": "x"}
    below = tenant.create("azure-native:storage:StorageAccount", "a", locked)
    container: Properties = {"accountName": "rasa", "resourceGroupName": "g", "containerName": "models"}
    inside = tenant.create("azure-native:storage:BlobContainer", "c", container)
    lock: Properties = {"scope": below.id, "lockName": "l", "level": "CanNotDelete"}
    held = tenant.create("azure-native:authorization:ManagementLockByScope", "l", lock)
    assert below.id.startswith(scope)
    with pytest.raises(CloudError, match=r"ScopeLocked: .*locks .*/storageAccounts/rasa"):
        account.remove(inside)
    account.remove(held)
    account.remove(inside)


def test_some_deletions_never_get_through(tenant: Tenant) -> None:
    tenant.account.outside = frozenset({"t"})
    tenant.create("azure-native:resources:ResourceGroup", "g", {"resourceGroupName": "g", "location": "x"})
    vault: Properties = {"vaultName": "v-1", "resourceGroupName": "g", "location": "x"}
    there = tenant.create("azure-native:keyvault:Vault", "v", vault)
    key: Properties = {"vaultName": "v-1", "resourceGroupName": "g", "keyName": "k"}
    inside = tenant.create("azure-native:keyvault:Key", "k", key)
    with pytest.raises(CloudError, match=r"Forbidden: .*keys/delete"):
        tenant.account.remove(inside)
    tenant.account.deleted_with = {inside.urn: there.urn}
    tenant.account.remove(there)
    assert inside.key not in tenant.account.records


def test_what_goes_with_another_does_so_after_a_destroy_that_was_cut_off(tenant: Tenant) -> None:
    """The state has forgotten it by then."""
    tenant.account.outside = frozenset({"g"})
    server: Properties = {"serverName": "s-1", "resourceGroupName": "g", "location": "x"}
    there = tenant.create("azure-native:dbforpostgresql:Server", "s", server)
    setting: Properties = {
        "serverName": "s-1",
        "resourceGroupName": "g",
        "configurationName": "log_lock_waits",
    }
    inside = tenant.create("azure-native:dbforpostgresql:Configuration", "c", setting)
    tenant.account.deleted_with = {inside.urn: there.urn}
    tenant.account.save()
    later = Account(tenant.account.path)
    later.remove(there)
    assert not later.records


def test_what_is_filled_in_later_shows_in_both(tenant: Tenant) -> None:
    tenant.create("azure-native:resources:ResourceGroup", "g", {"resourceGroupName": "g", "location": "x"})
    address: Properties = {"publicIpAddressName": "ip", "resourceGroupName": "g", "location": "x"}
    made = tenant.create("azure-native:network:PublicIPAddress", "ip", address)
    gateway: Properties = {
        "natGatewayName": "nat",
        "resourceGroupName": "g",
        "location": "x",
        "publicIpAddresses": [{"id": made.id}],
    }
    nat = tenant.create("azure-native:network:NatGateway", "nat", gateway)
    _, inputs, outputs = tenant.resource("azure-native:network:PublicIPAddress", "ip").read(made.id, {}, {})
    assert cast("Properties", inputs["natGateway"])["id"] == nat.id
    assert cast("Properties", outputs["natGateway"])["id"] == nat.id


def test_what_is_always_there_can_be_made_again(tenant: Tenant) -> None:
    """A refused destroy may have forgotten it, and it is there all the same."""
    tenant.create("azure-native:resources:ResourceGroup", "g", {"resourceGroupName": "g", "location": "x"})
    server: Properties = {"serverName": "pg", "resourceGroupName": "g", "location": "x"}
    tenant.create("azure-native:dbforpostgresql:Server", "pg", server)
    value: Properties = {
        "serverName": "pg",
        "resourceGroupName": "g",
        "configurationName": "c",
        "value": "on",
    }
    for _ in range(2):
        assert tenant.create("azure-native:dbforpostgresql:Configuration", "c", value)
