"""Rules for `rasa:secretsManager`: what Vault keeps must be what Rasa reads there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from components.config.messages import rm_command, set_with
from components.config.model import VaultKey
from components.config.rules.runner import Rule
from components.config.secrets_manager import InClusterVault, NoSource
from components.config.settings import Settings
from components.config.tracker_store import (
    ExistingCustomTrackerStore,
    ExistingDynamoDb,
    ExistingMongoDb,
    ExistingPostgres,
    ManagedTrackerStore,
)

NEVER = InClusterVault.model_fields["rotation"].default


def _vault_keys(settings: Settings) -> Iterator[str]:
    store, vault = settings.tracker_store, settings.secrets_manager
    if not isinstance(store, ExistingPostgres | ExistingMongoDb) or not isinstance(store.password, VaultKey):
        return
    if isinstance(vault, NoSource):
        yield (
            "rasa:trackerStore.password.vaultKey names a key in Vault, and rasa:secretsManager is none; "
            + set_with("rasa:secretsManager.from", "existing")
        )
    elif isinstance(vault, InClusterVault):
        yield (
            "rasa:trackerStore.password.vaultKey names a key in a Vault that this stack would only make; "
            "give the password, and the stack puts it there; "
            + set_with("rasa:trackerStore.password", "<value>", is_secret=True)
        )


def _nothing_to_keep(settings: Settings) -> Iterator[str]:
    """A Vault of the stack keeps the tracker store's password, and would run for nothing without one."""
    store, vault = settings.tracker_store, settings.secrets_manager
    if not isinstance(vault, InClusterVault):
        return
    what = "rasa:secretsManager.from is in-cluster, and that Vault would keep nothing:"
    back = f"remove it with: {rm_command('rasa:secretsManager')}"
    match store:
        case ManagedTrackerStore(kind="dynamodb") | ExistingDynamoDb():
            yield f"{what} Rasa logs in to DynamoDB with its pod's identity; {back}"
        case ManagedTrackerStore() if settings.login_of(store) == "identity":
            how = set_with("rasa:trackerStore.login", "password")
            yield f"{what} Rasa logs in to the tracker store with its pod's identity; {how}, or {back}"
        case ExistingPostgres(password=None):
            how = set_with("rasa:trackerStore.password", "<value>", is_secret=True)
            yield f"{what} Rasa logs in to the tracker store with its pod's identity; {how}, or {back}"
        case ExistingCustomTrackerStore():
            yield f"{what} Rasa resolves no key of Vault for a class of your own; {back}"
        case _:
            return


def _rotation(settings: Settings) -> Iterator[str]:
    """A new password can be had only where the stack itself gives the role its password."""
    cloud, store, vault = settings.cloud, settings.tracker_store, settings.secrets_manager
    if not isinstance(vault, InClusterVault) or vault.rotation == NEVER:
        return
    back = f"leave it out: {rm_command('rasa:secretsManager.rotation')}"
    path = f"rasa:secretsManager.rotation is {vault.rotation!r}, and"
    if not isinstance(store, ManagedTrackerStore):
        how = set_with("rasa:trackerStore.password", "<value>", is_secret=True)
        yield f"{path} the tracker store's password is not the stack's: give another, {how}; {back}"
    elif settings.login_of(store) == "identity":
        yield f"{path} on {cloud} Rasa has no password for kind {store.kind}; {back}"
    elif store.kind == "mongodb":
        yield (
            f"{path} a MongoDB of {cloud} takes minutes to change its one password, in which Rasa would have "
            f"none; {back}"
        )


RULES: Sequence[Rule] = (_vault_keys, _nothing_to_keep, _rotation)
