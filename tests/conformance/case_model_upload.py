"""The first model's Job, with Rasa Pro's own classes: what it has put there, the preflight then finds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from components.contract.provider import FirstModel
from components.rasa.assistant import Assistant
from tests.ci.models import VERSION, write_model
from tests.conformance import servers_cloud
from tests.conformance.lab import Lab
from tests.conformance.pod import Pod, pod_of
from tests.conformance.scene import PLAIN, Scene, from_recording
from tests.rasa import samples
from tests.recorder import Recording, record

STORAGES = [kind for kind in samples.MODEL_STORAGES if kind != "server"]
WEIGHTS = hashlib.shake_256(b"weights").digest(2_500_000)
"""They do not compress, so that the model takes three ConfigMaps."""
BY_HAND = "aws s3 cp models/bot.tar.gz s3://models/bot.tar.gz"
WRONG_KEY = "YW5vdGhlci1hY2NvdW50LWtleQ=="
REPLACE = """
import sys
from rasa.core.persistor import get_persistor
file, storage, key = sys.argv[1:]
persistor = get_persistor(storage)
if storage == "azure":
    blob = persistor.blob_service.get_blob_client(persistor.container_name, key)
    blob.upload_blob(open(file, "rb").read(), overwrite=True)
else:
    persistor.persist_file(key, file)
"""
"""Writes over an object, whatever is there, as anybody can who may write to the storage."""


@dataclass
class First:
    """An assistant that uploads its first model, of which nothing has run."""

    recording: Recording[Assistant]
    job: Pod
    size: int
    """Bytes of the model."""


def first(lab: Lab, folder: Path, kind: str, name: str, *, model_id: str = "m1") -> First:
    """Record it, and lay the Job out. The servers outlive a case, so each case names a model of its own.

    Its hash is known, as the stack keeps it of each model that was released.
    """
    folder.mkdir(exist_ok=True)
    file = write_model(folder / f"{name}.tar.gz", model_id=model_id, weights=WEIGHTS)
    model = FirstModel(file=str(file), path=file, name=name, by_hand=BY_HAND)
    args = replace(
        PLAIN,
        model_storage=samples.MODEL_STORAGES[kind],
        model=name,
        upload=model,
        model_sha256=model.sha256,
    )
    recording = record(lambda: Assistant("assistant", args))
    job = pod_of(recording, "assistant-model-upload", folder / "upload")
    lab.lead_upload(job)
    return First(recording, job, file.stat().st_size)


def preflight(lab: Lab, folder: Path, made: First) -> Scene:
    scene = from_recording(lab, folder, made.recording, "assistant")
    if "--folder" in made.job.arguments:
        # The lab puts a model into the claim, and here both pods mount one that is empty.
        del scene.pod.files[f"/app/{scene.pod.arguments[-1]}"]
        share(made.job, scene.pod)
    return scene


def share(one: Pod, other: Pod) -> None:
    """Mount the claim of one pod into another."""
    mounted = Path(f"{other.folder}/app/models")
    mounted.parent.mkdir(parents=True, exist_ok=True)
    if mounted.is_dir():
        mounted.rmdir()
    mounted.symlink_to(f"{one.folder}/app/models")


def write_over(job: Pod, content: Path) -> None:
    """Put another file in the place of the model that the Job uploads."""
    key = job.arguments[job.arguments.index("--key") + 1]
    if "--folder" in job.arguments:
        Path(f"{job.folder}/app/models/{key}").write_bytes(content.read_bytes())
        return
    storage = job.arguments[job.arguments.index("--remote-storage") + 1]
    outcome = replace(job, arguments=["-c", REPLACE, str(content), storage, key]).run()
    assert outcome.status == 0, outcome.output


def ends(job: Pod) -> tuple[int, str]:
    """Run the Job: its exit status, and its last line, which is the termination message."""
    outcome = job.run()
    assert "planted-secret" not in outcome.output
    assert "Traceback" not in outcome.output
    last = outcome.output.strip().splitlines()[-1]
    assert last.startswith("model upload: "), outcome.output
    return outcome.status, last


@pytest.mark.parametrize("kind", STORAGES)
def test_the_preflight_finds_what_the_job_has_put_there(lab: Lab, tmp_path: Path, kind: str) -> None:
    made = first(lab, tmp_path, kind, f"found-{kind}")
    assert len([path for path in made.job.files if "/part-" in path]) == 3
    scene = preflight(lab, tmp_path, made)
    scene.fails("model", "is not in the volume" if kind == "volume" else "is not there")
    status, last = ends(made.job)
    assert (status, last.partition(" is ")[2]) == (0, f"there now: {made.size} bytes"), last
    outcome = scene.run()
    assert (outcome.status, outcome.wrong) == (0, {}), outcome.output
    said = outcome.checks["model"]["reason"]
    assert said.endswith(f": {made.size} bytes, trained with {VERSION}, as released"), said


@pytest.mark.parametrize("kind", STORAGES)
def test_a_released_model_that_was_replaced_stops_the_rollout(lab: Lab, tmp_path: Path, kind: str) -> None:
    made = first(lab, tmp_path, kind, f"released-{kind}")
    scene = preflight(lab, tmp_path, made)
    assert ends(made.job)[0] == 0
    assert scene.run().wrong == {}
    original = tmp_path / f"released-{kind}.tar.gz"
    other = write_model(tmp_path / "other.tar.gz", model_id="another", weights=WEIGHTS)
    write_over(made.job, other)
    is_now = hashlib.sha256(other.read_bytes()).hexdigest()
    outcome = scene.run()
    assert (outcome.status, list(outcome.wrong)) == (1, ["model"]), outcome.output
    assert f"its SHA-256 is {is_now}, and" in outcome.wrong["model"]
    assert "bring its former version back" in outcome.wrong["model"]
    write_over(made.job, original)
    assert scene.run().wrong == {}


@pytest.mark.parametrize("kind", STORAGES)
def test_a_model_that_is_there_is_never_written_over(lab: Lab, tmp_path: Path, kind: str) -> None:
    made = first(lab, tmp_path, kind, f"kept-{kind}")
    assert ends(made.job)[0] == 0
    status, last = ends(made.job)
    assert (status, last.partition(" was ")[2]) == (0, "there already"), last
    other = first(lab, tmp_path / "other", kind, f"kept-{kind}", model_id="another")
    if kind == "volume":
        share(made.job, other.job)
    status, last = ends(other.job)
    assert status == 1
    assert "is there already, with other content" in last
    # It compares all of what is there with all of the file.
    status, last = ends(made.job)
    assert (status, last.partition(" was ")[2]) == (0, "there already"), last


def test_a_wrong_account_key_of_blob(lab: Lab, tmp_path: Path) -> None:
    job = first(lab, tmp_path, "azure", "wrong-key").job
    job.env["AZURE_ACCOUNT_KEY"] = WRONG_KEY
    status, last = ends(job)
    assert status == 1
    assert "Rasa's pod cannot read the azure storage" in last, last
    assert WRONG_KEY not in last
    assert "rasa:modelStorage" in last


def test_a_sas_that_may_only_read(lab: Lab, tmp_path: Path) -> None:
    job = first(lab, tmp_path, "azure", "read-only").job
    job.env["AZURE_ACCOUNT_KEY"] = lab.blob.sas
    status, last = ends(job)
    assert status == 1
    assert "may not write to the azure storage" in last, last
    assert BY_HAND in last
    assert lab.blob.sas not in last


@pytest.mark.parametrize("variable", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_wrong_keys_of_s3(lab: Lab, tmp_path: Path, variable: str) -> None:
    url, keys = servers_cloud.strict_s3(lab.processes, samples.REGION)
    job = first(lab, tmp_path, "s3-compatible", "wrong-keys").job
    job.env.update(keys, AWS_ENDPOINT_URL_S3=url)
    assert ends(job)[0] == 0, "with the right ones it can"
    job.env[variable] = "not-the-one"
    status, last = ends(job)
    assert status == 1
    assert "Rasa's pod cannot read the aws storage" in last, last
    assert "not-the-one" not in last
    assert "rasa:modelStorage" in last


def test_a_bucket_that_is_not_there(lab: Lab, tmp_path: Path) -> None:
    for kind in ("s3", "gcs", "azure"):
        job = first(lab, tmp_path / kind, kind, "nowhere").job
        job.env["AZURE_CONTAINER" if kind == "azure" else "BUCKET_NAME"] = "absent"
        status, last = ends(job)
        assert status == 1
        assert "absent" in last or "exist" in last, last
        assert "rasa:modelStorage" in last
        assert BY_HAND not in last
