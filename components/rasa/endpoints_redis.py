"""The blocks `lock_store` and `timer_store` of endpoints.yml: one Redis, two prefixes."""

from __future__ import annotations

from typing import assert_never

from components.contract.connections import Redis
from components.contract.errors import NotSupported
from components.contract.secrets import CloudIdentityLogin, PasswordLogin
from components.kubernetes.documents import Block, Document
from components.rasa.spec import variables
from components.rasa.spec.pod_files import authority_path
from components.rasa.spec.variables import reference

LOCK_PREFIX, TIMER_PREFIX = "rasalock", "rasatimer"
"""Letters and digits only: Rasa ignores any other prefix (`lock_store.py`), and both share database 0."""


def lock_store(redis: Redis) -> Block:
    """Write the block for locks."""
    # Not `redis`, which reads, changes and writes a lock in three steps (docs/rasa-pro.md, Locks).
    return {"type": "concurrent_redis", **_redis(redis, LOCK_PREFIX)}


def timer_store(redis: Redis) -> Block:
    """Write the block for session timers."""
    # In memory, by default, a pod's session timers die with it.
    return {"type": "redis", **_redis(redis, TIMER_PREFIX)}


def _redis(redis: Redis, prefix: str) -> dict[str, Document]:
    side_car = redis.side_car
    if side_car and redis.mode != "standard":
        raise NotSupported(
            f"A side-car in front of a Redis in {redis.mode} mode",
            on="Rasa Pro",
            because="the nodes name each other's addresses, and Rasa would dial those",
            instead="mode standard",
        )
    block: dict[str, Document] = {
        # concurrent_redis ignores `url` and goes to localhost (docs/rasa-pro.md, Redis addresses).
        "host": "127.0.0.1" if side_car else redis.host,
        "port": side_car.port if side_car else redis.port,
        # The defaults are 1 and 2, which a server with one database refuses (docs/rasa-pro.md, Redis
        # databases).
        "db": 0,
        "key_prefix": prefix,
        # A bool: concurrent_redis takes the text "false" for true (docs/rasa-pro.md, Redis addresses).
        "use_ssl": redis.tls and not side_car,
    }
    if block["use_ssl"] and redis.ca is not None:
        block["ssl_ca_certs"] = authority_path("lock-store")
    if redis.mode != "standard":
        block["deployment_mode"] = redis.mode
        if redis.endpoints:
            block["endpoints"] = list(redis.endpoints)
    if redis.mode == "sentinel" and redis.sentinel_service is not None:
        block["sentinel_service"] = redis.sentinel_service
    return {**block, **_redis_login(redis)}


def _redis_login(redis: Redis) -> dict[str, Document]:
    match redis.login:
        case None:
            return {}
        case PasswordLogin(username=username):
            # With a user name, if only "default": `redis` refuses a password alone (docs/rasa-pro.md, Redis
            # logins).
            return {"username": username, "password": reference(variables.LOCK_STORE_PASSWORD)}
        case CloudIdentityLogin(username=username):
            if redis.mode == "sentinel":
                raise NotSupported(
                    "Cloud identity for Redis Sentinel",
                    on="Rasa Pro",
                    because="it gives the token to the sentinels only (docs/rasa-pro.md, Redis Sentinel)",
                    instead="a user with a password",
                )
            return {"username": username}
        case _:
            assert_never(redis.login)
