"""The preflight's check of the model, against S3 as moto serves it and a volume, without Rasa Pro.

With Rasa Pro itself, and on the other storages, it runs in tests/conformance.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ci.assistant.archive import read
from ci.assistant.storage import S3, upload
from components.kubernetes.script_job import JOBS
from components.rasa.spec.model_archive import Archive
from tests.aws_emulator import LOGIN, aws_emulator
from tests.ci import uploads
from tests.ci.models import write_model
from tests.ci.uploads import sdk

pytestmark = [pytest.mark.filterwarnings(text) for text in uploads.QUIET]
NAME = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Persistor:
    """What of Rasa Pro's class the check asks."""

    s3: Any
    bucket_name: str = "models"


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    with aws_emulator() as url:
        yield sdk("boto3").resource("s3", endpoint_url=url, **LOGIN)


@pytest.fixture
def bucket(s3: Any) -> Iterator[Any]:
    s3.create_bucket(Bucket="models")
    yield s3
    # moto keeps what is in it for as long as the process lives.
    s3.Bucket("models").objects.delete()


@pytest.fixture
def check(bucket: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The script, as the pod imports it."""
    stand_in = ModuleType("rasa.core.persistor")
    vars(stand_in)["get_persistor"] = partial(_persistor, bucket)
    constants = ModuleType("rasa.constants")
    vars(constants)["MINIMUM_COMPATIBLE_VERSION"] = "3.20.0"
    monkeypatch.setitem(sys.modules, "rasa.constants", constants)
    for name, module in {"rasa": ModuleType("rasa"), "rasa.core": ModuleType("rasa.core")}.items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setitem(sys.modules, "rasa.core.persistor", stand_in)
    monkeypatch.setattr(sys, "path", [str(JOBS), *sys.path])
    yield importlib.import_module("preflight.model_storage")
    for name in [name for name in sys.modules if name.partition(".")[0] == "preflight"]:
        sys.modules.pop(name)


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> Callable[[set[str] | None], None]:
    """Has the image's Rasa Pro know these engines; None: it is older than the second one."""

    def known(names: set[str] | None) -> None:
        if names is None:
            return
        exceptions, versions = ModuleType("rasa.exceptions"), ModuleType("rasa.shared.engine_version")
        error = type("ValidationError", (Exception,), {})

        def resolve(name: str) -> str:
            if name not in names:
                raise error
            return name

        vars(exceptions)["ValidationError"] = error
        vars(versions)["resolve_runtime_engine_version"] = resolve
        for module in (exceptions, ModuleType("rasa.shared"), versions):
            monkeypatch.setitem(sys.modules, module.__name__, module)

    return known


@pytest.fixture
def model(tmp_path: Path) -> Archive:
    return read(write_model(tmp_path / "m.tar.gz"))


def _persistor(bucket: Any, _: str) -> Persistor:
    return Persistor(bucket)


def problem() -> type[Exception]:
    return sys.modules["preflight.report"].Problem


def test_the_model_that_was_released_passes(check: Any, bucket: Any, model: Archive) -> None:
    upload(S3(bucket="models", client=bucket.meta.client), f"{NAME}.tar.gz", model)
    assert check.model(None, "aws", NAME, model.sha256).endswith("bytes, trained with 3.21.0, as released")
    assert check.model(None, "aws", NAME).endswith("bytes, trained with 3.21.0")


def test_a_model_that_was_replaced_stops_the_rollout(
    check: Any, bucket: Any, model: Archive, tmp_path: Path
) -> None:
    upload(S3(bucket="models", client=bucket.meta.client), f"{NAME}.tar.gz", model)
    other = write_model(tmp_path / "other.tar.gz", model_id="evil")
    # With a client that does not ask whether it is there, and with a hash beside it that looks right.
    bucket.Object("models", f"{NAME}.tar.gz").put(Body=other.read_bytes(), Metadata={"sha256": model.sha256})
    with pytest.raises(problem(), match="is not the model that was released") as refused:
        check.model(None, "aws", NAME, model.sha256)
    assert model.sha256 in str(refused.value)
    # Of a model whose hash nobody knows, nothing can be said.
    assert check.model(None, "aws", NAME)


def test_one_in_a_volume_too(check: Any, tmp_path: Path) -> None:
    path = write_model(tmp_path / "bot.tar.gz")
    assert check.model(None, None, str(path), read(path).sha256).endswith("as released")
    with pytest.raises(problem(), match="is not the model that was released"):
        check.model(None, None, str(path), "0" * 64)


def test_the_limit_begins_again_while_the_storage_answers(
    check: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_model(tmp_path / "bot.tar.gz")
    told: list[bool] = []
    sys.modules["preflight.report"].PROGRESS.append(lambda: told.append(True))
    moments = iter(range(0, 1000, 5))
    monkeypatch.setattr(sys.modules["preflight.model_version"].time, "monotonic", lambda: next(moments))
    check.model(None, None, str(path), read(path).sha256)
    assert told


@pytest.mark.parametrize("metadata", ["metadata.json", "./metadata.json"])
def test_a_model_that_this_rasa_pro_would_not_load(check: Any, tmp_path: Path, metadata: str) -> None:
    """Rasa Pro itself would start without a model, and say so in its log alone."""
    path = write_model(tmp_path / "old.tar.gz", version="3.10.9", metadata=metadata)
    with pytest.raises(problem(), match=r"with Rasa Pro 3\.10\.9, and this one takes none before 3\.20"):
        check.model(None, None, str(path))
    least = write_model(tmp_path / "least.tar.gz", version="3.20.0", metadata=metadata)
    assert check.model(None, None, str(least)).endswith("trained with 3.20.0")


@pytest.mark.parametrize(
    ("engine", "image", "words"),
    [
        # Before 3.20 there is no key, and a Rasa Pro before 3.20 does not look for it.
        (None, None, "trained with 3.21.0"),
        (None, {"calm", "mantle"}, "trained with 3.21.0"),
        ("calm_v1", None, "for the engine calm_v1"),
        ("calm", {"calm", "mantle"}, "for the engine calm"),
    ],
)
def test_the_engine_that_a_model_is_for(
    check: Any,
    tmp_path: Path,
    engines: Callable[[set[str] | None], None],
    engine: str | None,
    image: set[str] | None,
    words: str,
) -> None:
    engines(image)
    path = write_model(tmp_path / "m.tar.gz", engine=engine)
    assert check.model(None, None, str(path)).endswith(words)


@pytest.mark.parametrize(
    ("engine", "image", "words"),
    [
        # A model of 3.21 on 3.20, one of Mantle on 3.19, and one of an engine to come.
        ("calm", {"calm_v1", "mantle"}, "the engine 'calm', which this Rasa Pro lacks"),
        ("mantle", None, "the engine 'mantle', which this Rasa Pro lacks"),
        ("lava", {"calm", "mantle"}, "the engine 'lava', which this Rasa Pro lacks"),
        ("mantle", {"calm", "mantle"}, "the image has none there"),
    ],
)
def test_an_engine_that_the_image_cannot_run(
    check: Any,
    tmp_path: Path,
    engines: Callable[[set[str] | None], None],
    engine: str,
    image: set[str] | None,
    words: str,
) -> None:
    engines(image)
    path = write_model(tmp_path / "m.tar.gz", engine=engine)
    with pytest.raises(problem(), match=words):
        check.model(None, None, str(path))


def test_mantle_with_its_integrations(
    check: Any, tmp_path: Path, engines: Callable[[set[str] | None], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    engines({"calm", "mantle"})
    (tmp_path / "integrations.yml").write_text("model_groups: []\n")
    monkeypatch.chdir(tmp_path)
    path = write_model(tmp_path / "m.tar.gz", engine="mantle")
    assert check.model(None, None, str(path)).endswith("for the engine mantle")


def test_a_model_of_rasa_2(check: Any, tmp_path: Path) -> None:
    path = write_model(tmp_path / "m.tar.gz", version="2.8.34", metadata="fingerprint.json")
    with pytest.raises(problem(), match=r"trained with Rasa Pro 2\.8\.34, and this one takes none before"):
        check.model(None, None, str(path))


def test_an_archive_without_metadata_is_hashed_all_the_same(check: Any, tmp_path: Path) -> None:
    path = write_model(tmp_path / "other.tar.gz", metadata="other.json")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert check.model(None, None, str(path), digest).endswith("bytes, as released")
    with pytest.raises(problem(), match="is not the model that was released"):
        check.model(None, None, str(path), "0" * 64)
