"""`tracker_store`: the database of conversations.

The sizes of its connection pools depend on how many processes there are: see the package itself.
"""

from __future__ import annotations

from typing import assert_never
from urllib.parse import urlencode

from pulumi import Output, RunError

from components.contract.connections import (
    CustomTrackerStore,
    DynamoDb,
    MongoDb,
    Postgres,
    TrackerStore,
)
from components.contract.secrets import (
    CertificateLogin,
    ClientCertificate,
    CloudIdentityLogin,
    PasswordLogin,
    VaultLogin,
)
from components.kubernetes.documents import Block
from components.rasa.connections.addresses import bracketed, host_and_port
from components.rasa.connections.rendered import Rendered, authority, aws_identity
from components.rasa.spec import variables
from components.rasa.spec.pod_files import (
    POSTGRES_CERTIFICATE,
    POSTGRES_KEY,
    authority_path,
    client_path,
)
from components.rasa.spec.variables import Plain, Secret, Variable, reference

WHAT, SOURCE = "tracker store", "the tracker store"
MONGODB_SRV_PORTS = (27017, 10260)
"""The ports stand in the DNS record, which is not read here: MongoDB's own, and Azure DocumentDB's."""


def tracker_store(store: TrackerStore) -> Rendered:
    """The database of conversations."""
    match store:
        case Postgres():
            return _postgres(store)
        case DynamoDb():
            return Rendered(
                what=WHAT,
                connection=store,
                addresses=None,
                blocks={
                    # `region`: without it Rasa looks in us-east-1 (docs/rasa-pro.md, DynamoDB).
                    "tracker_store": {"type": "dynamo", "table_name": store.table, "region": store.region}
                },
                variables=(Plain("AWS_DEFAULT_REGION", store.region, SOURCE),),
                by_aws_identity=True,
            )
        case MongoDb():
            return _mongodb(store)
        case CustomTrackerStore():
            secrets = {key: reference(variables.custom_option(key)) for key in store.secrets}
            options = store.options
            return Rendered(
                what=WHAT,
                connection=store,
                # A class of the operator's own: its address is known where it has these options.
                addresses=Output.from_input(f"{options.get('host', '')}:{options.get('port') or 0}"),
                blocks={"tracker_store": {**options, **secrets, "type": store.class_path}},
                variables=tuple(
                    Secret(variables.custom_option(key), value, f"{SOURCE}'s option {key}")
                    for key, value in store.secrets.items()
                ),
            )
        case _:
            assert_never(store)


def _postgres(store: Postgres) -> Rendered:
    # Without the variable libpq's default, `prefer`, verifies nothing (docs/rasa-pro.md, PostgreSQL).
    settings = [Plain("SQL_TRACKER_STORE_SSL_MODE", store.tls, SOURCE)]
    if store.schema is not None:
        # By the name; Rasa has no key for it (docs/rasa-pro.md, PostgreSQL).
        settings.append(Plain("POSTGRESQL_SCHEMA", store.schema, SOURCE))
    if store.ca is not None:
        path = authority_path("tracker-store")
        settings.append(Plain("SQL_TRACKER_STORE_SSL_ROOT_CERTIFICATE", path, SOURCE))
    elif store.tls in {"verify-full", "verify-ca"}:
        raise RunError(
            f"The tracker store's certificate is to be verified ({store.tls}) and no authority is given: the "
            "PostgreSQL driver in Rasa's image (psycopg2-binary) finds no system authorities, not even with "
            "sslrootcert=system. Give the PEM bundle in rasa:trackerStore.ca."
        )
    login, found = _postgres_login(store.login)
    return Rendered(
        what=WHAT,
        connection=store,
        addresses=host_and_port(store.host, store.port),
        blocks={
            "tracker_store": {
                "type": "SQL",
                # Exactly this: "postgresql+psycopg2" leaves out TLS and pool settings, and so does
                # `login_db`; the host alone: a DSN would win over db, username and IAM tokens
                # (docs/rasa-pro.md, PostgreSQL).
                "dialect": "postgresql",
                # Rasa takes it apart as a URL's (sql_tracker_store.py, get_db_url).
                "url": store.host.apply(bracketed),
                "port": store.port,
                "db": store.database,
                "username": store.login.username,
                **login,
                **_shown(store.client),
            }
        },
        variables=(*settings, *found),
        authorities=authority("tracker-store", store.ca),
        client_files={}
        if store.client is None
        else {POSTGRES_CERTIFICATE: store.client.certificate, POSTGRES_KEY: store.client.key},
        by_aws_identity=isinstance(store.login, CloudIdentityLogin),
    )


def _shown(client: ClientCertificate | None) -> Block:
    """What libpq shows the server; Rasa hands `query` on to it."""
    if client is None:
        return {}
    files = {"sslcert": client_path(POSTGRES_CERTIFICATE), "sslkey": client_path(POSTGRES_KEY)}
    return {"query": files}


def _postgres_login(
    login: PasswordLogin | CloudIdentityLogin | VaultLogin | CertificateLogin,
) -> tuple[Block, tuple[Variable, ...]]:
    match login:
        case PasswordLogin() | VaultLogin():
            return _password(login)
        case CloudIdentityLogin(region=region):
            # Rasa puts a token in the password's place.
            token = Plain("RDS_SQL_DB_AWS_IAM_ENABLED", "true", SOURCE)
            return {}, (*aws_identity(region, SOURCE), token)
        case CertificateLogin():
            return {}, ()
        case _:
            assert_never(login)


def _mongodb(store: MongoDb) -> Rendered:
    login, found = _password(store.login)
    return Rendered(
        what=WHAT,
        connection=store,
        addresses=store.hosts.apply(_srv) if store.srv else store.hosts,
        discovers=True,
        blocks={
            "tracker_store": {
                "type": "mongod",
                "url": _mongo_uri(store),
                "db": store.database,
                "username": store.login.username,
                **login,
                "auth_source": store.auth_source,
            }
        },
        variables=found,
        authorities=authority("tracker-store", store.ca),
    )


def _srv(host: str) -> str:
    return ",".join(f"{host}:{port}" for port in MONGODB_SRV_PORTS)


def _mongo_uri(store: MongoDb) -> Output[str]:
    """Rasa has no TLS keys for MongoDB: all of it goes into the URI (docs/rasa-pro.md, MongoDB)."""
    options = dict(store.options)
    if store.tls:
        options["tls"] = "true"
        if store.ca is not None:
            options["tlsCAFile"] = authority_path("tracker-store")
    scheme = "mongodb+srv" if store.srv else "mongodb"
    return Output.concat(
        f"{scheme}://", store.hosts, "/", f"?{urlencode(options, safe='/')}" if options else ""
    )


def _password(login: PasswordLogin | VaultLogin) -> tuple[Block, tuple[Variable, ...]]:
    match login:
        case PasswordLogin(password=password):
            name = variables.TRACKER_STORE_PASSWORD
            return {"password": reference(name)}, (Secret(name, password, SOURCE),)
        case VaultLogin(key=key):
            # The one block in which Rasa resolves such a reference (docs/rasa-pro.md, Vault).
            return {"password": {"source": "secrets_manager.vault", "secret_key": key}}, ()
        case _:
            assert_never(login)
