"""`rasa:trackerStore`: of the cloud, in the cluster, or a database that exists."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Annotated, Literal, Self

from pulumi import Output
from pydantic import Field, model_validator
from typing_extensions import override

from components.config.model import (
    HERE,
    OBJECT_NAME,
    Addresses,
    CertificateChain,
    Existing,
    Host,
    Model,
    Pem,
    Port,
    PrivateKey,
    Scalar,
    Secret,
    TrackerSecret,
    VaultKey,
    certificates,
    choice,
    chosen_by,
    secret,
)
from components.config.patterns import AWS_REGION, CLASS, DATABASE_NAME, MONGODB_NAME, SCHEMA_NAME, TABLE
from components.config.sources import InClusterStore, Managed
from components.contract import connections, secrets
from components.contract.connections import CustomTrackerStore, DynamoDb, MongoDb, Postgres, PostgresTls
from components.contract.secrets import CertificateLogin, CloudIdentityLogin, PasswordLogin, VaultLogin
from components.contract.terms import TrackerStoreKind, TrackerStoreLogin


class _Existing(Model, ABC):
    source: Existing = Field(alias="from")

    @abstractmethod
    def connection(self, region: str) -> connections.TrackerStore:
        """Where the conversations are kept; `region` is the stack's."""


class ExistingAdministrator(Model):
    """Who may create roles and databases; used by a Job before each change, never by Rasa."""

    username: str = Field(min_length=1)
    """Role, such as postgres."""
    password: Secret
    """Set it with --secret, or name a Kubernetes Secret: {secretName, key}."""

    def login(self) -> PasswordLogin:
        """How the Job logs in."""
        return PasswordLogin(username=self.username, password=secret(self.password))


class ClientCertificate(Model):
    """What Rasa shows to a server that asks for it."""

    certificate: CertificateChain
    """PEM of the certificate and its chain, or {secretName, key}; its common name is mapped to the role."""
    key: PrivateKey
    """PEM of its key, without a passphrase; set it with --secret, or {secretName, key}."""

    def connection(self) -> secrets.ClientCertificate:
        """What the contract calls it."""
        certificate = certificates(self.certificate)
        assert certificate is not None, "the model asks for one"
        return secrets.ClientCertificate(certificate=certificate, key=secret(self.key))


def _login(username: str, password: TrackerSecret) -> PasswordLogin | VaultLogin:
    if isinstance(password, VaultKey):
        return VaultLogin(username=username, key=password.vault_key)
    return PasswordLogin(username=username, password=secret(password))


class ExistingPostgres(_Existing):
    """A PostgreSQL server."""

    kind: Literal["postgres"] = "postgres"
    """postgres, mongodb, dynamodb or custom."""
    host: Host
    """Name that the server's certificate carries."""
    port: Port = 5432
    """TCP port."""
    database: str = Field(default="rasa", pattern=DATABASE_NAME)
    """Database that Rasa may create its tables in."""
    username: str = Field(default="rasa", pattern=DATABASE_NAME)
    """Role that Rasa logs in as."""
    password: TrackerSecret | None = None
    """Set it with --secret, or name a Kubernetes Secret, {secretName, key}, or a key in Vault: {vaultKey}."""
    aws_iam_region: str | None = Field(default=None, pattern=AWS_REGION)
    """Instead of a password: log in to RDS in this region with a token of the pod's AWS identity."""
    client_certificate: ClientCertificate | None = None
    """What Rasa shows the server: beside a password, or in place of one."""
    tls: PostgresTls = "verify-full"
    """verify-full, verify-ca, require (encrypts, trusts anybody) or disable (in production only
    within the cluster)."""
    ca: Pem | None = None
    """PEM bundle that signed the server's certificate, or {secretName, key}; verify-… needs it."""
    max_connections: int = Field(default=100, ge=10)
    """What the server accepts in all; Rasa's pools are computed to stay below it."""
    schema_name: str | None = Field(default=None, alias="schema", pattern=SCHEMA_NAME)
    """Schema that exists and that Rasa makes its tables in; by default the role's search_path says it."""
    administrator: ExistingAdministrator | None = None
    """With it a Job makes the role and the database; without it both exist, and the role may make tables."""

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if self.tls.startswith("verify") and self.ca is None:
            raise ValueError(
                f"tls {self.tls} needs ca, for the driver in Rasa's image knows no public authorities; set "
                f"it with: pulumi config set --path '{HERE}.ca' < ca.pem, or encrypt and trust anybody "
                f"with: pulumi config set --path '{HERE}.tls' require"
            )
        says = "password or awsIamRegion says how Rasa logs in, and"
        if self.password is None and self.aws_iam_region is None and self.client_certificate is None:
            mend = f"pulumi config set --secret --path '{HERE}.password' <value>"
            raise ValueError(f"{says} neither is given, nor clientCertificate; set one, such as with: {mend}")
        if self.password is not None and self.aws_iam_region is not None:
            mend = f"pulumi config rm --path '{HERE}.awsIamRegion'"
            raise ValueError(f"{says} both are given; remove one, such as with: {mend}")
        if self.administrator is not None and self.schema_name is not None:
            raise ValueError(
                "administrator has a Job make the role and its database, and no schema in it; leave out "
                "administrator and let role, database and schema exist, or leave out schema, with: "
                f"pulumi config rm --path '{HERE}.schema'"
            )
        if self.administrator is not None and isinstance(self.password, VaultKey):
            raise ValueError(
                "administrator makes the role with its password, which a Job cannot read from Vault: leave "
                "out administrator and let the role exist, or give password itself, with: "
                f"pulumi config set --secret --path '{HERE}.password' <value>"
            )
        return self

    @model_validator(mode="after")
    def _can_show_a_certificate(self) -> Self:
        if self.client_certificate is None:
            return self
        if self.tls == "disable":
            mend = f"pulumi config set --path '{HERE}.tls' require"
            raise ValueError(f"clientCertificate is shown over TLS, and tls is disable; encrypt with: {mend}")
        if self.administrator is not None:
            raise ValueError(
                "administrator's Job shows no clientCertificate; let role and database exist, and leave out "
                f"administrator, with: pulumi config rm --path '{HERE}.administrator'"
            )
        return self

    @override
    def connection(self, region: str) -> Postgres:
        client = self.client_certificate
        if self.password is not None:
            login = _login(self.username, self.password)
        elif client is not None and self.aws_iam_region is None:
            login = CertificateLogin(username=self.username)
        else:
            login = CloudIdentityLogin(
                username=self.username, provider="aws", region=self.aws_iam_region or region
            )
        return Postgres(
            host=Output.from_input(self.host),
            port=self.port,
            database=self.database,
            login=login,
            tls=self.tls,
            ca=certificates(self.ca),
            max_connections=self.max_connections,
            schema=self.schema_name,
            client=None if client is None else client.connection(),
            admin=None if self.administrator is None else self.administrator.login(),
        )


class ExistingMongoDb(_Existing):
    """A server that speaks the MongoDB protocol (≥ 4.4)."""

    kind: Literal["mongodb"]
    """postgres, mongodb, dynamodb or custom."""
    hosts: Addresses | None = None
    """host:port of the members."""
    srv_host: Host | None = None
    """Instead of hosts: the name whose SRV record lists the members (MongoDB Atlas)."""
    database: str = Field(default="rasa", pattern=MONGODB_NAME)
    """Database that Rasa may create its collection and indexes in."""
    username: str = Field(min_length=1)
    """User that Rasa logs in as."""
    password: TrackerSecret
    """Set it with --secret, or name a Kubernetes Secret, {secretName, key}, or a key in Vault: {vaultKey}."""
    auth_source: str = Field(default="admin", pattern=MONGODB_NAME)
    """Database that knows the user."""
    tls: bool = True
    """Encrypt and verify; off in production only within the cluster."""
    ca: Pem | None = None
    """PEM bundle that signed the certificates, or {secretName, key}; by default the public authorities."""
    options: dict[str, str] = Field(default_factory=dict[str, str])
    """Further options of the connection's URI, such as replicaSet."""

    @model_validator(mode="after")
    def _has_one_address(self) -> Self:
        if (self.hosts is None) == (self.srv_host is None):
            says = "hosts or srvHost says where the server is, and"
            if self.hosts is None:
                mend = f"pulumi config set --path --type string '{HERE}.hosts' <host:port,host:port>"
                raise ValueError(f"{says} neither is given; set one, such as with: {mend}")
            mend = f"pulumi config rm --path '{HERE}.srvHost'"
            raise ValueError(f"{says} both are given; remove one, such as with: {mend}")
        return self

    @override
    def connection(self, region: str) -> connections.TrackerStore:
        return MongoDb(
            hosts=Output.from_input(self.srv_host or ",".join(self.hosts or ())),
            database=self.database,
            login=_login(self.username, self.password),
            auth_source=self.auth_source,
            srv=self.srv_host is not None,
            tls=self.tls,
            ca=certificates(self.ca),
            options=self.options,
        )


class ExistingDynamoDb(_Existing):
    """A DynamoDB table with hash key sender_id and the index user_id-index."""

    kind: Literal["dynamodb"]
    """postgres, mongodb, dynamodb or custom."""
    table: str = Field(pattern=TABLE)
    """Name; the identity of the pod must be allowed to read and write it."""
    region: str | None = Field(default=None, pattern=AWS_REGION)
    """Its region; by default the stack's."""

    @override
    def connection(self, region: str) -> connections.TrackerStore:
        return DynamoDb(table=Output.from_input(self.table), region=self.region or region)


class ExistingCustomTrackerStore(_Existing):
    """A tracker store class that is importable in the Rasa image."""

    kind: Literal["custom"]
    """postgres, mongodb, dynamodb or custom."""
    class_path: str = Field(alias="class", pattern=CLASS)
    """Dotted path, such as ours.stores.TrackerStore."""
    options: dict[str, Scalar] = Field(default_factory=dict[str, Scalar])
    """What the class is called with."""
    secrets: dict[str, Secret] = Field(default_factory=dict[str, Secret])
    """The same, for what is secret: set with --secret, or {secretName, key}."""

    @override
    def connection(self, region: str) -> connections.TrackerStore:
        return CustomTrackerStore(
            class_path=self.class_path,
            options=self.options,
            secrets={name: secret(value) for name, value in self.secrets.items()},
        )


ExistingTrackerStore = Annotated[
    Annotated[ExistingPostgres, choice("postgres")]
    | Annotated[ExistingMongoDb, choice("mongodb")]
    | Annotated[ExistingDynamoDb, choice("dynamodb")]
    | Annotated[ExistingCustomTrackerStore, choice("custom")],
    chosen_by("kind", "postgres", "mongodb", "dynamodb", "custom", default="postgres"),
]


class InClusterTrackerStore(InClusterStore):
    """PostgreSQL in the cluster."""

    snapshot_class: str | None = Field(default=None, pattern=OBJECT_NAME)
    """VolumeSnapshotClass of the nightly backups in production; by default the cluster's own default."""


class ManagedTrackerStore(Managed):
    """A database that the cloud runs."""

    kind: TrackerStoreKind = "postgres"
    """postgres, dynamodb (AWS) or mongodb (AWS, Azure)."""
    login: TrackerStoreLogin | None = None
    """password or identity, a token of the pod's identity; by default identity where Rasa has one (AWS:
    postgres, dynamodb), and password elsewhere."""


TrackerStore = Annotated[
    Annotated[ManagedTrackerStore, choice("managed")]
    | Annotated[InClusterTrackerStore, choice("in-cluster")]
    | Annotated[ExistingTrackerStore, choice("existing")],
    chosen_by("from", "managed", "in-cluster", "existing", default="managed"),
]
