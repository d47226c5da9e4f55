"""The trained model: found under its name and readable; with its hash known, that it is the released one."""

# The image has Rasa Pro, this project's environment has not.
# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rasa.core.persistor import get_persistor

from preflight.model_version import Archive, trained_with
from preflight.network import Server, Tls, explained
from preflight.report import Problem

GZIP = b"\x1f\x8b"
"""The first bytes of a model archive."""
SUFFIX = ".tar.gz"
PART = 1 << 20
"""Bytes that are read at once."""
UPLOAD = "Upload it under that name, and `pulumi up` again"
REPLACED = (
    "One name has one model. If nobody replaced it on purpose, find out who did; then bring its former "
    "version back, or give the model another name"
)
GRANT = "Let Rasa's identity read the objects, and decrypt them if they are encrypted with a key of yours"
SAYS: Mapping[str, tuple[str, str]] = {
    "does not exist": ("the bucket does not exist", "Correct its name"),
    "Unable to locate credentials": (
        "the pod has no AWS credentials",
        "Bind the service account to its role",
    ),
    "default credentials were not found": ("the pod has no Google identity", "Bind the service account"),
    "failed to authenticate": (
        "account name, key or SAS are wrong",
        "Give the right one in the stack's config",
    ),
    "AuthenticationFailed": (
        "account name, key or SAS are wrong",
        "Give the right one in the stack's config",
    ),
    "forbidden": ("the pod's identity may not see the bucket", GRANT),
    "Forbidden": ("the pod's identity may not read the bucket", GRANT),
    "AccessDenied": ("the pod's identity may not read the model", GRANT),
    "AuthorizationFailure": ("the storage account refuses this network or login", GRANT),
}


@dataclass(frozen=True)
class Found:
    """A model in a storage."""

    size: int
    begin: bytes
    whole: Callable[[], Iterable[bytes]] | None
    """Reads all of it, part by part; None where the storage cannot be asked for that."""


def model(server: Any, storage: str | None, name: str | None, sha256: str = "") -> str:
    """Find the model where Rasa Pro will look for it: a server wins over a storage, a storage over a file."""
    if server is not None:
        return _from_server(server)
    if name is None:
        raise Problem("no model is named, so Rasa Pro would take the newest file", "Set rasa:assistant.model")
    if storage is None:
        return _from_file(Path(name), sha256)
    key = name if name.endswith(SUFFIX) else f"{name}{SUFFIX}"
    with explained([], SAYS):
        persistor: Any = get_persistor(storage)
        found = READERS.get(storage, _own_class)(persistor, key)
        return _judged(f"{key} in {storage} storage", found, sha256)


def _judged(what: str, found: Found | None, sha256: str = "") -> str:
    if found is None:
        raise Problem(f"{what} is not there", UPLOAD)
    if found.size == 0:
        raise Problem(f"{what} is empty", UPLOAD)
    if not found.begin.startswith(GZIP):
        raise Problem(f"{what} is no model archive (it does not begin as gzip)", UPLOAD)
    said = f"{what}: {found.size} bytes"
    if found.whole is None:
        return said
    archive = Archive(found.whole())
    trained = trained_with(archive)
    said += f", trained with {trained}" if trained else ""
    if not sha256:
        return said
    stored = archive.sha256()
    if stored != sha256:
        raise Problem(
            f"{what} is not the model that was released: its SHA-256 is {stored}, and {sha256} was released",
            REPLACED,
        )
    return f"{said}, as released"


def _s3(persistor: Any, key: str) -> Found | None:
    from botocore.exceptions import ClientError  # noqa: PLC0415 (only where it is S3)

    thing = persistor.s3.Object(persistor.bucket_name, key)
    try:
        # Asks S3 directly: Rasa Pro's own request for the size turns every error into "not found".
        size = thing.content_length
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in {"404", "NoSuchKey"}:
            return None
        raise
    begin = thing.get(Range="bytes=0-1")["Body"].read() if size else b""
    return Found(size, begin, lambda: thing.get()["Body"].iter_chunks(PART))


def _gcs(persistor: Any, key: str) -> Found | None:
    found = persistor.bucket.get_blob(key)
    if found is None:
        return None
    begin = found.download_as_bytes(start=0, end=1) if found.size else b""
    return Found(found.size, begin, lambda: _parts(found.open("rb", chunk_size=PART)))


def _azure(persistor: Any, key: str) -> Found | None:
    blob = persistor.blob_service.get_blob_client(persistor.container_name, key)
    if not blob.exists():
        return None
    size = blob.get_blob_properties().size
    begin = blob.download_blob(offset=0, length=2).readall() if size else b""
    return Found(size, begin, lambda: blob.download_blob().chunks())


def _own_class(persistor: Any, key: str) -> Found | None:
    """For a storage class of the operator's own, whose interface has the size alone."""
    size = persistor.size_of_persisted_model(key)
    return None if size is None else Found(size, GZIP, None)


def _parts(file: Any) -> Iterator[bytes]:
    with file:
        while part := file.read(PART):
            yield part


READERS: Mapping[str, Callable[[Any, str], Found | None]] = {
    "aws": _s3,
    "gcs": _gcs,
    "azure": _azure,
}


def _from_file(path: Path, sha256: str) -> str:
    if not path.is_file():
        raise Problem(f"{path} is not in the volume", UPLOAD)
    with path.open("rb") as file:
        begin = file.read(len(GZIP))
    return _judged(str(path), Found(path.stat().st_size, begin, lambda: _parts(path.open("rb"))), sha256)


def _from_server(config: Any) -> str:
    parts = urlsplit(config.url)
    encrypted = parts.scheme == "https"
    server = Server(
        parts.hostname or "",
        parts.port or (443 if encrypted else 80),
        Tls(config.cafile) if encrypted else None,
    )
    with explained([server], {}):
        status, etag, begin = asyncio.run(_asked(config))
    if status in {401, 403}:
        raise Problem(f"the model server refuses the token (HTTP {status})", "Give the right one")
    if status != 200:  # noqa: PLR2004 (Rasa Pro takes nothing else)
        raise Problem(f"the model server has no model (HTTP {status})", "Publish one, or correct the URL")
    if not etag:
        raise Problem("the model server sends no ETag, so Rasa Pro never takes a model from it", "Send one")
    _judged("what the model server sends", Found(len(begin), begin, None))
    return f"the model server hands out a model with ETag {etag}"


async def _asked(config: Any) -> tuple[int, str | None, bytes]:
    """Ask as Rasa Pro does (core/agent.py:214), and read only the beginning."""
    async with config.session() as session:
        request = session.get(config.url, params=config.combine_parameters(), ssl=config.create_ssl_context())
        async with request as response:
            return response.status, response.headers.get("ETag"), await response.content.read(len(GZIP))
