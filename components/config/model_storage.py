"""`rasa:modelStorage`: a bucket of the cloud, a volume in the cluster, or a storage that exists."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from typing import Annotated, Literal, cast

from pulumi import Output
from pydantic import Field, SecretStr, field_validator
from typing_extensions import override

from components.config.model import (
    Existing,
    HttpUrl,
    Model,
    Pem,
    Secret,
    SecretKey,
    certificates,
    choice,
    chosen_by,
    secret,
)
from components.config.patterns import BUCKET, CONTAINER, DAY, OBJECT_NAME, REGION, STORAGE_ACCOUNT
from components.config.sources import InClusterStore, Managed
from components.contract import connections
from components.contract.connections import S3, AccessKeys, AzureBlob, Gcs, ModelServer, Volume


class _Existing(Model, ABC):
    source: Existing = Field(alias="from")

    @abstractmethod
    def connection(self, region: str) -> connections.ModelStorage:
        """Where the models lie; `region` is the stack's."""


class ExistingKeys(Model):
    """Static keys of an S3-compatible store."""

    access_key_id: Secret
    """Set it with --secret, or name a Kubernetes Secret: {secretName, key}."""
    secret_access_key: Secret
    """Set it with --secret, or name a Kubernetes Secret: {secretName, key}."""

    def connection(self) -> AccessKeys:
        """Both keys."""
        return AccessKeys(
            access_key_id=secret(self.access_key_id), secret_access_key=secret(self.secret_access_key)
        )


class ExistingS3(_Existing):
    """A bucket on S3, or on a store that speaks its protocol."""

    kind: Literal["s3"]
    """s3, gcs, azure-blob, model-server or volume."""
    bucket: str = Field(min_length=3, max_length=222, pattern=BUCKET)
    """Bucket."""
    region: str | None = Field(default=None, pattern=REGION)
    """Its region; by default the stack's."""
    endpoint: HttpUrl | None = None
    """URL of an S3-compatible store; without it, AWS."""
    keys: ExistingKeys | None = None
    """Without them the identity of the pod must be allowed s3:ListBucket and s3:GetObject."""
    ca: Pem | None = None
    """PEM bundle that signed the endpoint's certificate; by default the public authorities."""

    @override
    def connection(self, region: str) -> connections.ModelStorage:
        keys = self.keys
        return S3(
            bucket=Output.from_input(self.bucket),
            region=self.region or region,
            endpoint=None if self.endpoint is None else Output.from_input(self.endpoint),
            keys=None if keys is None else keys.connection(),
            ca=certificates(self.ca),
        )


class ExistingGcs(_Existing):
    """A bucket on Google Cloud Storage."""

    kind: Literal["gcs"]
    """s3, gcs, azure-blob, model-server or volume."""
    bucket: str = Field(min_length=3, max_length=222, pattern=BUCKET)
    """Bucket; Rasa needs storage.buckets.get and storage.objects.get on it."""
    credentials: Secret | None = None
    """JSON key of a service account, or {secretName, key}; without it the identity of the pod."""

    @field_validator("credentials")
    @classmethod
    def _is_a_login_of_google(cls, given: SecretStr | SecretKey | None) -> SecretStr | SecretKey | None:
        """The client's own first look (google-auth, `_default.py`, load_credentials_from_file)."""
        if isinstance(given, SecretStr) and not _has_type(given.get_secret_value()):
            raise ValueError(
                "is no JSON of Google's credentials, which has a type; accepted: the content of the file, "
                'such as "$(cat key.json)"'
            )
        return given

    @override
    def connection(self, region: str) -> connections.ModelStorage:
        return Gcs(
            bucket=Output.from_input(self.bucket),
            credentials=None if self.credentials is None else secret(self.credentials),
        )


def _has_type(text: str) -> bool:
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and bool(cast("dict[str, object]", found).get("type"))


class ExistingAzureBlob(_Existing):
    """A container on Azure Blob Storage."""

    kind: Literal["azure-blob"]
    """s3, gcs, azure-blob, model-server or volume."""
    account: str = Field(pattern=STORAGE_ACCOUNT)
    """Storage account."""
    container: str = Field(min_length=3, max_length=63, pattern=CONTAINER)
    """Container."""
    credential: Secret
    """Account key or account SAS, with --secret, or {secretName, key}: Rasa can log in no other way."""

    @override
    def connection(self, region: str) -> connections.ModelStorage:
        return AzureBlob(
            account=Output.from_input(self.account),
            container=Output.from_input(self.container),
            credential=secret(self.credential),
        )


class ExistingModelServer(_Existing):
    """An HTTP server that hands out the newest model with an ETag."""

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

    @override
    def connection(self, region: str) -> connections.ModelStorage:
        return ModelServer(
            url=Output.from_input(self.url),
            token=None if self.token is None else secret(self.token),
            pull_seconds=self.pull_seconds,
            ca=certificates(self.ca),
        )


class ExistingVolume(_Existing):
    """A PersistentVolumeClaim in the stack's namespace, with the models in it."""

    kind: Literal["volume"]
    """s3, gcs, azure-blob, model-server or volume."""
    claim: str = Field(pattern=OBJECT_NAME)
    """Name of the claim; pods on several nodes need access mode ReadOnlyMany or ReadWriteMany."""

    @override
    def connection(self, region: str) -> connections.ModelStorage:
        return Volume(claim=Output.from_input(self.claim))


ExistingModelStorage = Annotated[
    Annotated[ExistingS3, choice("s3")]
    | Annotated[ExistingGcs, choice("gcs")]
    | Annotated[ExistingAzureBlob, choice("azure-blob")]
    | Annotated[ExistingModelServer, choice("model-server")]
    | Annotated[ExistingVolume, choice("volume")],
    chosen_by("kind", "s3", "gcs", "azure-blob", "model-server", "volume"),
]


class ManagedModelStorage(Managed):
    """A bucket of the stack's cloud."""

    access_until: str | None = Field(default=None, pattern=DAY)
    """Azure: the day on which Rasa's SAS ends; by default two years after the key that signs it was made."""


ModelStorage = Annotated[
    Annotated[ManagedModelStorage, choice("managed")]
    | Annotated[InClusterStore, choice("in-cluster")]
    | Annotated[ExistingModelStorage, choice("existing")],
    chosen_by("from", "managed", "in-cluster", "existing", default="managed"),
]
