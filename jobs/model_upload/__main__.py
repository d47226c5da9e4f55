"""Put the first model where Rasa Pro reads models, with Rasa Pro's own credentials.

Runs as a Kubernetes Job on the Rasa Pro image, before the preflight. The model comes in parts, files of
ConfigMaps, which hold 1 MiB at most. A model of this name with the same content is left as it is, and one
with other content is never overwritten: running pods would keep the old one while new pods load the new one.

Arguments:
  --parts FOLDER           where the parts lie; their names sort as they follow each other
  --key NAME               the model's name in the storage, with .tar.gz
  --sha256 HEX             of the whole
  --remote-storage KIND    as it is given to `rasa run`; without it, --folder
  --folder FOLDER          the volume
  --by-hand COMMAND        how a person uploads it, where these credentials may not
  --secret-variables A,B   variables whose values must not be printed

Exit status: 0 the model is there, 1 it is not; the last line, and the termination message, says why.
"""

# The image has Rasa Pro, this project's environment has not.
# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import argparse
import hashlib
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from preflight.report import SECRET_VARIABLES, Problem, first_line, leave_message, our_words, scrubbed

CONTENT_TYPE = "application/gzip"
REFUSALS = (
    "AccessDenied",
    "AuthorizationPermissionMismatch",
    "AuthorizationFailure",
    "Forbidden",
    "forbidden",
)
"""Error codes by which S3, Azure Blob and Cloud Storage refuse a write."""


@dataclass(frozen=True)
class Place:
    """The place of one model in the storage."""

    name: str
    """The place in a person's words."""
    read: Callable[[], bytes | None]
    write: Callable[[bytes], None]


def main() -> int:
    """Upload, and report the outcome."""
    options = arguments()
    secret = [name for name in options.secret_variables.split(",") if name]
    SECRET_VARIABLES.extend(secret)
    try:
        said, status = uploaded(options), 0
    except Problem as problem:
        said, status = f"{problem.reason}. {problem.remedy}", 1
    except Exception as error:  # noqa: BLE001 (whatever it is, a person has to read it)
        said, status = refusal(error, options), 1
    text = f"model upload: {scrubbed(said, secret, ours=our_words())}"
    print(text, flush=True)
    leave_message(text)
    return status


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser()
    for name in ("--parts", "--key", "--sha256"):
        parser.add_argument(name, required=True)
    for name in ("--remote-storage", "--folder", "--by-hand", "--secret-variables"):
        parser.add_argument(name, default="")
    return parser.parse_args()


def uploaded(options: argparse.Namespace) -> str:
    """Write the model where it is not yet."""
    content = whole(Path(options.parts), options.sha256)
    try:
        place = in_folder(options) if options.folder else in_storage(options)
        known = place.read()
    except Exception as error:  # noqa: BLE001 (each client has its own)
        # Rasa Pro asks for the bucket first, with a request whose refusal has no body (HEAD): a wrong key and
        # a missing right look the same. Rasa's own pods could not read either.
        raise Problem(
            f"Rasa's pod cannot read {storage_of(options)} ({first_line(error)})",
            "Correct rasa:modelStorage and its login, or let Rasa's identity list and read there, then "
            "`pulumi up` again",
        ) from None
    if known is None:
        place.write(content)
        return f"{place.name} is there now: {len(content)} bytes"
    if hashlib.sha256(known).hexdigest() == options.sha256:
        return f"{place.name} was there already"
    raise Problem(
        f"{place.name} is there already, with other content, and pods may serve it",
        "Give your file another name, and rasa:assistant.upload with it",
    )


def whole(folder: Path, sha256: str) -> bytes:
    """Put the parts together."""
    content = b"".join(part.read_bytes() for part in sorted(folder.glob("part-*")))
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Problem(
            "the parts in the ConfigMaps are not the file of rasa:assistant.upload", "`pulumi up` again"
        )
    return content


def in_folder(options: argparse.Namespace) -> Place:
    """Upload to the volume; a file appears whole or not at all."""
    target = Path(options.folder) / options.key

    def write(content: bytes) -> None:
        half = target.with_name(f".{target.name}.part")
        with half.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        half.chmod(0o644)
        half.replace(target)

    return Place(
        f"{options.key} in the volume", lambda: target.read_bytes() if target.is_file() else None, write
    )


def in_storage(options: argparse.Namespace) -> Place:
    """Upload to the bucket or container that Rasa Pro's environment names."""
    from rasa.core.persistor import get_persistor  # noqa: PLC0415 (takes seconds; a volume needs none)

    persistor: Any = get_persistor(options.remote_storage)
    read, write = STORES[options.remote_storage](persistor, options.key)
    return Place(f"{options.key} in {options.remote_storage} storage", read, write)


Store = tuple[Callable[[], bytes | None], Callable[[bytes], None]]


def _s3(persistor: Any, key: str) -> Store:
    from botocore.exceptions import ClientError  # noqa: PLC0415 (only where it is S3)

    thing = persistor.s3.Object(persistor.bucket_name, key)

    def read() -> bytes | None:
        try:
            return thing.get()["Body"].read()
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in {"404", "NoSuchKey"}:
                return None
            raise

    def write(content: bytes) -> None:
        model = {"Body": content, "ContentType": CONTENT_TYPE}
        try:
            thing.put(**model, IfNoneMatch="*")
        except ClientError as error:
            # A store that speaks S3's protocol may know no conditional writes, which AWS has had since 2024.
            if error.response.get("Error", {}).get("Code") != "NotImplemented":
                raise
            thing.put(**model)

    return read, write


def _gcs(persistor: Any, key: str) -> Store:
    def read() -> bytes | None:
        found = persistor.bucket.get_blob(key)
        return None if found is None else found.download_as_bytes()

    def write(content: bytes) -> None:
        persistor.bucket.blob(key).upload_from_string(
            content, content_type=CONTENT_TYPE, if_generation_match=0
        )

    return read, write


def _azure(persistor: Any, key: str) -> Store:
    blob = persistor.blob_service.get_blob_client(persistor.container_name, key)

    def read() -> bytes | None:
        return blob.download_blob().readall() if blob.exists() else None

    return read, lambda content: blob.upload_blob(content, overwrite=False)


STORES: Mapping[str, Callable[[Any, str], Store]] = {"aws": _s3, "gcs": _gcs, "azure": _azure}


def refusal(error: Exception, options: argparse.Namespace) -> str:
    """Say what an error means: most often, that Rasa's credentials may read and not write."""
    said = f"{type(error).__name__} {error}"
    where = storage_of(options)
    if isinstance(error, PermissionError) or any(word in said for word in REFUSALS):
        may = f"Rasa's pod may not write to {where} ({first_line(error)})"
        return f"{may}. Upload the model by hand, then `pulumi up` again: {options.by_hand}"
    return f"{where} does not take the model ({first_line(error)}). Upload it by hand: {options.by_hand}"


def storage_of(options: argparse.Namespace) -> str:
    """Name the storage in a sentence."""
    return "the volume" if options.folder else f"the {options.remote_storage} storage"


if __name__ == "__main__":
    sys.exit(main())
