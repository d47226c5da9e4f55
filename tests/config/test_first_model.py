"""`rasa:assistant.upload`: what the file and its name must be, and when it takes part."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from components.config import first_model
from components.config.clouds import CLOUDS
from components.config.first_model import PROJECT
from components.config.load import parse
from components.config.rules import first_model as rules
from components.config.settings import Settings
from components.contract.errors import ConfigurationError
from tests.ci.models import write_model
from tests.config import blocks
from tests.config.stack_schema import validate

AWS: dict[str, Any] = {"cloud": "aws", "region": "eu-central-1", "license": "a-license"}
NONE: dict[str, Any] = {
    "cloud": "none",
    "license": "a-license",
    "cluster": blocks.CLUSTER,
    **{key: {"from": "in-cluster"} for key in ("modelStorage", "lockStore", "trackerStore", "eventBroker")},
}
SECRET_KEYS = frozenset({"license", "modelStorage", "cluster"})


def settings(base: dict[str, Any], **assistant: object) -> Settings:
    return parse({**base, "assistant": assistant}, secret_keys=SECRET_KEYS, stack="aws-dev")


def problem(base: dict[str, Any], **assistant: object) -> str:
    with pytest.raises(ConfigurationError) as refused:
        settings(base, **assistant)
    (found,) = refused.value.problems
    return found


@pytest.fixture
def model(tmp_path: Path) -> str:
    return str(write_model(tmp_path / "assistant-1.0.0.tar.gz"))


def uploaded(made: Settings) -> str | None:
    found = first_model.first_model(made.assistant, made.model_storage, made.namespace)
    return None if found is None else found.key


def test_the_model_is_called_like_its_file(model: str) -> None:
    made = settings(AWS, upload=model)
    assert made.assistant.model == "assistant-1.0.0"
    assert uploaded(made) == "assistant-1.0.0.tar.gz"


@pytest.mark.parametrize("name", ["assistant-1.0.0", "assistant-1.0.0.tar.gz"])
def test_a_model_that_is_named_as_well_is_uploaded(model: str, name: str) -> None:
    assert uploaded(settings(AWS, upload=model, model=name)) == "assistant-1.0.0.tar.gz"


@pytest.mark.parametrize("base", [AWS, NONE])
def test_nobody_looks_for_the_file_of_a_stack_that_serves_another_model(base: dict[str, Any]) -> None:
    made = settings(base, upload="models/is-not-in-this-checkout.tar.gz", model="0" * 40)
    assert made.assistant.model == "0" * 40
    assert uploaded(made) is None


def test_a_path_is_the_projects(model: str) -> None:
    found = first_model.first_model(
        settings(AWS, upload=model).assistant, settings(AWS, upload=model).model_storage, "rasa"
    )
    assert found is not None
    assert found.path == PROJECT / model


def no_models(folder: Path) -> Iterator[tuple[Path, str]]:
    text = folder / "text.tar.gz"
    text.write_text("<html>404</html>")
    yield text, "not a gzip file"
    plain = folder / "plain.tar.gz"
    with tarfile.open(plain, "w") as tar:
        tar.add(text, "metadata.json")
    yield plain, "not a gzip file"
    yield write_model(folder / "other.tar.gz", metadata="meta.json"), "holds no metadata.json"
    cut = folder / "cut.tar.gz"
    cut.write_bytes(write_model(folder / "whole.tar.gz").read_bytes()[:-40])
    yield cut, "Compressed file ended"


def test_what_is_no_model_is_one_message_with_a_command(tmp_path: Path) -> None:
    for path, why in no_models(tmp_path):
        found = problem(AWS, upload=str(path))
        assert found.startswith("rasa:assistant.upload ")
        assert str(path) in found
        assert why in found
        assert "pulumi config set --path --type string 'rasa:assistant.upload' <path>" in found


@pytest.mark.parametrize(
    "upload", ["models/assistant.zip", "models/", "assistant", "models/my model.tar.gz", "models/.tar.gz", ""]
)
def test_another_ending_is_refused(upload: str) -> None:
    found = problem(AWS, upload=upload)
    assert found.startswith("rasa:assistant.upload")
    assert "models/assistant-1.0.0.tar.gz" in found
    assert "pulumi config set" in found


def test_a_missing_file_is_named_with_both_ways_out() -> None:
    found = problem(AWS, upload="models/assistant-1.0.0.tar.gz")
    assert "'models/assistant-1.0.0.tar.gz' is no file" in found
    assert str(PROJECT) in found
    assert (
        "config set --path --type string 'rasa:assistant.model' assistant-1.0.0 && pulumi config rm" in found
    )


def test_a_name_that_rasa_would_not_find_is_refused(model: str) -> None:
    found = problem(AWS, upload=model, model="models/assistant-1.0.0")
    assert "'models/assistant-1.0.0'" in found
    assert found.endswith("pulumi config set --path --type string 'rasa:assistant.model' assistant-1.0.0")


def test_neither_model_nor_upload() -> None:
    assert problem(AWS, replicas=1).startswith("rasa:assistant.model is missing")


def test_a_model_server_has_models_of_its_own(model: str) -> None:
    found = problem({**NONE, "modelStorage": blocks.MODEL_STORAGES["model-server"]}, upload=model)
    assert "does not go with a model server" in found
    assert "pulumi config rm --path 'rasa:assistant.upload'" in found


WAYS = {
    "s3": "aws s3 cp {0} s3://models/big.tar.gz",
    "s3-compatible": "aws s3 cp {0} s3://models/big.tar.gz --endpoint-url https://s3.example:9000",
    "gcs": "gcloud storage cp {0} gs://models/big.tar.gz",
    "azure-blob": "az storage blob upload --auth-mode login --account-name companymodels",
    "volume": "kubectl -n rasa apply -f docs/model-upload.yaml",
}


@pytest.fixture
def big(tmp_path: Path) -> Path:
    return write_model(tmp_path / "big.tar.gz")


@pytest.mark.parametrize("kind", WAYS)
def test_what_is_too_large_for_the_cluster_is_uploaded_by_hand(
    big: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = {**NONE, "modelStorage": blocks.MODEL_STORAGES[kind]}
    settings(base, upload=str(big))
    monkeypatch.setattr(rules, "LARGEST", big.stat().st_size - 1)
    assert WAYS[kind].format(big) in problem(base, upload=str(big))
    settings(AWS, upload=str(big))


def test_a_blob_has_a_size_at_most(big: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    azure = {**AWS, "cloud": "azure", "region": "westeurope"}
    azure["cluster"] = {"admins": [f"user:{0:08}-0000-4000-8000-{10:012}"]}
    settings(azure, upload=str(big))
    facts = replace(CLOUDS["azure"], largest_model=big.stat().st_size - 1)
    monkeypatch.setattr(rules, "CLOUDS", {**CLOUDS, "azure": facts})
    assert f"has {big.stat().st_size} bytes" in problem(azure, upload=str(big))
    assert (CLOUDS["azure"].largest_model or 0) > rules.LARGEST


def test_an_unused_file_is_said_unless_a_commit_is_served(model: str) -> None:
    said: list[str] = []
    for name in (None, "0" * 40, "another"):
        given = {} if name is None else {"model": name}
        said += first_model.unused_upload(settings(AWS, upload=model, **given))
    (warning,) = said
    assert "'another'" in warning
    assert "pulumi config rm --path 'rasa:assistant.model'" in warning


@pytest.mark.parametrize(
    ("assistant", "right"),
    [({"model": "m"}, True), ({"upload": "m.tar.gz"}, True), ({"replicas": 2}, False)],
)
def test_an_editor_asks_for_one_of_the_two(assistant: dict[str, object], *, right: bool) -> None:
    file = {"config": {"rasa:cloud": "aws", "rasa:assistant": assistant}}
    try:
        validate(file)
    except jsonschema.ValidationError:
        assert not right
    else:
        assert right
