"""A cloud's data stores, each of them made alone, next to a cluster that nobody may wait for.

STORES = ("lock-store", "postgres")
make = maker("aws", placement)
make("postgres", "production").one("aws:rds/instance:Instance")
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cache, partial
from importlib import import_module
from typing import Any, Protocol

from components.contract.provider import (
    EventBrokerArgs,
    LockStoreArgs,
    ModelStorageArgs,
    TrackerStoreArgs,
    VaultUnsealArgs,
)
from components.contract.terms import TrackerStoreLogin
from components.contract.topics import Topics
from tests.recorder import Recording, record

KINDS: dict[str, tuple[str, Callable[..., Any]]] = {
    "model-storage": ("ModelStorage", ModelStorageArgs),
    "lock-store": ("LockStore", LockStoreArgs),
    "postgres": ("TrackerStore", partial(TrackerStoreArgs, kind="postgres")),
    "mongodb": ("TrackerStore", partial(TrackerStoreArgs, kind="mongodb")),
    "dynamodb": ("TrackerStore", partial(TrackerStoreArgs, kind="dynamodb", login="identity")),
    "event-broker": ("EventBroker", partial(EventBrokerArgs, topics=Topics())),
    "vault-unseal": (
        "VaultUnseal",
        partial(VaultUnsealArgs, namespace="vault", service_account="vault"),
    ),
}


class Make(Protocol):
    """Records one store, each way of it once; `changes` are the placement's."""

    def __call__(
        self, store: str, profile: str, *, size: str = "small", preview: bool = False, **changes: Hashable
    ) -> Recording[Any]: ...


def given(profile: str, size: str) -> dict[str, Any]:
    return {"profile": profile, "size": size, "deletion_protection": profile == "production"}


def maker(
    cloud: str, placement: Callable[..., Any], *, postgres_login: TrackerStoreLogin = "password"
) -> Make:
    """The same for each cloud, which has the same components: see tests/test_layers.py."""
    postgres = {"login": postgres_login}

    @cache
    def make(
        store: str, profile: str, *, size: str = "small", preview: bool = False, **changes: Hashable
    ) -> Recording[Any]:
        class_, args = KINDS[store]
        name = "tracker-store" if class_ == "TrackerStore" else store
        component = getattr(import_module(f"components.{cloud}.{name.replace('-', '_')}"), class_)
        further = postgres if store == "postgres" else {}
        return record(
            lambda: component(name, args(placement=placement(**changes), **given(profile, size), **further)),
            preview=preview,
        )

    return make
