"""Which component supplies each dependency: the only `match` on a dependency's source.

Any mix: a dependency comes from the stack's cloud, from inside its cluster, or exists already, whatever the
others do. The settings have refused what no supplier has before we get here (`config/support.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from components.config import sources as s
from components.config.first_model import first_model
from components.config.model_storage import ManagedModelStorage
from components.config.secrets_manager import ExistingVault, InClusterVault, NoSource
from components.config.settings import Settings
from components.config.tracker_store import InClusterTrackerStore, ManagedTrackerStore
from components.contract import connections as c
from components.contract.cluster import VaultSeal
from components.contract.terms import Profile
from components.contract.topics import Topics
from components.kubernetes.access import ClusterAccess
from components.rasa.spec.versions import Image
from components.stack.suppliers import Sizing, Suppliers
from components.vault import args as v
from components.vault.vault import Vault, vault_content


def model_storage(settings: Settings, suppliers: Suppliers) -> c.ModelStorage:
    """Where trained models lie."""
    block = settings.model_storage
    if not isinstance(block, ManagedModelStorage | s.InClusterStore):
        return block.connection(settings.region)
    first = first_model(settings.assistant, block, settings.namespace)
    until = block.access_until if isinstance(block, ManagedModelStorage) else None
    return suppliers.of(block).model_storage(_sizing(settings, block), first, until)


def lock_store(settings: Settings, suppliers: Suppliers) -> c.LockStore:
    """Redis for locks and timers."""
    block = settings.lock_store
    if not isinstance(block, s.Managed | s.InClusterStore):
        return block.connection()
    return suppliers.of(block).lock_store(_sizing(settings, block))


def tracker_store(settings: Settings, suppliers: Suppliers) -> c.TrackerStore:
    """The database of conversations."""
    block, vault = settings.tracker_store, settings.secrets_manager
    if not isinstance(block, ManagedTrackerStore | InClusterTrackerStore):
        return block.connection(settings.region)
    managed = isinstance(block, ManagedTrackerStore)
    kind, login = (block.kind, settings.login_of(block)) if managed else ("postgres", "password")
    rotation = vault.rotation if isinstance(vault, InClusterVault) else "0"
    return suppliers.of(block).tracker_store(_sizing(settings, block), kind, login, rotation)


def event_broker(settings: Settings, suppliers: Suppliers) -> c.EventBroker:
    """Kafka or RabbitMQ for conversation events."""
    block = settings.event_broker
    topics = Topics(**settings.topics.model_dump())
    if not isinstance(block, s.Managed | s.InClusterStore):
        return block.connection(topics, settings.region)
    analytics = settings.analytics.source != "none"
    return suppliers.of(block).event_broker(
        _sizing(settings, block), topics, analytics=analytics, renewal=settings.renewal
    )


def secrets_manager(
    settings: Settings,
    access: ClusterAccess,
    store: c.TrackerStore,
    seal: Callable[[Profile], VaultSeal] | None,
) -> c.Vault | None:
    """Where Rasa reads the tracker store's password, if not in a Kubernetes Secret."""
    match settings.secrets_manager:
        case NoSource():
            return None
        case ExistingVault() as block:
            return block.connection()
        case InClusterVault() as block:
            profile = block.profile or settings.profile
            args = v.VaultArgs(
                access=access,
                profile=profile,
                deletion_protection=settings.protected,
                seal=None if seal is None else seal(profile),
                image=Image(**settings.assistant.image.model_dump()).name,
                content=vault_content(store),
                rotation=block.rotation,
                renewal=settings.renewal,
            )
            return Vault("vault", args).connection
        case _:
            assert_never(settings.secrets_manager)


def _sizing(settings: Settings, block: s.Managed | s.InClusterStore) -> Sizing:
    return Sizing(
        profile=settings.profile_of(block),
        size=settings.size_of(block),
        deletion_protection=settings.protected,
    )
