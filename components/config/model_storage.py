"""`rasa:modelStorage`: a bucket of the cloud, a volume in the cluster, or a storage that exists."""

from __future__ import annotations

from typing import Annotated, Literal, assert_never

from pulumi import Output
from pydantic import Field

from components.config.model import (
    Existing,
    HttpUrl,
    Model,
    Pem,
    Secret,
    certificates,
    choice,
    chosen_by,
    secret,
)
from components.config.patterns import OBJECT_NAME
from components.config.sources import InClusterStore, Managed
from components.contract import connections
from components.contract.connections import S3, AccessKeys, AzureBlob, Gcs, ModelServer, Volume


class ExistingKeys(Model):
    """Static keys of an S3-compatible store."""

    access_key_id: Secret
    """Set it with --secret, or name a Kubernetes Secret: {secretName, key}."""
    secret_access_key: Secret
    """Set it with --secret, or name a Kubernetes Secret: {secretName, key}."""


class ExistingS3(Model):
    """A bucket on S3, or on a store that speaks its protocol."""

    source: Existing = Field(alias="from")
    kind: Literal["s3"]
    """s3, gcs, azure-blob, model-server or volume."""
    bucket: str = Field(min_length=3)
    """Bucket."""
    region: str | None = None
    """Its region; by default the stack's."""
    endpoint: HttpUrl | None = None
    """URL of an S3-compatible store; without it, AWS."""
    keys: ExistingKeys | None = None
    """Without them the identity of the pod must be allowed s3:ListBucket and s3:GetObject."""
    ca: Pem | None = None
    """PEM bundle that signed the endpoint's certificate; by default the public authorities."""


class ExistingGcs(Model):
    """A bucket on Google Cloud Storage."""

    source: Existing = Field(alias="from")
    kind: Literal["gcs"]
    """s3, gcs, azure-blob, model-server or volume."""
    bucket: str = Field(min_length=3)
    """Bucket; Rasa needs storage.buckets.get and storage.objects.get on it."""
    credentials: Secret | None = None
    """JSON key of a service account, or {secretName, key}; without it the identity of the pod."""


class ExistingAzureBlob(Model):
    """A container on Azure Blob Storage."""

    source: Existing = Field(alias="from")
    kind: Literal["azure-blob"]
    """s3, gcs, azure-blob, model-server or volume."""
    account: str = Field(pattern=r"^[a-z0-9]{3,24}$")
    """Storage account."""
    container: str = Field(min_length=3)
    """Container."""
    credential: Secret
    """Account key or account SAS, with --secret, or {secretName, key}: Rasa can log in no other way."""


class ExistingModelServer(Model):
    """An HTTP server that hands out the newest model with an ETag."""

    source: Existing = Field(alias="from")
    kind: Literal["model-server"]
    """s3, gcs, azure-blob, model-server or volume."""
    url: HttpUrl
    """Full URL of the model."""
    token: Secret | None = None
    """Sent as ?token=; set it with --secret, or name a Kubernetes Secret: {secretName, key}."""
    pull_seconds: int = Field(default=100, ge=0)
    """Seconds between two looks for a newer model; 0 looks once."""
    ca: Pem | None = None
    """PEM bundle that signed the server's certificate; by default the public authorities."""


class ExistingVolume(Model):
    """A PersistentVolumeClaim in the stack's namespace, with the models in it."""

    source: Existing = Field(alias="from")
    kind: Literal["volume"]
    """s3, gcs, azure-blob, model-server or volume."""
    claim: str = Field(pattern=OBJECT_NAME)
    """Name of the claim; pods on several nodes need access mode ReadOnlyMany or ReadWriteMany."""


ExistingModelStorage = Annotated[
    Annotated[ExistingS3, choice("s3")]
    | Annotated[ExistingGcs, choice("gcs")]
    | Annotated[ExistingAzureBlob, choice("azure-blob")]
    | Annotated[ExistingModelServer, choice("model-server")]
    | Annotated[ExistingVolume, choice("volume")],
    chosen_by("kind", "s3", "gcs", "azure-blob", "model-server", "volume"),
]
AnyModelStorage = ExistingS3 | ExistingGcs | ExistingAzureBlob | ExistingModelServer | ExistingVolume


def connect_model_storage(block: AnyModelStorage, *, region: str) -> connections.ModelStorage:
    """Say where the models lie; `region` is the stack's."""
    match block:
        case ExistingS3():
            return S3(
                bucket=Output.from_input(block.bucket),
                region=block.region or region,
                endpoint=None if block.endpoint is None else Output.from_input(block.endpoint),
                keys=None if block.keys is None else _keys(block.keys),
                ca=certificates(block.ca),
            )
        case ExistingGcs():
            return Gcs(
                bucket=Output.from_input(block.bucket),
                credentials=None if block.credentials is None else secret(block.credentials),
            )
        case ExistingAzureBlob():
            return AzureBlob(
                account=Output.from_input(block.account),
                container=Output.from_input(block.container),
                credential=secret(block.credential),
            )
        case ExistingModelServer():
            return ModelServer(
                url=Output.from_input(block.url),
                token=None if block.token is None else secret(block.token),
                pull_seconds=block.pull_seconds,
                ca=certificates(block.ca),
            )
        case ExistingVolume():
            return Volume(claim=Output.from_input(block.claim))
        case _:
            assert_never(block)


def _keys(keys: ExistingKeys) -> AccessKeys:
    return AccessKeys(
        access_key_id=secret(keys.access_key_id), secret_access_key=secret(keys.secret_access_key)
    )


class ManagedModelStorage(Managed):
    """A bucket of the stack's cloud."""

    access_until: str | None = Field(default=None, pattern=r"^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")
    """Azure: the day on which Rasa's SAS ends; by default two years after the key that signs it was made."""


ModelStorage = Annotated[
    Annotated[ManagedModelStorage, choice("managed")]
    | Annotated[InClusterStore, choice("in-cluster")]
    | Annotated[ExistingModelStorage, choice("existing")],
    chosen_by("from", "managed", "in-cluster", "existing", default="managed"),
]
