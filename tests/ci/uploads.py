"""What must be true of each model storage; run against S3 here and the others in tests/conformance."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

from ci.assistant.archive import read
from ci.assistant.storage import Storage, Stored, upload
from ci.errors import JobError
from components.rasa.spec.model_archive import Archive
from tests.ci.models import write_model

QUIET = (
    "ignore::DeprecationWarning",
    "ignore::ResourceWarning",
    "ignore::ImportWarning",
)
"""What the clouds' SDKs warn of while they are imported."""


def sdk(module: str) -> Any:
    return importlib.import_module(module)


class Late:
    """A storage in which, a moment after it was looked at, another run puts a model."""

    def __init__(self, storage: Storage, other: Archive) -> None:
        self._storage, self._other = storage, other

    def find(self, key: str) -> Stored | None:
        return self._storage.find(key)

    def put(self, key: str, archive: Archive) -> None:
        self._storage.put(key, self._other)
        self._storage.put(key, archive)

    def read(self, key: str) -> bytes | None:
        return self._storage.read(key)

    def write(self, key: str, content: bytes) -> None:
        self._storage.write(key, content)


def check(storage: Storage, folder: Path) -> None:
    """Upload once, verified, never overwritten; a journal is kept."""
    model = read(write_model(folder / "m.tar.gz"))
    other = read(write_model(folder / "other.tar.gz", model_id="another"))
    assert storage.find("abc.tar.gz") is None
    assert upload(storage, "abc.tar.gz", model) is True
    assert upload(storage, "abc.tar.gz", model) is False
    with pytest.raises(JobError, match="A commit has one model"):
        upload(storage, "abc.tar.gz", other)
    assert storage.find("abc.tar.gz") == Stored(size=model.size, sha256=model.sha256)
    # Two runs at the same time: the later one changes nothing, and notices if it has another model.
    assert upload(Late(storage, model), "same.tar.gz", model) is True
    with pytest.raises(JobError, match="A commit has one model"):
        upload(Late(storage, other), "race.tar.gz", model)
    assert storage.find("race.tar.gz") == Stored(size=other.size, sha256=other.sha256)
    assert storage.read("releases/x.json") is None
    storage.write("releases/x.json", b"1")
    storage.write("releases/x.json", b"2")
    assert storage.read("releases/x.json") == b"2"


def check_refusal(storage: Storage, folder: Path) -> None:
    """A storage that is not there: the remedy is the last line, and nothing was rolled out."""
    model = read(write_model(folder / "m.tar.gz"))
    for attempt in (
        lambda: upload(storage, "abc.tar.gz", model),
        lambda: storage.put("abc.tar.gz", model),
        lambda: storage.write("releases/x.json", b"1"),
    ):
        with pytest.raises(JobError) as error:
            attempt()
        assert str(error.value).splitlines()[-1].endswith("nothing was rolled out.")
