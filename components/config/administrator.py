"""Whether production's kubeconfig could do anything in the cluster: said, since previews decrypt it, too."""

from __future__ import annotations

import pulumi

from components.config.cluster import ExistingCluster
from components.config.kubeconfig import is_administrator
from components.config.messages import set_with
from components.config.settings import Settings

KEY = "rasa:cluster.kubeconfig"


def warn_of_an_administrator(settings: Settings) -> None:
    """Say it of a certificate for the group system:masters; no other login tells what it may do."""
    cluster = settings.cluster
    if settings.profile != "production" or not isinstance(cluster, ExistingCluster):
        return
    if is_administrator(cluster.contents):
        pulumi.log.warn(
            f"{KEY} logs in with a certificate of the group system:masters, which no RBAC holds back, and "
            "which nobody can take back before it ends; previews decrypt it, too. Accepted: the token of a "
            "service account that may do what docs/quick-start-own-cluster.md lists under Rights; "
            + set_with(KEY, "<its kubeconfig>", is_secret=True)
        )
