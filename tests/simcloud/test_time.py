"""What services do by themselves, what waits for a maintenance window, what an update's preview tells."""

from __future__ import annotations

import pytest

from simcloud import behaviour
from simcloud.wire import Properties, Value, lookup, path_parts
from tests.simcloud.tenant import Tenant

DATABASE, GROUP = "aws:rds/instance:Instance", "aws:ec2/securityGroup:SecurityGroup"
RESOURCE_GROUP, SERVER = "azure-native:resources:ResourceGroup", "azure-native:dbforpostgresql:Server"
POSTGRES: Properties = {"identifier": "d", "engine": "postgres", "instanceClass": "db.t4g.medium"}
LATER: Properties = {**POSTGRES, "instanceClass": "db.m7g.large", "applyImmediately": False}


def azure_server(tenant: Tenant, **further: Value) -> Properties:
    tenant.create(RESOURCE_GROUP, "g", {"resourceGroupName": "g", "location": "x"})
    return {"serverName": "pg", "resourceGroupName": "g", "location": "x", **further}


@pytest.mark.parametrize("immediately", [True, False])
def test_a_change_waits_for_its_window(tenant: Tenant, *, immediately: bool) -> None:
    made, resource = tenant.create(DATABASE, "d", POSTGRES), tenant.resource(DATABASE, "d")
    wanted: Properties = {**LATER, "applyImmediately": immediately}
    outputs = resource.update(made.id, wanted, preview=False)
    waits = not immediately
    assert outputs["instanceClass"] == ("db.t4g.medium" if waits else "db.m7g.large")
    assert bool(resource.diff(wanted, wanted, outputs=outputs)[0]) == waits, "a preview shows it again"
    _, inputs, _ = resource.read(made.id, wanted, outputs)
    assert (inputs["instanceClass"] == "db.t4g.medium") == waits
    behaviour.pass_time(tenant.account)
    _, inputs, outputs = resource.read(made.id, wanted, outputs)
    assert outputs["instanceClass"] == "db.m7g.large"
    assert resource.diff(inputs, wanted, outputs=outputs) == ({}, False)


def test_a_disk_grows_and_is_not_made_smaller(tenant: Tenant) -> None:
    inputs = azure_server(tenant, storage={"storageSizeGB": 128})
    made = tenant.create(SERVER, "pg", inputs)
    behaviour.pass_time(tenant.account)
    grown = tenant.account.get(made.scope, SERVER, made.id)
    assert lookup(grown.inputs, path_parts("storage.storageSizeGB")) == 1024
    with pytest.raises(Exception, match=r"'storage\.storageSizeGB' is 1024 and cannot become 128"):
        tenant.resource(SERVER, "pg").update(made.id, inputs, preview=False)


def test_time_makes_nothing_smaller(tenant: Tenant) -> None:
    made = tenant.create(DATABASE, "d", {**POSTGRES, "allocatedStorage": 5000})
    behaviour.pass_time(tenant.account)
    assert tenant.account.get(made.scope, DATABASE, made.id).inputs["allocatedStorage"] == 5000


def test_a_provider_that_takes_a_smaller_disk_for_no_change_sends_none(tenant: Tenant) -> None:
    made = tenant.create(DATABASE, "d", {**POSTGRES, "allocatedStorage": 100})
    behaviour.pass_time(tenant.account)
    asked: Properties = {**POSTGRES, "allocatedStorage": 100, "tags": {"a": "b"}}
    assert tenant.resource(DATABASE, "d").update(made.id, asked, preview=False)["allocatedStorage"] == 300


def test_of_an_update_azure_tells_only_what_it_was_given(tenant: Tenant) -> None:
    inputs = azure_server(tenant)
    made, resource = tenant.create(SERVER, "pg", inputs), tenant.resource(SERVER, "pg")
    assert "fullyQualifiedDomainName" in resource.update(made.id, inputs, preview=False)
    told = resource.update(made.id, {**inputs, "tags": {"a": "b"}}, preview=True)
    assert set(told) == {*inputs, "tags", "name", "location"}


def test_a_rule_added_by_hand_is_not_seen(tenant: Tenant) -> None:
    resource = tenant.resource(GROUP, "g")
    by_hand: Properties = {"name": "g", "ingress": [{"fromPort": 22, "toPort": 22, "protocol": "tcp"}]}
    assert resource.diff(by_hand, {"name": "g"}) == ({}, False)
    assert resource.diff(by_hand, {"name": "g", "ingress": []})[0]
