"""The Job that uploads the first model: its pod, its network policy, and what its script says."""

from __future__ import annotations

import base64
import hashlib
import importlib
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from components.contract.connections import ModelStorage
from components.contract.provider import FirstModel
from components.kubernetes.script_job import JOBS
from components.rasa.args import AssistantArgs
from components.rasa.assistant import Assistant
from components.rasa.upload import PART_BYTES
from tests.rasa import samples
from tests.rasa.assistants import recorded
from tests.recorder import Recorded, Recording, record

JOB, CONFIG_MAP = "kubernetes:batch/v1:Job", "kubernetes:core/v1:ConfigMap"
RELEASE, NETWORK_POLICY = "kubernetes:helm.sh/v3:Release", "kubernetes:networking.k8s.io/v1:NetworkPolicy"
CONTENT = bytes(range(256)) * 10_000
PLAIN = samples.every_kind()["models-gcs"]
STORAGES = {name: it for name, it in samples.MODEL_STORAGES.items() if name != "server"}


@pytest.fixture
def model(tmp_path: Path) -> FirstModel:
    path = tmp_path / "bot-8.tar.gz"
    path.write_bytes(CONTENT)
    return FirstModel(file=str(path), path=path, name="bot-8", by_hand="aws s3 cp …")


def run(model: FirstModel, storage: ModelStorage, flavor: str = "kubernetes") -> Recording[Assistant]:
    cluster = replace(samples.CLUSTER, flavor=flavor)
    args: AssistantArgs = replace(PLAIN, cluster=cluster, model_storage=storage, model="bot-8", upload=model)
    return record(lambda: Assistant("assistant", args))


def job(recording: Recording[Assistant]) -> tuple[Recorded, Any]:
    found = recording.one(JOB, "assistant-model-upload")
    return found, found.inputs["spec"]["template"]["spec"]


def test_the_parts_make_the_file(model: FirstModel) -> None:
    recording = run(model, samples.MODEL_STORAGES["volume"])
    parts = [one for one in recording.of(CONFIG_MAP) if "-part-" in one.name]
    data = [one.inputs["binaryData"] for one in parts]
    assert all(one.inputs["immutable"] for one in parts)
    files = {name: base64.b64decode(text) for one in data for name, text in one.items()}
    assert b"".join(files[name] for name in sorted(files)) == CONTENT
    assert max(map(len, files.values())) <= PART_BYTES < 1024 * 1024
    _, pod = job(recording)
    (volume,) = [one["projected"] for one in pod["volumes"] if one["name"] == "parts"]
    assert len(volume["sources"]) == len(parts)


@pytest.mark.parametrize("name", STORAGES)
def test_it_is_rasas_pod_and_knows_the_model_storage_alone(name: str, model: FirstModel) -> None:
    recording = run(model, STORAGES[name])
    found, pod = job(recording)
    (container,) = pod["containers"]
    names = {variable["name"] for variable in container["env"]}
    assert not names & {"TRACKER_STORE_PASSWORD", "LOCK_STORE_PASSWORD", "RASA_PRO_LICENSE"}
    hidden = container["args"][container["args"].index("--secret-variables") + 1]
    assert set(hidden.split(",")) - {""} == {each["name"] for each in container["env"] if "valueFrom" in each}
    assert pod["serviceAccountName"] == samples.CLUSTER.rasa.service_account
    assert pod["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert found.inputs["spec"]["activeDeadlineSeconds"]
    for later in (recording.one(JOB, "assistant-preflight"), recording.one(RELEASE)):
        assert found.urn in recording.waits_for(later)


def test_a_volume_is_written_to_as_the_images_group_and_by_no_network(model: FirstModel) -> None:
    recording = run(model, samples.MODEL_STORAGES["volume"])
    _, pod = job(recording)
    (container,) = pod["containers"]
    (mount,) = [one for one in container["volumeMounts"] if one["name"] == "models"]
    assert not mount.get("readOnly")
    assert pod["securityContext"]["fsGroup"] == 1001
    assert container["args"][container["args"].index("--folder") + 1] == "/app/models"
    assert egress(recording) == []
    _, there = job(run(model, samples.MODEL_STORAGES["volume"], "openshift"))
    assert "fsGroup" not in there["securityContext"], "OpenShift gives out groups itself"


def egress(recording: Recording[Assistant]) -> list[Any]:
    (policy,) = [
        one.inputs["spec"]
        for one in recording.of(NETWORK_POLICY)
        if one.inputs["spec"]["podSelector"].get("matchLabels")
        == {"app.kubernetes.io/name": "rasa-model-upload"}
    ]
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    return policy.get("egress", [])


def test_to_a_bucket_lead_names_and_https(model: FirstModel) -> None:
    ports = {
        port["port"] for rule in egress(run(model, samples.MODEL_STORAGES["s3"])) for port in rule["ports"]
    }
    assert {53, 443} <= ports
    assert 5432 not in ports


def test_nothing_is_made_where_nothing_is_uploaded() -> None:
    recording = recorded(samples.BASE)
    assert not [one for one in recording.resources if "model-upload" in one.name]


# -- the script, on a volume: it needs no Rasa Pro for that ------------------------------------------------


@pytest.fixture
def upload(tmp_path: Path) -> Callable[[], subprocess.CompletedProcess[str]]:
    parts, volume = tmp_path / "parts", tmp_path / "volume"
    parts.mkdir()
    volume.mkdir()
    for number in range(0, len(CONTENT), PART_BYTES):
        (parts / f"part-{number // PART_BYTES:02}").write_bytes(CONTENT[number : number + PART_BYTES])
    digest = hashlib.sha256(CONTENT).hexdigest()
    where = ["--parts", str(parts), "--folder", str(volume), "--key", "bot-8.tar.gz", "--sha256", digest]

    def start() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(JOBS / "model_upload"), *where, "--by-hand", "kubectl …"]
        # In the pod the other scripts lie beside it.
        environment = {**os.environ, "PYTHONPATH": str(JOBS)}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    return start


def test_it_is_written_once(upload: Callable[[], subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    first, again = upload(), upload()
    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    assert "is there now: 2560000 bytes" in first.stdout
    assert "was there already" in again.stdout
    (file,) = (tmp_path / "volume").iterdir()
    assert (file.name, file.read_bytes()) == ("bot-8.tar.gz", CONTENT)
    assert file.stat().st_mode & 0o444 == 0o444, "Rasa's pod is another user, perhaps"


def test_another_model_of_that_name_stays(
    upload: Callable[[], subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    there = tmp_path / "volume" / "bot-8.tar.gz"
    there.write_bytes(b"served")
    done = upload()
    assert done.returncode == 1
    assert "with other content" in done.stdout
    assert "another name" in done.stdout
    assert there.read_bytes() == b"served"


def test_parts_that_are_not_the_file_are_not_written(
    upload: Callable[[], subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    (tmp_path / "parts" / "part-01").write_bytes(b"")
    done = upload()
    assert done.returncode == 1
    assert "are not the file" in done.stdout
    assert not list((tmp_path / "volume").iterdir())


def test_a_volume_that_cannot_be_written_to_says_how_a_person_does_it(
    upload: Callable[[], subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    (tmp_path / "volume").rmdir()
    done = upload()
    assert done.returncode == 1
    assert "does not take the model" in done.stdout
    assert "Upload it by hand: kubectl …" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


class Bucket:
    """An object of S3 that two uploads write at the same time, each having read that nothing is there."""

    bucket_name = "models"

    def __init__(self, *, conditions: bool) -> None:
        self.conditions = conditions
        self.held: list[bytes] = []
        self.s3 = self

    def Object(self, bucket: str, key: str) -> Bucket:  # noqa: N802 - boto3's name
        assert (bucket, key) == ("models", "bot.tar.gz")
        return self

    def put(self, **put: Any) -> None:
        condition = put.get("IfNoneMatch")
        if condition is not None and not self.conditions:
            raise ClientError({"Error": {"Code": "NotImplemented"}}, "PutObject")
        if condition == "*" and self.held:
            raise ClientError({"Error": {"Code": "PreconditionFailed"}}, "PutObject")
        self.held.append(put["Body"])


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The Job's script as a module, as a pod finds it."""
    monkeypatch.setattr(sys, "path", [str(JOBS), *sys.path])
    return importlib.import_module("model_upload.__main__")


def test_the_second_of_two_uploads_writes_nothing_over(script: Any) -> None:
    bucket = Bucket(conditions=True)
    first, second = script.STORES["aws"](bucket, "bot.tar.gz"), script.STORES["aws"](bucket, "bot.tar.gz")
    first[1](b"one")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        second[1](b"other")
    assert bucket.held == [b"one"]


def test_a_store_without_conditions_takes_the_model(script: Any) -> None:
    bucket = Bucket(conditions=False)
    script.STORES["aws"](bucket, "bot.tar.gz")[1](b"one")
    assert bucket.held == [b"one"]
