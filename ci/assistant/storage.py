"""The stack's model storage: upload once, verified. S3, Google Cloud Storage and Azure Blob.

Each store is told the hash of what it should receive and refuses anything else; the SHA-256 is kept beside
the object, so that a second run knows the first one's work. An object of that name with other content is
never overwritten: a commit has one model.
"""

from __future__ import annotations

import base64
import contextlib
import importlib
import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ci.errors import JobError
from components.rasa.spec.model_archive import Archive

DIGEST = "sha256"
CONTENT_TYPE = "application/gzip"


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """An object as the store knows it."""

    size: int
    sha256: str


class Storage(Protocol):
    """What the steps need of a store."""

    def find(self, key: str) -> Stored | None:
        """The object of a key."""
        ...

    def put(self, key: str, archive: Archive) -> None:
        """Write an object, whole or not at all; one that exists, perhaps for a moment only, is left alone."""
        ...

    def read(self, key: str) -> bytes | None:
        """The content of a small object."""
        ...

    def write(self, key: str, content: bytes) -> None:
        """Write a small object, over what was there."""
        ...


def upload(storage: Storage, key: str, archive: Archive) -> bool:
    """See that the storage holds the archive under this key; False if it did already."""
    known = storage.find(key)
    if known is None:
        storage.put(key, archive)
        known = storage.find(key)
        uploaded = True
    else:
        uploaded = False
    # Also after an upload: another run may have been quicker, with another model.
    if known != Stored(size=archive.size, sha256=archive.sha256):
        raise JobError(
            f"{key} in the model storage is not {archive.path.name}: stored is {known}; "
            f"the file has {archive.size} bytes, {DIGEST} {archive.sha256}",
            remedy="A commit has one model: use another name, or delete the object if nothing serves it.",
        )
    return uploaded


def connect(url: str) -> Storage:
    """The storage at s3://bucket, gs://bucket or azblob://account/container; credentials are the job's."""
    scheme, _, place = url.partition("://")
    if scheme == "s3" and place:
        return S3(bucket=place, client=_sdk("boto3").client("s3"))
    if scheme == "gs" and place:
        return Gcs(bucket=_sdk("google.cloud.storage").Client().bucket(place))
    if scheme == "azblob" and "/" in place:
        account, _, container = place.partition("/")
        credential = _sdk("azure.identity").DefaultAzureCredential()
        service = _sdk("azure.storage.blob").BlobServiceClient(
            f"https://{account}.blob.core.windows.net", credential
        )
        return Blob(container=service.get_container_client(container))
    raise JobError(
        f"{url!r} names no model storage",
        remedy="Give s3://bucket, gs://bucket or azblob://account/container (stack output `modelStorage`).",
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class S3:
    """A bucket on S3; an object appears whole or not at all."""

    bucket: str
    client: Any

    def find(self, key: str) -> Stored | None:
        try:
            head = self.client.head_object(Bucket=self.bucket, Key=key)
        except self.client.exceptions.ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:  # noqa: PLR2004
                return None
            raise _refused(f"s3://{self.bucket}/{key}", error) from None
        return Stored(size=head["ContentLength"], sha256=head["Metadata"].get(DIGEST, ""))

    def put(self, key: str, archive: Archive) -> None:
        # One request, which alone can be conditional (5 GiB at most); `upload_file` has no argument for it.
        try:
            with archive.path.open("rb") as file:
                self.client.put_object(
                    Bucket=self.bucket,
                    Key=key,
                    Body=file,
                    ContentType=CONTENT_TYPE,
                    Metadata={DIGEST: archive.sha256},
                    ChecksumSHA256=base64.b64encode(bytes.fromhex(archive.sha256)).decode(),
                    IfNoneMatch="*",
                )
        except Exception as error:  # noqa: BLE001 - botocore's errors are made at run time
            # 412: it exists; 409: another run was at it at the same time.
            if not re.search("PreconditionFailed|ConditionalRequestConflict", str(error)):
                raise _refused(f"s3://{self.bucket}/{key}", error) from None

    def read(self, key: str) -> bytes | None:
        if self.find(key) is None:
            return None
        with _explained(f"s3://{self.bucket}/{key}"):
            return self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def write(self, key: str, content: bytes) -> None:
        with _explained(f"s3://{self.bucket}/{key}"):
            self.client.put_object(Bucket=self.bucket, Key=key, Body=content)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gcs:
    """A bucket on Google Cloud Storage."""

    bucket: Any

    def find(self, key: str) -> Stored | None:
        with _explained(f"gs://{self.bucket.name}/{key}"):
            blob = self.bucket.get_blob(key)
        return None if blob is None else Stored(size=blob.size, sha256=_digest_of(blob.metadata))

    def put(self, key: str, archive: Archive) -> None:
        blob = self.bucket.blob(key)
        blob.metadata = {DIGEST: archive.sha256}
        # The store compares with this hash, and refuses what arrived otherwise.
        blob.md5_hash = base64.b64encode(archive.md5).decode()
        exists = _sdk("google.api_core.exceptions").PreconditionFailed
        with _explained(f"gs://{self.bucket.name}/{key}"), contextlib.suppress(exists):
            blob.upload_from_filename(str(archive.path), content_type=CONTENT_TYPE, if_generation_match=0)

    def read(self, key: str) -> bytes | None:
        with _explained(f"gs://{self.bucket.name}/{key}"):
            blob = self.bucket.get_blob(key)
            return None if blob is None else blob.download_as_bytes()

    def write(self, key: str, content: bytes) -> None:
        with _explained(f"gs://{self.bucket.name}/{key}"):
            self.bucket.blob(key).upload_from_string(content)


@dataclass(frozen=True, kw_only=True, slots=True)
class Blob:
    """A container on Azure Blob; blocks become a blob when the last one is there."""

    container: Any

    def find(self, key: str) -> Stored | None:
        blob = self.container.get_blob_client(key)
        with _explained(blob.url):
            if not blob.exists():
                return None
            known = blob.get_blob_properties()
        return Stored(size=known.size, sha256=_digest_of(known.metadata))

    def put(self, key: str, archive: Archive) -> None:
        blob = self.container.get_blob_client(key)
        exists = _sdk("azure.core.exceptions").ResourceExistsError
        with _explained(blob.url), contextlib.suppress(exists), archive.path.open("rb") as file:
            blob.upload_blob(
                file,
                metadata={DIGEST: archive.sha256},
                length=archive.size,
                validate_content=True,
                overwrite=False,  # If-None-Match: *
            )

    def read(self, key: str) -> bytes | None:
        blob = self.container.get_blob_client(key)
        with _explained(blob.url):
            return blob.download_blob().readall() if blob.exists() else None

    def write(self, key: str, content: bytes) -> None:
        blob = self.container.get_blob_client(key)
        with _explained(blob.url):
            blob.upload_blob(content, overwrite=True)


def _sdk(module: str) -> Any:  # noqa: ANN401 - half of these have no types
    """Only the chosen cloud's SDK is imported."""
    try:
        return importlib.import_module(module)
    except ImportError:
        raise JobError(
            f"{module} is not installed", remedy="Install what the lock file says: `make check`."
        ) from None


def _digest_of(metadata: Mapping[str, str] | None) -> str:
    return (metadata or {}).get(DIGEST, "")


@contextlib.contextmanager
def _explained(where: str) -> Generator[None]:
    try:
        yield
    except Exception as error:  # noqa: BLE001 - each SDK has its own errors
        raise _refused(where, error) from None


def _refused(where: str, error: Exception) -> JobError:
    return JobError(
        f"{where}: {error}",
        remedy="The job's identity must read and write objects there (bootstrap/); nothing was rolled out.",
    )
