"""`lock_store` and `timer_store`: one Redis, two prefixes."""

from __future__ import annotations

from typing import assert_never

from pulumi import Output, RunError

from components.contract.connections import Redis
from components.contract.errors import NotSupported
from components.contract.secrets import CloudIdentityLogin, PasswordLogin
from components.kubernetes.documents import Block, Document
from components.rasa.connections.addresses import host_and_port
from components.rasa.connections.rendered import Rendered, authority, aws_identity
from components.rasa.spec import variables
from components.rasa.spec.pod_files import authority_path
from components.rasa.spec.variables import Plain, Secret, Variable, reference

WHAT, SOURCE = "lock store", "the lock store"
LOCK_PREFIX, TIMER_PREFIX = "rasalock", "rasatimer"
"""Letters and digits only: Rasa ignores any other prefix (`lock_store.py`), and both share one database."""


def lock_store(redis: Redis) -> Rendered:
    """Locks, and the timers of sessions: in memory, by default, a pod's timers die with it."""
    login, found = _login(redis)
    block = {**_address(redis), **login}
    return Rendered(
        what=WHAT,
        connection=redis,
        addresses=_addresses(redis),
        discovers=redis.mode != "standard",
        blocks={
            # Not `redis`, which reads, changes and writes a lock in three steps (docs/rasa-pro.md, Locks).
            "lock_store": {"type": "concurrent_redis", **block, "key_prefix": f"{redis.prefix}{LOCK_PREFIX}"},
            "timer_store": {"type": "redis", **block, "key_prefix": f"{redis.prefix}{TIMER_PREFIX}"},
        },
        variables=found,
        # A side-car verifies the server by files of its own; Rasa talks to it on loopback.
        authorities=authority("lock-store", redis.ca) if redis.tls and redis.side_car is None else {},
        by_aws_identity=isinstance(redis.login, CloudIdentityLogin),
    )


def _addresses(redis: Redis) -> Output[str]:
    # Sentinels and cluster nodes name further addresses: on the same ports, or on Redis' own.
    nodes = ",".join(redis.endpoints)
    found = "" if redis.mode == "standard" else ":6379"
    return Output.concat(host_and_port(redis.host, redis.port), ",", nodes, ",", found)


def _address(redis: Redis) -> dict[str, Document]:
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
        "db": redis.database,
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
    return block


def _login(redis: Redis) -> tuple[Block, tuple[Variable, ...]]:
    match redis.login:
        case None:
            return {}, ()
        case PasswordLogin(username=username, password=password):
            # With a user name, if only "default": `redis` refuses a password alone (docs/rasa-pro.md, Redis
            # logins).
            name = variables.LOCK_STORE_PASSWORD
            return {"username": username, "password": reference(name)}, (Secret(name, password, SOURCE),)
        case CloudIdentityLogin(username=username, region=region, server=server):
            if redis.mode == "sentinel":
                raise NotSupported(
                    "Cloud identity for Redis Sentinel",
                    on="Rasa Pro",
                    because="it gives the token to the sentinels only (docs/rasa-pro.md, Redis Sentinel)",
                    instead="a user with a password",
                )
            if server is None:
                raise RunError(
                    "The lock store logs in with a cloud identity, whose token is bound to a name: the "
                    "connection needs `server` (ElastiCache: the replication group's id)."
                )
            return {"username": username}, (
                *aws_identity(region, SOURCE),
                Plain("ELASTICACHE_REDIS_AWS_IAM_ENABLED", "true", SOURCE),
                Plain("AWS_ELASTICACHE_CLUSTER_NAME", server, SOURCE),
            )
        case _:
            assert_never(redis.login)
