"""The Job that makes Rasa's role and database, where the tracker store is a PostgreSQL that we administer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

import pulumi_kubernetes as kubernetes
from pulumi import ComponentResource, CustomTimeouts, Input, Output, Resource, ResourceOptions, RunError
from pulumi_kubernetes.batch.v1 import JobSpecArgs
from pulumi_kubernetes.core import v1
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.contract.cluster import PodIdentity
from components.contract.connections import Postgres
from components.contract.secrets import (
    CloudIdentityLogin,
    Login,
    PasswordLogin,
    SecretRef,
    SecretValue,
    StoredSecretLogin,
    VaultLogin,
    engine_values,
)
from components.kubernetes.script_job import JOBS, NAME_LABEL, REPLACE_FAILED
from components.rasa.pod import DATABASE_INIT
from components.rasa.spec.versions import Image

SCRIPT = "database_init.py"
MOUNT = "/etc/database-init"
WAIT_SECONDS = 180
"""How long one attempt waits for the server to answer."""
DEADLINE_SECONDS = 900
ATTEMPTS = 4
"""A pod whose cloud identity was not there yet needs a successor: it is put in when a pod starts."""
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
    ready: tuple[Resource, ...]
    """What must exist before a pod can start and reach the server."""


class DatabaseInit(ComponentResource):
    """Runs `jobs/database_init` until it succeeds; a run that fails stops `pulumi up` with its message.

    Everything that the Job reads is immutable and named anew when it changes, and so is the Job: it runs
    again when something changed, and when it failed. It stays after it is done (no time to live): the next
    refresh would find it gone and the next `up` would run it again.
    """

    def __init__(self, name: str, args: DatabaseInitArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:rasa:DatabaseInit", name, {}, opts)
        child = ResourceOptions(parent=self)
        postgres = args.postgres
        metadata = ObjectMetaArgs(namespace=args.namespace)
        authority = {} if postgres.ca is None else engine_values({AUTHORITY: postgres.ca})
        files = v1.ConfigMap(
            f"{name}-files",
            metadata=metadata,
            immutable=True,
            data={SCRIPT: (JOBS / "database_init" / "__main__.py").read_text(encoding="utf-8"), **authority},
            opts=child,
        )
        passwords = engine_values(_passwords(args.admin, postgres.login))
        secret: v1.Secret | None = None
        if passwords:
            secret = v1.Secret(
                f"{name}-passwords", metadata=metadata, immutable=True, string_data=passwords, opts=child
            )
        template = v1.PodTemplateSpecArgs(
            metadata=ObjectMetaArgs(labels={**args.identity.pod_labels, NAME_LABEL: DATABASE_INIT}),
            spec=_pod(args, files, secret),
        )
        kubernetes.batch.v1.Job(
            name,
            metadata=ObjectMetaArgs(namespace=args.namespace, annotations=REPLACE_FAILED),
            spec=JobSpecArgs(
                backoff_limit=ATTEMPTS - 1, active_deadline_seconds=DEADLINE_SECONDS, template=template
            ),
            opts=ResourceOptions(
                parent=self,
                # Firewall rules and grants that let a pod in to the server: the address alone shows neither.
                depends_on=[*args.ready],
                # Later than the Job's own deadline, whose message says more.
                custom_timeouts=CustomTimeouts(create=f"{DEADLINE_SECONDS + 120}s"),
            ),
        )
        self.register_outputs({})


def _pod(args: DatabaseInitArgs, files: v1.ConfigMap, secret: v1.Secret | None) -> v1.PodSpecArgs:
    return v1.PodSpecArgs(
        restart_policy="Never",  # each attempt is a pod of its own, whose log stays
        service_account_name=args.service_account,
        automount_service_account_token=False,
        security_context=v1.PodSecurityContextArgs(
            run_as_non_root=True, seccomp_profile=v1.SeccompProfileArgs(type="RuntimeDefault")
        ),
        containers=[
            v1.ContainerArgs(
                name="database-init",
                image=args.image.name,
                command=["python3", f"{MOUNT}/{SCRIPT}"],
                env=_environment(args, secret),
                volume_mounts=[v1.VolumeMountArgs(name="files", mount_path=MOUNT, read_only=True)],
                security_context=v1.SecurityContextArgs(
                    allow_privilege_escalation=False,
                    read_only_root_filesystem=True,
                    capabilities=v1.CapabilitiesArgs(drop=["ALL"]),
                ),
                resources=v1.ResourceRequirementsArgs(
                    requests={"cpu": "100m", "memory": "256Mi"}, limits={"memory": "256Mi"}
                ),
            )
        ],
        volumes=[v1.VolumeArgs(name="files", projected=_files(files, args.postgres))],
    )


def _files(made: v1.ConfigMap, postgres: Postgres) -> v1.ProjectedVolumeSourceArgs:
    sources = [v1.VolumeProjectionArgs(config_map=v1.ConfigMapProjectionArgs(name=_name(made)))]
    if isinstance(postgres.ca, SecretRef):
        item = v1.KeyToPathArgs(key=postgres.ca.key, path=AUTHORITY)
        sources.append(
            v1.VolumeProjectionArgs(secret=v1.SecretProjectionArgs(name=postgres.ca.name, items=[item]))
        )
    return v1.ProjectedVolumeSourceArgs(sources=sources)


def _environment(args: DatabaseInitArgs, secret: v1.Secret | None) -> list[v1.EnvVarArgs]:
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
    variables = [v1.EnvVarArgs(name=name, value=value) for name, value in plain.items()]
    for key, password in _passwords(args.admin, postgres.login).items():
        if isinstance(password, SecretRef):
            variables.append(_secret_variable(key, password.name, password.key))
        elif secret is not None:
            variables.append(_secret_variable(key, _name(secret), key))
    return variables


def _secret_variable(name: str, secret: Input[str], key: str) -> v1.EnvVarArgs:
    at = v1.SecretKeySelectorArgs(name=secret, key=key)
    return v1.EnvVarArgs(name=name, value_from=v1.EnvVarSourceArgs(secret_key_ref=at))


def _database(postgres: Postgres) -> Mapping[str, Input[str]]:
    """One entry of DATABASES; the analytics database will be a second one."""
    entry: dict[str, Input[str]] = {"database": postgres.database, "role": postgres.login.username}
    match postgres.login:
        case PasswordLogin():
            return {**entry, "login": "password", "password_variable": ROLE_PASSWORD}
        case CloudIdentityLogin(provider="aws"):
            return {**entry, "login": "rds_iam"}
        case VaultLogin(password=password) if password is not None:
            return {**entry, "login": "password", "password_variable": ROLE_PASSWORD}
        case VaultLogin():
            raise RunError(
                "The role's password is in Vault, where this Job does not look: let the role and its "
                "database exist (no rasa:trackerStore.administrator), or give the password itself."
            )
        case _:
            assert_never(postgres.login)


def _passwords(admin: PasswordLogin | StoredSecretLogin, login: Login | VaultLogin) -> dict[str, SecretValue]:
    found: dict[str, SecretValue] = {}
    if isinstance(admin, PasswordLogin):
        found[ADMIN_PASSWORD] = admin.password
    if isinstance(login, PasswordLogin | VaultLogin) and login.password is not None:
        found[ROLE_PASSWORD] = login.password
    return found


def _name(made: v1.ConfigMap | v1.Secret) -> Output[str]:
    return made.metadata.name
