"""Rules for what runs in the cluster that span keys of the stack's config: one message per problem."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from components.config_problems import set_with
from components.sources import InClusterStore


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
