"""Rules for what runs in the cluster, the data stores and Vault: one message per problem."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from components.config.messages import set_with
from components.config.secrets_manager import InClusterVault
from components.config.sources import InClusterStore
from components.config.tracker_store import ManagedTrackerStore


def _models_for_several_nodes(profile: str, models: object) -> Iterator[str]:
    """A cluster's default class makes volumes for one node, nearly everywhere."""
    if not isinstance(models, InClusterStore) or (models.profile or profile) != "production":
        return
    if models.storage_class is None:
        how = set_with("rasa:modelStorage.storageClass", "<class>")
        yield (
            "rasa:modelStorage.storageClass is missing: in profile production Rasa's pods run on several "
            "nodes and read one volume, so it needs a StorageClass whose volumes many nodes can have at once "
            "(ReadWriteMany: CephFS, NFS, efs-sc on EKS, azurefile-csi on AKS, standard-rwx on GKE); "
            f"{how}, or take a bucket (from managed or existing)"
        )


Check = tuple[tuple[str, ...], Callable[..., Iterator[str]]]
CHECKS: Sequence[Check] = ((("profile", "model_storage"), _models_for_several_nodes),)
"""Fields that must be valid by themselves, and the check over them."""


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


VAULT_CHECKS: Sequence[tuple[tuple[str, ...], Callable[..., Iterator[str]]]] = (
    (("cloud", "tracker_store", "secrets_manager"), _rotation),
)
"""Field names → check, as in `stack.py`."""
