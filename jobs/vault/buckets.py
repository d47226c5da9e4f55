"""Put a file into a bucket of the cloud, with the identity of the pod."""

# The image has these, this project's environment has not.
# pyright: reportMissingImports=false, reportMissingModuleSource=false, reportUnknownVariableType=false
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportMissingTypeStubs=false

from __future__ import annotations

from urllib.parse import urlsplit

from vault.api import Stop, said


def put(where: str, name: str, content: bytes) -> None:
    """Write it, or raise `Stop`."""
    parts = urlsplit(where)
    doing = {"s3": _s3, "gs": _gcs, "https": _blob}[parts.scheme]
    try:
        doing(parts.netloc, parts.path.strip("/"), name, content)
    except Exception as error:  # noqa: BLE001 (three libraries, each with errors of its own)
        raise Stop(
            f"cannot write {name} to {where}: {said(error)}; the identity of the service account "
            "vault-snapshot must be allowed to write there"
        ) from None


def _s3(bucket: str, _: str, name: str, content: bytes) -> None:
    import boto3  # noqa: PLC0415 (one cloud's library, and no other)

    boto3.client("s3").put_object(Bucket=bucket, Key=name, Body=content)


def _gcs(bucket: str, _: str, name: str, content: bytes) -> None:
    from google.cloud import storage  # noqa: PLC0415

    storage.Client().bucket(bucket).blob(name).upload_from_string(content, "application/gzip")


def _blob(account: str, container: str, name: str, content: bytes) -> None:
    from azure.identity import WorkloadIdentityCredential  # noqa: PLC0415
    from azure.storage.blob import BlobServiceClient  # noqa: PLC0415

    service = BlobServiceClient(f"https://{account}", credential=WorkloadIdentityCredential())
    service.get_blob_client(container, name).upload_blob(content)
