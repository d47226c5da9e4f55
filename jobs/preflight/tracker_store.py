"""Tracker store: a conversation written, read back and deleted with Rasa Pro's own classes."""

# The image has Rasa Pro, this project's environment has not.
# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from rasa.core.secrets_manager.factory import load_secret_manager
from rasa.core.secrets_manager.secret_manager import EndpointResolver
from rasa.core.tracker_stores.tracker_store import InMemoryTrackerStore, create_tracker_store
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from preflight.lock_store import REDIS_ERROR_HINTS, redis_servers
from preflight.network import POSTGRES_TLS, Server, Tls, explained
from preflight.report import PASSWORD, RIGHTS, Problem

SQL_ERROR_HINTS: Mapping[str, tuple[str, str]] = {
    "password authentication failed": ("user name or password are wrong", PASSWORD),
    "no password supplied": ("no password or token reached the server", PASSWORD),
    "PAM authentication failed": ("the server refuses the AWS token", "Grant rds_iam and rds-db:connect"),
    "valid client certificate": (
        "the server wants a client certificate that it knows",
        "Give it in rasa:trackerStore.clientCertificate, signed by the server's ssl_ca_file",
    ),
    "certificate authentication failed": (
        "the client certificate is another role's",
        "Have it issued with the role as common name, or map it in pg_ident.conf",
    ),
    "private key file": (
        "the client's key cannot be read, or is not the certificate's",
        "Give both anew in rasa:trackerStore.clientCertificate, the key without a passphrase",
    ),
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
"""Part of PostgreSQL's message → what is wrong, and what to do."""
OTHER_ERROR_HINTS: Mapping[str, tuple[str, str]] = {
    "Authentication failed": ("user name or password are wrong", PASSWORD),
    "not authorized": ("the user lacks a right", "Grant readWrite on the database"),
    "AccessDenied": ("the pod's identity lacks a right", "Grant it to Rasa's role"),
    "ResourceNotFoundException": ("the table does not exist", "Make it; the pod's identity may not"),
    "Unable to locate credentials": (
        "the pod has no AWS credentials",
        "Bind the service account to its role",
    ),
}
"""Part of MongoDB's or AWS's message → what is wrong, and what to do."""


def tracker_store(path: str, config: Any) -> str:
    """Write one conversation, read it back, delete it."""
    servers = tracker_servers(config)
    says = (
        {**SQL_ERROR_HINTS}
        if (config.type or "").lower() == "sql"
        else {**REDIS_ERROR_HINTS, **OTHER_ERROR_HINTS}
    )
    with explained(servers, says, patient=config.type == "mongod"):
        # Without Rasa Pro's wrapper, which only logs each error (docs/rasa-pro.md, Lost conversations).
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
    """The block, with the values from Vault where it refers to them."""
    try:
        load_secret_manager(path)
        return EndpointResolver.update_config(config)
    except Exception as error:
        raise Problem("its password cannot be had from Vault", "See the check secrets_manager") from error


def tracker_servers(config: Any) -> list[Server]:
    """The servers of this tracker store, as far as the block names them."""
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


def _sql_is_as_configured(store: Any) -> None:
    """Make the tables, an error of which Rasa Pro only logs; then check the TLS used against the block."""
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
