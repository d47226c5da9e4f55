"""What outlives a stack, and what it needs to be read."""

from __future__ import annotations

import json

import pytest

from tests.recorder import Recorded
from tests.stacks import STACKS, record_config, record_stack, stack_config

KEYS = ("aws:kms/key:Key", "gcp:kms/cryptoKey:CryptoKey")


def keeps_data(resource: Recorded) -> bool:
    """Whether a destroy leaves a snapshot or a backup of it behind."""
    given, settings = resource.inputs, resource.inputs.get("settings", {})
    match resource.type:
        case "aws:rds/instance:Instance" | "aws:docdb/cluster:Cluster":
            return not given["skipFinalSnapshot"] or given.get("deleteAutomatedBackups") is False
        case "aws:elasticache/replicationGroup:ReplicationGroup":
            return "finalSnapshotIdentifier" in given
        case "gcp:sql/databaseInstance:DatabaseInstance":
            return settings["finalBackupConfig"]["enabled"] or settings.get("retainBackupsOnDelete", False)
        case _:
            return False


@pytest.mark.parametrize("stack", [stack for stack in STACKS if stack.startswith(("aws", "gcp"))])
def test_the_key_is_kept_where_data_are(stack: str) -> None:
    recording = record_stack(stack)
    kept = [one for one in recording.resources if keeps_data(one)]
    keys = [one for one in recording.resources if one.type in KEYS]
    for store in kept:
        of_it = [key for key in keys if key.urn in recording.waits_for(store)]
        assert of_it
        assert all(key.retained for key in of_it), "its backups end with the key"
    if not kept:
        assert not [key.name for key in keys if key.retained], "it would be billed for nothing"


@pytest.mark.parametrize(("cloud", "key"), [("aws", KEYS[0]), ("gcp", KEYS[1])])
def test_one_store_of_production_is_enough(cloud: str, key: str) -> None:
    config = stack_config(f"{cloud}-dev")
    store = {**json.loads(config.get("rasa:trackerStore", "{}")), "profile": "production"}
    recording = record_config({**config, "rasa:trackerStore": json.dumps(store)})
    assert any(keeps_data(one) for one in recording.resources)
    assert [one.retained for one in recording.of(key)] == [True]
