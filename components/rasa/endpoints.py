"""endpoints.yml: connections in, the mapping that Rasa Pro reads out (docs/rasa-pro.md). Pure.

Only keys that Rasa reads are written, in the form in which it reads them. Addresses are literal, so that the
file tells a person what is used; secrets are `${VARIABLE}`, set by `environment.py`, for the file becomes
a ConfigMap. TLS of PostgreSQL and AWS identities are environment as well: Rasa has no key for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never
from urllib.parse import urlencode

from pulumi import Output, RunError

from components.contract.companions import NlgServer
from components.contract.connections import (
    CustomTrackerStore,
    DynamoDb,
    ModelServer,
    ModelStorage,
    MongoDb,
    Postgres,
    TrackerStore,
    Vault,
)
from components.contract.secrets import CloudIdentityLogin, PasswordLogin, VaultLogin
from components.kubernetes.documents import Block, Document, merged
from components.rasa.args import Connections
from components.rasa.endpoints_broker import event_broker
from components.rasa.endpoints_companions import companion_blocks
from components.rasa.endpoints_redis import lock_store, timer_store
from components.rasa.spec import endpoint_rules, variables
from components.rasa.spec.pod_files import Role, authority_path
from components.rasa.spec.variables import reference

problems_of = endpoint_rules.problems_of
"""What settings.py asks about an operator's own keys."""


def endpoints(connections: Connections, extra: Mapping[str, Document]) -> dict[str, Document]:
    """Write endpoints.yml for these connections, lay `extra` over it, and refuse what Rasa would ignore."""
    document: dict[str, Document] = {
        "tracker_store": _tracker_store(connections),
        "lock_store": lock_store(connections.lock_store),
        "timer_store": timer_store(connections.lock_store),
        "event_broker": event_broker(connections.event_broker),
    }
    if (models := _models(connections.model_storage)) is not None:
        document["models"] = models
    if connections.nlg is not None:
        document["nlg"] = _nlg(connections.nlg)
    document |= companion_blocks(connections.companions)
    if connections.secrets_manager is not None:
        document["secrets_manager"] = _secrets_manager(connections.secrets_manager)
    document = merged(document, extra)
    if problems := [*problems_of(document), *endpoint_rules.plain_secrets(extra)]:
        lines = "".join(f"\n  - {problem}" for problem in problems)
        raise RunError(
            f"endpoints.yml would not say what it seems to (see rasa:assistant.extraEndpoints):{lines}"
        )
    return document


def _tracker_store(connections: Connections) -> Block:
    store: TrackerStore = connections.tracker_store
    if isinstance(store, Postgres | MongoDb) and isinstance(store.login, VaultLogin):
        _refuse_without_vault(connections.secrets_manager)
    match store:
        case Postgres():
            return _postgres(store)
        case DynamoDb():
            # `region`: without it Rasa looks in us-east-1 (docs/rasa-pro.md, DynamoDB).
            return {"type": "dynamo", "table_name": store.table, "region": store.region}
        case MongoDb():
            return {
                "type": "mongod",
                "url": _mongo_uri(store),
                "db": store.database,
                "username": store.login.username,
                "password": _tracker_password(store.login),
                "auth_source": store.auth_source,
            }
        case CustomTrackerStore():
            secrets = {key: reference(variables.custom_option(key)) for key in store.secrets}
            return {**store.options, **secrets, "type": store.class_path}
        case _:
            assert_never(store)


def _postgres(store: Postgres) -> Block:
    block: dict[str, Document] = {
        "type": "SQL",
        # Exactly this: "postgresql+psycopg2" leaves out TLS and pool settings, and so does `login_db`; the
        # host alone: a DSN would win over db, username and IAM tokens (docs/rasa-pro.md, PostgreSQL).
        "dialect": "postgresql",
        "url": store.host,
        "port": store.port,
        "db": store.database,
        "username": store.login.username,
    }
    match store.login:
        case PasswordLogin() | VaultLogin():
            block["password"] = _tracker_password(store.login)
        case CloudIdentityLogin():
            pass  # Rasa puts a token there (RDS_SQL_DB_AWS_IAM_ENABLED)
        case _:
            assert_never(store.login)
    return block


def _tracker_password(login: PasswordLogin | VaultLogin) -> Document:
    match login:
        case PasswordLogin():
            return reference(variables.TRACKER_STORE_PASSWORD)
        case VaultLogin():
            # The one block in which Rasa resolves such a reference (docs/rasa-pro.md, Vault).
            return {"source": "secrets_manager.vault", "secret_key": login.key}
        case _:
            assert_never(login)


def _refuse_without_vault(vault: Vault | None) -> None:
    if vault is None:
        raise RunError(
            "The tracker store's password is to come from Vault, and there is none: give "
            "rasa:secretsManager, or the password itself in rasa:trackerStore.password."
        )


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


def _models(storage: ModelStorage) -> Block | None:
    """Only a model server has a block; the other storages are command-line arguments (`values.py`)."""
    if not isinstance(storage, ModelServer):
        return None
    block: dict[str, Document] = {"url": storage.url, "wait_time_between_pulls": storage.pull_seconds}
    return {**block, **_http("model-storage", storage, variables.MODEL_SERVER_TOKEN)}


def _nlg(server: NlgServer) -> Block:
    return {"type": "callback", "url": server.url, **_http("nlg", server, variables.NLG_SERVER_TOKEN)}


def _http(role: Role, server: ModelServer | NlgServer, token: str) -> dict[str, Document]:
    block: dict[str, Document] = {}
    if server.token is not None:
        block["token"] = reference(token)
    if server.ca is not None:
        block["cafile"] = authority_path(role)
    return block


def _secrets_manager(vault: Vault) -> Block:
    block: dict[str, Document] = {
        "type": "vault",
        "url": vault.address,
        "token": reference(variables.VAULT_TOKEN),
        "secrets_path": vault.path,
        "mount_point": vault.mount,
    }
    return block if vault.namespace is None else {**block, "namespace": vault.namespace}
