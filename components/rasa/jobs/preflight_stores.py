"""Tracker store, lock store, timer store: written, read back and cleaned up with Rasa Pro's own classes."""

# The image has Rasa Pro, this project's environment has not.
# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from preflight_network import POSTGRES_TLS, Server, Tls, explained
from preflight_report import Problem
from rasa.core.lock_store import InMemoryLockStore, LockStore
from rasa.core.secrets_manager.factory import load_secret_manager
from rasa.core.secrets_manager.secret_manager import EndpointResolver
from rasa.core.timer_stores.timer_store import SessionTimerStore
from rasa.core.tracker_stores.tracker_store import InMemoryTrackerStore, create_tracker_store
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

LOCKS = 6
"""A cluster-mode server that Rasa Pro takes for a plain one refuses most keys, and not all."""
LOCK_SECONDS = 10
TIMER_SECONDS = 3600
"""Nobody's timer fires before it is deleted."""

PASSWORD = "Set the password that the server has for this user in the stack's config, and `pulumi up`"  # noqa: S105
RIGHTS = "Grant it: the database_init Job does, where the stack gives an administrator"
SQL_SAYS: Mapping[str, tuple[str, str]] = {
    "password authentication failed": ("user name or password are wrong", PASSWORD),
    "no password supplied": ("no password or token reached the server", PASSWORD),
    "PAM authentication failed": ("the server refuses the AWS token", "Grant rds_iam and rds-db:connect"),
    "no pg_hba.conf entry": (
        "the server's access rules refuse this user, address or lack of TLS",
        "Extend them",
    ),
    "does not exist": ("a database, role, schema or table is missing", RIGHTS),
    "permission denied": ("the role lacks a right", RIGHTS),
    "too many connections": (
        "the server has no connection left",
        "Raise its size or lower rasa:assistant.replicas",
    ),
    "remaining connection slots": ("the server has no connection left", "Raise its size"),
}
"""What PostgreSQL says: what is wrong, and what to do."""
REDIS_SAYS: Mapping[str, tuple[str, str]] = {
    "WRONGPASS": ("user name or password are wrong", PASSWORD),
    "invalid username-password pair": ("user name or password are wrong", PASSWORD),
    "NOAUTH": ("the server wants a user name and a password", PASSWORD),
    "Authentication required": ("the server wants a user name and a password", PASSWORD),
    "NOPERM": (
        "the user may not run a command that Rasa Pro needs",
        "Grant +@all -@admin -@dangerous +keys, ~*",
    ),
    "no permissions": (
        "the user may not run a command that Rasa Pro needs",
        "Grant +@all -@dangerous +keys, ~*",
    ),
    "SELECT is not allowed": ("the server has one database only", "Write db: 0"),
    "DB index is out of range": ("the server has fewer databases", "Write db: 0"),
    "MovedError": (
        "the server runs in cluster mode",
        "Write deployment_mode: cluster, or turn cluster mode off",
    ),
    "No master found": (
        "no Sentinel names a primary; Rasa Pro dials Sentinels without TLS and without a login",
        "Give the Sentinels a plain port that only this cluster reaches, or use mode standard",
    ),
    "READONLY": ("this is a replica, which takes no writes", "Give the address of the primary"),
    "OOM command": ("the server's memory is full", "Choose a larger size"),
}
"""What Redis says: what is wrong, and what to do."""
OTHER_SAYS: Mapping[str, tuple[str, str]] = {
    "Authentication failed": ("user name or password are wrong", PASSWORD),
    "not authorized": ("the user lacks a right", "Grant readWrite on the database"),
    "AccessDenied": ("the pod's identity lacks a right", "Grant it to Rasa's role"),
    "ResourceNotFoundException": ("the table does not exist", "Make it; the pod's identity may not"),
    "Unable to locate credentials": (
        "the pod has no AWS credentials",
        "Bind the service account to its role",
    ),
}
"""What MongoDB and AWS say."""


def identity(endpoints: Any) -> str:
    """Let Rasa Pro mint every token that it will log in with; its own code only logs when it cannot."""
    from rasa.core.iam_credentials_providers import credentials_provider_protocol as iam  # noqa: PLC0415

    kinds, store, lock = iam.SupportedServiceType, endpoints.tracker_store, endpoints.lock_store
    wanted = {
        "RDS_SQL_DB_AWS_IAM_ENABLED": {
            "service_type": kinds.TRACKER_STORE,
            "service_name": "sql",
            "username": store and store.kwargs.get("username"),
            "host": store and store.url,
            "port": store and store.kwargs.get("port"),
        },
        "ELASTICACHE_REDIS_AWS_IAM_ENABLED": {
            "service_type": kinds.LOCK_STORE,
            "service_name": "redis",
            "username": lock and lock.kwargs.get("username"),
            "cluster_name": os.environ.get("AWS_ELASTICACHE_CLUSTER_NAME"),
        },
        "KAFKA_MSK_AWS_IAM_ENABLED": {"service_type": kinds.EVENT_BROKER, "service_name": "kafka"},
    }
    minted: list[str] = []
    for variable, described in wanted.items():
        if os.environ.get(variable, "").lower() != "true":
            continue
        provider = iam.create_iam_credentials_provider(iam.IAMCredentialsProviderInput(**described))
        try:
            token = provider and provider.get_temporary_credentials()
        except Exception:  # noqa: BLE001 (each service has a way of its own to find no credentials)
            token = None
        if not token or not (token.auth_token or token.presigned_url):
            raise Problem(
                f"no AWS token can be made for {described['service_name']}: the pod has no AWS credentials",
                "Bind Rasa's service account to its role (Pod Identity association, or the IRSA annotation)",
            )
        minted.append(str(described["service_name"]))
    return f"tokens minted for {', '.join(minted)}"


def tracker_store(path: str, config: Any) -> str:
    """Write one conversation, read it back, delete it."""
    servers = tracker_servers(config)
    says = {**SQL_SAYS} if (config.type or "").lower() == "sql" else {**REDIS_SAYS, **OTHER_SAYS}
    with explained(servers, says, patient=config.type == "mongod"):
        # Without the wrapper that Rasa Pro puts around every store: it swallows each error (T2).
        store = create_tracker_store(_with_secrets(path, config), Domain.empty(), None)
        if type(store) is InMemoryTrackerStore:  # the fallback, and not a class made from it
            raise Problem(
                f"Rasa Pro knows no tracker store {config.type!r} and would keep conversations in memory",
                "Correct the type, or put the class into the image",
            )
        if hasattr(store, "engine"):
            _sql_is_as_configured(store)
        asyncio.run(_round_trip(store))
    return f"a conversation written, read and deleted ({type(store).__name__})"


def _with_secrets(path: str, config: Any) -> Any:
    """The block with what Vault adds to it, where there is one."""
    try:
        load_secret_manager(path)
        return EndpointResolver.update_config(config)
    except Exception as error:
        raise Problem("its password cannot be had from Vault", "See the check secrets_manager") from error


def tracker_servers(config: Any) -> list[Server]:
    """Where this tracker store's server is, as far as the block says."""
    url, kind = str(config.url or ""), (config.type or "").lower()
    if kind == "sql" and url and "://" not in url:
        host, _, port = url.partition(":")
        mode = os.environ.get("SQL_TRACKER_STORE_SSL_MODE", "")
        authority = os.environ.get("SQL_TRACKER_STORE_SSL_ROOT_CERTIFICATE")
        tls = Tls(authority, check_name=mode == "verify-full", preamble=POSTGRES_TLS)
        return [
            Server(host, int(config.kwargs.get("port") or port or 5432), tls if "verify" in mode else None)
        ]
    if kind == "redis":
        return redis_servers(config)
    if kind == "mongod" and url.startswith("mongodb://"):
        query = parse_qs(urlsplit(url).query)
        encrypted = query.get("tls") == ["true"]
        tls = Tls(query.get("tlsCAFile", [None])[0]) if encrypted else None
        hosts = urlsplit(url).netloc.rpartition("@")[2].split(",")
        return [Server(host, int(port or 27017), tls) for host, _, port in (h.partition(":") for h in hosts)]
    return []


def redis_servers(config: Any) -> list[Server]:
    """Where this Redis is: one address, or those of its nodes."""
    keys = config.kwargs
    tls: Tls | None = None
    if keys.get("use_ssl"):
        shown = (keys.get("ssl_certfile"), keys.get("ssl_keyfile"))
        tls = Tls(keys.get("ssl_ca_certs"), client=shown if all(shown) else None)  # pyright: ignore[reportArgumentType]
    if keys.get("deployment_mode") == "sentinel":
        tls = None  # only the primary, which they name, is dialled with TLS (redis_connection_factory.py:341)
    if keys.get("endpoints"):
        split = (endpoint.rpartition(":") for endpoint in keys["endpoints"])
        return [Server(host, int(port), tls) for host, _, port in split]
    return [Server(keys.get("host") or config.url or "localhost", int(keys.get("port", 6379)), tls)]


def lock_store(config: Any) -> str:
    """Take and release locks."""
    if config.type in {None, "in_memory"}:
        raise Problem("locks would be in the memory of one pod", "Give lock_store a Redis")
    with explained(redis_servers(config), REDIS_SAYS):
        store = LockStore.create(config)
        if isinstance(store, InMemoryLockStore):
            raise Problem(f"Rasa Pro knows no lock store {config.type!r}", "Correct the type")
        asyncio.run(_locks(store))
    return f"{LOCKS} locks taken and released ({type(store).__name__})"


def timer_store(config: Any) -> str:
    """Set, read and cancel a timer."""
    if config.type in {None, "in_memory"}:
        raise Problem("timers would be lost with the pod", "Give timer_store a Redis")
    with explained(redis_servers(config), REDIS_SAYS):
        store = SessionTimerStore.create(config)
        asyncio.run(_timer(store))
    return f"a timer set, read and cancelled ({type(store).__name__})"


def _sql_is_as_configured(store: Any) -> None:
    """Make the tables, as Rasa Pro does, which only logs an error; then look at the TLS used."""
    store.Base.metadata.create_all(store.engine)
    wanted = os.environ.get("SQL_TRACKER_STORE_SSL_MODE")
    with store.engine.connect() as connection:
        used = getattr(connection.connection.dbapi_connection, "info", None)
    mode = used.dsn_parameters.get("sslmode") if used is not None else None
    if wanted and mode != wanted:
        raise Problem(
            f"Rasa Pro connects with sslmode {mode} instead of {wanted}",
            "Write dialect: postgresql, and neither login_db nor a DSN: other forms leave TLS out",
        )


async def _round_trip(store: Any) -> None:
    conversation = f"rasa-preflight-{uuid4().hex[:12]}"
    said = [ActionExecuted("action_session_start"), ActionExecuted("action_listen"), UserUttered("preflight")]
    await store.save(DialogueStateTracker.from_events(conversation, said, domain=Domain.empty()))
    try:
        read = await store.retrieve(conversation)
        if read is None or len(list(read.events)) != len(said):
            raise Problem("a conversation that was written cannot be read back", "Look at the server's log")
    finally:
        await store.delete(conversation)
    left = await store.retrieve(conversation)
    if left is not None and left.events:
        raise Problem("a conversation cannot be deleted", RIGHTS)


async def _locks(store: Any) -> None:
    for number in range(LOCKS):
        conversation = f"rasa-preflight-{uuid4().hex[:12]}-{number}"
        async with store.lock(conversation, lock_lifetime=LOCK_SECONDS):
            if store.get_lock(conversation) is None:
                raise Problem("a lock that was taken cannot be read back", "Look at the server's log")


async def _timer(store: Any) -> None:
    conversation = f"rasa-preflight-{uuid4().hex[:12]}"
    await store.store_timer(conversation, None, time.time() + TIMER_SECONDS)
    read = await store.get_timer(conversation)
    deleted = await store.delete_timer(conversation)
    if read is None or not deleted:
        raise Problem("a timer that was set cannot be read back and cancelled", "Look at the server's log")
