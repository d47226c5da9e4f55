"""The drift job, and the reading before an `up`, over a simulated cloud that changes by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci import digest, pulumi_cli
from ci.drift import Finding
from policy.data_stores import losses
from simcloud.run import Simulation
from simcloud.wire import lookup, path_parts
from tests.simulations import commands_on, example

pytestmark = pytest.mark.engine

SERVER, NAMESPACE = "azure-native:dbforpostgresql:Server", "azure-native:eventhub:Namespace"


def look(simulation: Simulation) -> list[Finding]:
    return pulumi_cli.drift(simulation.workspace.stack, runner=commands_on(simulation))


def drift_of(found: list[Finding]) -> list[str]:
    return [f"{one.verdict} {one.type} {one.path}" for one in found if one.is_drift]


@pytest.mark.long
@pytest.mark.parametrize("stack", ["aws-production", "azure-production", "gcp-production"])
def test_no_night_of_the_first_year_is_red(stack: str, tmp_path: Path) -> None:
    """Disks grow, units are raised, versions are patched; the first night: tests/engine/test_lifecycle.py."""
    simulation = example(stack, tmp_path / "state")
    brought_up = simulation.up()
    assert brought_up.success, brought_up.errors
    simulation.pass_time()
    found = look(simulation)
    assert drift_of(found) == []
    if stack == "azure-production":
        assert {one.verdict for one in found} == {"left alone", "upgraded"}
        _an_unrelated_change_lowers_nothing(simulation)


def _an_unrelated_change_lowers_nothing(simulation: Simulation) -> None:
    """With the values of the state an `up` would send the disk's former size, which the cloud refuses."""
    pulumi_cli.settle(simulation.workspace.stack, runner=commands_on(simulation))
    grown = {record.key: record for record in simulation.account.records.values() if record.type == SERVER}
    simulation.set_config("tags", {"cost-centre": "42"})
    _a_preview_tells_the_certain_from_the_rest(simulation)
    changed = simulation.up()
    assert changed.success, changed.errors
    account = simulation.account
    for key in grown:
        assert lookup(account.records[key].inputs, path_parts("storage.storageSizeGB")) == 1024
    for record in account.of_type(NAMESPACE):
        assert lookup(record.inputs, path_parts("sku.capacity")) == 4
    assert not simulation.up().changed


def _a_preview_tells_the_certain_from_the_rest(simulation: Simulation) -> None:
    """Azure tells most outputs of an update only when it is done: none of them decides about a data store."""
    previewed = simulation.preview()
    assert previewed.success, previewed.errors
    found = digest.read(simulation.workspace.stack, previewed.digest)
    assert losses(found.changes) == []
    # Not of Kubernetes: a preview asks for no key, and the document blinds the Secrets that hold them.
    clouds = [change for change in found.of("will") if not change.type.startswith("kubernetes:")]
    assert {change.op for change in clouds} == {"update"}
    assert any(change.op == "replace" for change in found.of("may")), (
        "such as what the identities are granted"
    )


def test_without_that_reading_azure_refuses(tmp_path: Path) -> None:
    simulation = example("azure-dev", tmp_path / "state")
    assert simulation.up().success
    simulation.pass_time()
    simulation.set_config("tags", {"cost-centre": "42"})
    refused = simulation.up()
    assert any("cannot become" in error for error in refused.errors), refused.errors


def test_what_waits_for_its_window_is_no_drift(tmp_path: Path) -> None:
    simulation = example("aws-production", tmp_path / "state")
    assert simulation.up().success
    simulation.set_config("trackerStore.size", "large")
    assert simulation.up().success
    waiting = {(one.path, one.verdict) for one in look(simulation) if "rds" in one.type}
    assert ("instanceClass", "waits") in waiting
    assert {verdict for _, verdict in waiting} == {"waits"}
    assert any("instanceClass" in change.keys for change in simulation.preview().changed)
    simulation.pass_time()
    assert [one for one in look(simulation) if "rds" in one.type] == []


def test_what_somebody_did_is_drift_and_says_whether_it_is_put_back(tmp_path: Path) -> None:
    simulation = example("aws-dev", tmp_path / "state")
    assert simulation.up().success
    account = simulation.account
    (database,) = account.of_type("aws:rds/instance:Instance")
    account.drift(database, "backupRetentionPeriod", 1)
    account.drift(database, "kmsKeyId", "arn:aws:kms:eu-central-1:111122223333:key/other")
    (cluster,) = account.of_type("aws:eks/cluster:Cluster")
    account.drift(cluster, "version", "1.99")
    alarm = next(account.of_type("aws:cloudwatch/metricAlarm:MetricAlarm"))
    account.drop(alarm.key)
    account.save()
    found = {(one.type, one.path): one for one in look(simulation)}
    assert found["aws:rds/instance:Instance", "backupRetentionPeriod"].put_back == "yes"
    assert found["aws:rds/instance:Instance", "kmsKeyId"].put_back.startswith("only by replacing it")
    assert found["aws:eks/cluster:Cluster", "version"].verdict == "outgrown"
    assert found["aws:cloudwatch/metricAlarm:MetricAlarm", ""].put_back.startswith("yes, it makes it anew")
    assert len(found) == 4
