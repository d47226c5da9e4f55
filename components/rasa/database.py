"""The Job that makes Rasa's role and database, where the tracker store is a PostgreSQL that we administer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from pulumi import ComponentResource, Input, Output, Resource, ResourceOptions, RunError

from components.contract.cluster import DATABASE_INIT, NAME_LABEL, ObjectKey, PodIdentity
from components.contract.connections import Postgres
from components.contract.secrets import (
    CertificateLogin,
    CloudIdentityLogin,
    Login,
    PasswordLogin,
    SecretValue,
    StoredSecretLogin,
    VaultLogin,
    engine_values,
    references,
)
from components.kubernetes.documents import Block
from components.kubernetes.script_job import (
    Place,
    ScriptJob,
    ScriptPod,
    environment,
    scripts_of,
)
from components.rasa.spec.versions import Image

SCRIPT = "database_init/__main__.py"
MOUNT = "/etc/database-init"
WAIT_SECONDS = 180
"""How long one attempt waits for the server to answer."""
DEADLINE_SECONDS = 900
ATTEMPTS = 4
RESOURCES: Block = {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "256Mi"}}
AUTHORITY = "authority.pem"
ROLE_PASSWORD, ADMIN_PASSWORD = "ROLE_PASSWORD", "PGPASSWORD"


@dataclass(frozen=True, kw_only=True, slots=True)
class DatabaseInitArgs:
    """Which server, and who works on it."""

    postgres: Postgres
    admin: PasswordLogin | StoredSecretLogin
    namespace: Input[str]
    image: Image
    identity: PodIdentity
    """The setup identity: it may read the administrator's password, Rasa's own may not."""
    service_account: Input[str]
    trust: ObjectKey | None = None
    """Whom it trusts where it reads the administrator's password."""
    ready: tuple[Resource, ...]
    """What must exist before a pod can start and reach the server."""


class DatabaseInit(ComponentResource):
    """Runs `jobs/database_init` until it succeeds; a run that fails stops `pulumi up` with its message.

    Everything that the Job reads is immutable and named anew when it changes, and so is the Job: it runs
    again when something changed, and when it failed.
    """

    def __init__(self, name: str, args: DatabaseInitArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:rasa:DatabaseInit", name, {}, opts)
        place = Place(namespace=args.namespace, parent=self)
        pod = ScriptPod(
            name="database-init",
            image=args.image.name,
            script=MOUNT,
            service_account=args.service_account,
            environment=(
                *environment(_variables(args), {}),
                *place.secrets(f"{name}-passwords", _passwords(args.admin, args.postgres.login)),
            ),
            mounts=({"name": "files", "mountPath": MOUNT, "readOnly": True},),
            volumes=(_files(f"{name}-files", place, args.postgres),),
            resources=RESOURCES,
            trust=args.trust,
        )
        job = ScriptJob(
            pod=pod,
            labels={**args.identity.pod_labels, NAME_LABEL: DATABASE_INIT},
            attempts=ATTEMPTS,
            deadline_seconds=DEADLINE_SECONDS,
        )
        place.job(name, job, ready=args.ready)
        self.register_outputs({})


def _files(name: str, place: Place, postgres: Postgres) -> Block:
    """The script, and the authority that signed the server's certificate."""
    authority = {} if postgres.ca is None else {AUTHORITY: postgres.ca}
    made = place.config_map(name, {**scripts_of(SCRIPT).texts, **engine_values(authority)})
    sources: list[Block] = [
        {"configMap": {"name": made}},
        *(
            {"secret": {"name": at.name, "items": [{"key": at.key, "path": file}]}}
            for file, at in references(authority).items()
        ),
    ]
    return {"name": "files", "projected": {"sources": sources}}


def _variables(args: DatabaseInitArgs) -> Mapping[str, Input[str]]:
    postgres = args.postgres
    plain: dict[str, Input[str]] = {
        "PGHOST": postgres.host,
        "PGPORT": str(postgres.port),
        "PGSSLMODE": postgres.tls,
        "DATABASES": Output.json_dumps([_database(postgres)]),
        "WAIT_SECONDS": str(WAIT_SECONDS),
    }
    if postgres.ca is not None:
        plain["PGSSLROOTCERT"] = f"{MOUNT}/{AUTHORITY}"
    match args.admin:
        case PasswordLogin(username=username):
            plain["PGUSER"] = username
        case StoredSecretLogin(store="aws-secrets-manager"):
            plain["ADMIN_SECRET_ID"] = args.admin.secret
            plain["ADMIN_SECRET_REGION"] = args.admin.region
        case _:
            assert_never(args.admin)
    return plain


def _database(postgres: Postgres) -> Mapping[str, Input[str]]:
    """One entry of DATABASES; the analytics run a Job of their own for theirs."""
    entry: dict[str, Input[str]] = {"database": postgres.database, "role": postgres.login.username}
    match postgres.login:
        case PasswordLogin():
            return {**entry, "login": "password", "password_variable": ROLE_PASSWORD}
        case CloudIdentityLogin(provider="aws"):
            return {**entry, "login": "rds_iam"}
        case VaultLogin(password=password) if password is not None:
            return {**entry, "login": "password", "password_variable": ROLE_PASSWORD}
        case VaultLogin() | CertificateLogin():
            raise RunError(
                "The role's password is in Vault, where this Job does not look, or it has none: let the role "
                "and its database exist (no rasa:trackerStore.administrator), or give the password itself."
            )
        case _:
            assert_never(postgres.login)


def _passwords(
    admin: PasswordLogin | StoredSecretLogin, login: Login | VaultLogin | CertificateLogin
) -> dict[str, SecretValue]:
    found: dict[str, SecretValue] = {}
    if isinstance(admin, PasswordLogin):
        found[ADMIN_PASSWORD] = admin.password
    if isinstance(login, PasswordLogin | VaultLogin) and login.password is not None:
        found[ROLE_PASSWORD] = login.password
    return found
