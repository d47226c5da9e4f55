"""Lock store and timer store: locks taken, a timer set and cancelled, with Rasa Pro's own classes."""

# The image has Rasa Pro, this project's environment has not.
# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from rasa.core.lock_store import InMemoryLockStore, LockStore
from rasa.core.timer_stores.timer_store import SessionTimerStore

from preflight.network import Server, Tls, explained
from preflight.report import PASSWORD, Problem

LOCKS = 6
"""Several locks: a server in cluster mode that is configured as a plain one refuses most keys, and not
all."""
LOCK_SECONDS = 10
TIMER_SECONDS = 3600
"""Seconds until the timer would fire, long after it is deleted."""


REDIS_ERROR_HINTS: Mapping[str, tuple[str, str]] = {
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
"""Part of Redis's message → what is wrong, and what to do."""


def redis_servers(config: Any) -> list[Server]:
    """The addresses of this Redis: one, or those of its nodes."""
    keys = config.kwargs
    tls: Tls | None = None
    if keys.get("use_ssl"):
        shown = (keys.get("ssl_certfile"), keys.get("ssl_keyfile"))
        tls = Tls(keys.get("ssl_ca_certs"), client=shown if all(shown) else None)  # pyright: ignore[reportArgumentType]
    if keys.get("deployment_mode") == "sentinel":
        tls = None  # Rasa dials Sentinels without TLS (docs/rasa-pro.md, Redis Sentinel)
    if keys.get("endpoints"):
        split = (endpoint.rpartition(":") for endpoint in keys["endpoints"])
        return [Server(host, int(port), tls) for host, _, port in split]
    return [Server(keys.get("host") or config.url or "localhost", int(keys.get("port", 6379)), tls)]


def lock_store(config: Any) -> str:
    """Take and release locks."""
    if config.type in {None, "in_memory"}:
        raise Problem("locks would be in the memory of one pod", "Give lock_store a Redis")
    with explained(redis_servers(config), REDIS_ERROR_HINTS):
        store = LockStore.create(config)
        if isinstance(store, InMemoryLockStore):
            raise Problem(f"Rasa Pro knows no lock store {config.type!r}", "Correct the type")
        asyncio.run(_locks(store))
    return f"{LOCKS} locks taken and released ({type(store).__name__})"


def timer_store(config: Any) -> str:
    """Set, read and cancel a timer."""
    if config.type in {None, "in_memory"}:
        raise Problem("timers would be lost with the pod", "Give timer_store a Redis")
    with explained(redis_servers(config), REDIS_ERROR_HINTS):
        store = SessionTimerStore.create(config)
        asyncio.run(_timer(store))
    return f"a timer set, read and cancelled ({type(store).__name__})"


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
