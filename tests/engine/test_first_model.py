"""The first model comes with the stack, on every kind of storage; a release leaves it where it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from simcloud.run import Result, Simulation
from tests.ci.models import write_model
from tests.long import mostly_long
from tests.simulations import example

pytestmark = pytest.mark.engine

OBJECT = {
    "aws-dev": "aws:s3/bucketObjectv2:BucketObjectv2",
    "azure-dev": "azure-native:storage:Blob",
    "gcp-dev": "gcp:storage/bucketObject:BucketObject",
}
UPLOADED = "model-storage-upload-assistant-2.0.0"
JOB, RELEASE = "kubernetes:batch/v1:Job", "kubernetes:helm.sh/v3:Release"
RELEASED = "0123456789abcdef" * 2 + "01234567"


def with_upload(stack: str, folder: Path, file: Path, model: str | None = None) -> Simulation:
    simulation = example(stack, folder / "state")
    configured = cast("dict[str, Any]", simulation.workspace.config["rasa:assistant"])
    block = {key: value for key, value in configured.items() if key != "model"}
    named = {} if model is None else {"model": model}
    simulation.set_config("rasa:assistant", {**block, **named, "upload": str(file)})
    return simulation


def touched(result: Result, name: str) -> set[tuple[str, str]]:
    assert result.success, result.errors
    own = [change for change in result.changed if not change.type.startswith("rasa:")]
    return {(change.op, change.type) for change in own if change.name == name}


def place(result: Result, urn_end: str) -> int:
    """When a resource was begun, counted from the first."""
    operations: list[Any] = result.report["operations"]
    (found,) = [index for index, one in enumerate(operations) if one["urn"].endswith(urn_end)]
    return found


@pytest.mark.parametrize("stack", mostly_long(OBJECT, now=["aws-dev"]))
def test_an_object_is_uploaded_before_anybody_looks_for_it_and_outlives_a_release(
    stack: str, tmp_path: Path
) -> None:
    file = write_model(tmp_path / "assistant-2.0.0.tar.gz")
    simulation = with_upload(stack, tmp_path, file)
    first = simulation.up()
    assert touched(first, UPLOADED) == {("create", OBJECT[stack])}
    assert place(first, f"::{UPLOADED}") < place(first, "Job::rasa-preflight")
    assert not simulation.up().changed
    # A pipeline's checkout has a commit's model, and not the file.
    file.unlink()
    released = with_upload(stack, tmp_path, file, RELEASED)
    assert touched(released.up(), UPLOADED) == {("delete", OBJECT[stack])}
    assert [one for one in released.account.records.values() if one.type == OBJECT[stack]]
    assert released.destroy().success
    assert not released.account.records


def test_other_content_of_the_same_name_is_not_uploaded_and_has_the_preflight_run(tmp_path: Path) -> None:
    """It compares the file's hash with the object's: tests/rasa/test_preflight_model.py shows it refuse."""
    file = write_model(tmp_path / "assistant-2.0.0.tar.gz")
    simulation, kind = with_upload("gcp-dev", tmp_path, file), OBJECT["gcp-dev"]
    assert simulation.up().success
    write_model(file, model_id="another")
    second = simulation.up()
    assert touched(second, UPLOADED) == set()
    assert touched(second, "rasa-preflight")
    # Under another name it is another object, and the first stays.
    other = write_model(tmp_path / "assistant-2.0.1.tar.gz", model_id="another")
    again = with_upload("gcp-dev", tmp_path, other)
    renamed = again.up()
    assert touched(renamed, UPLOADED) == {("delete", kind)}
    assert touched(renamed, "model-storage-upload-assistant-2.0.1") == {("create", kind)}
    assert len([one for one in again.account.records.values() if one.type == kind]) == 2
    assert again.destroy().success


def test_a_job_fills_the_volume_before_the_preflight_and_again_when_the_volume_is_new(tmp_path: Path) -> None:
    file = write_model(tmp_path / "assistant-2.0.0.tar.gz")
    simulation = with_upload("local-dev", tmp_path, file)
    first = simulation.up()
    assert touched(first, "rasa-model-upload") == {("create", JOB)}
    assert place(first, "Job::rasa-model-upload") < place(first, "Job::rasa-preflight")
    assert not simulation.up().changed
    simulation.set_config("rasa:modelStorage", {"from": "in-cluster", "storageClass": "shared"})
    again = simulation.up()
    assert touched(again, "model-storage"), "the volume is made anew"
    assert {op for op, _ in touched(again, "rasa-model-upload")} & {"replace", "create-replacement"}
    file.unlink()
    released = with_upload("local-dev", tmp_path, file, RELEASED)
    released.set_config("rasa:modelStorage", {"from": "in-cluster", "storageClass": "shared"})
    assert {op for op, _ in touched(released.up(), "rasa-model-upload")} == {"delete"}
    assert released.destroy().success
    assert not released.account.records
