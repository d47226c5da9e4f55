"""Rules for a Vault of the stack's own that span keys of the stack's config: one message per problem."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from components.config_problems import set_with
from components.sources import ManagedTrackerStore
from components.vault.options import InClusterVault

NEVER = InClusterVault.model_fields["rotation"].default


def _rotation(cloud: str, tracker_store: object, secrets_manager: object) -> Iterator[str]:
    """A word that would change nothing is a mistake of whoever wrote it."""
    if not isinstance(secrets_manager, InClusterVault) or secrets_manager.rotation == NEVER:
        return
    back = "leave it out: pulumi config rm --path 'rasa:secretsManager.rotation'"
    path = f"rasa:secretsManager.rotation is {secrets_manager.rotation!r}, and"
    if not isinstance(tracker_store, ManagedTrackerStore):
        how = set_with("rasa:trackerStore.password", "<value>", is_secret=True)
        yield f"{path} the tracker store's password is not the stack's: give another, {how}; {back}"
    elif tracker_store.kind == "dynamodb" or (cloud == "aws" and tracker_store.kind == "postgres"):
        yield f"{path} on {cloud} Rasa has no password for kind {tracker_store.kind}; {back}"
    elif tracker_store.kind == "mongodb":
        yield (
            f"{path} a MongoDB of {cloud} takes minutes to change its one password, in which Rasa would have "
            f"none; {back}"
        )


CHECKS: Sequence[tuple[tuple[str, ...], Callable[..., Iterator[str]]]] = (
    (("cloud", "tracker_store", "secrets_manager"), _rotation),
)
"""Field names → check, as in `checks.py`."""
