"""Uploads to S3, as moto serves it; Cloud Storage and Blob: tests/conformance/case_uploads.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ci.assistant import storage
from ci.assistant.storage import S3, Blob, Gcs
from ci.errors import JobError
from tests.aws_emulator import LOGIN, aws_emulator
from tests.ci import uploads
from tests.ci.uploads import sdk

pytestmark = [pytest.mark.filterwarnings(text) for text in uploads.QUIET]


@pytest.fixture
def client() -> Iterator[Any]:
    with aws_emulator() as url:
        yield sdk("boto3").client("s3", endpoint_url=url, **LOGIN)


def test_s3(client: Any, tmp_path: Path) -> None:
    client.create_bucket(Bucket="models")
    uploads.check(S3(bucket="models", client=client), tmp_path)
    uploads.check_refusal(S3(bucket="nothing", client=client), tmp_path)


def test_the_url_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr(sdk("google.cloud.storage"), "Client", _Google)
    assert isinstance(storage.connect("s3://models"), S3)
    assert isinstance(storage.connect("gs://models"), Gcs)
    blob = storage.connect("azblob://account/models")
    assert isinstance(blob, Blob)
    assert blob.container.url == "https://account.blob.core.windows.net/models"


@pytest.mark.parametrize("url", ["", "s3://", "volume://models", "azblob://models", "https://models.test"])
def test_another_url_is_refused(url: str) -> None:
    with pytest.raises(JobError, match="names no model storage"):
        storage.connect(url)


class _Google:
    def bucket(self, name: str) -> str:
        return name
