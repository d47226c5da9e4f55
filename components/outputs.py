"""What the stack tells the assistant's pipeline."""

from __future__ import annotations

from pulumi import Output

from components.contracts import S3, AzureBlob, Gcs, ModelServer, ModelStorage


def model_storage_url(storage: ModelStorage) -> Output[str]:
    """Where to upload models, as `python -m ci.assistant` takes it."""
    if isinstance(storage, S3):
        return Output.concat("s3://", storage.bucket)
    if isinstance(storage, Gcs):
        return Output.concat("gs://", storage.bucket)
    if isinstance(storage, AzureBlob):
        return Output.concat("azblob://", storage.account, "/", storage.container)
    if isinstance(storage, ModelServer):
        return storage.url
    return Output.concat("volume://", storage.claim)
