"""What each run says of a stack that may be as it is, and that the next person should know, too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pulumi

from components.config.cluster import ExistingCluster
from components.config.first_model import unused_upload
from components.config.kubeconfig import is_administrator
from components.config.messages import rm_command, set_with
from components.config.rules.runner import Rule
from components.config.rules.versions import untried_versions
from components.config.settings import Settings

KUBECONFIG, POLICIES = "rasa:cluster.kubeconfig", "rasa:networkPolicies.enabled"


def administrator(settings: Settings) -> Iterator[str]:
    """A certificate for the group system:masters, in production; no other login tells what it may do."""
    cluster = settings.cluster
    if settings.profile != "production" or not isinstance(cluster, ExistingCluster):
        return
    if is_administrator(cluster.contents):
        yield (
            f"{KUBECONFIG} logs in with a certificate of the group system:masters, which no RBAC holds back, "
            "and which nobody can take back before it ends; previews decrypt it, too. Accepted: the token of "
            "a service account that may do what docs/quick-start-own-cluster.md lists under Rights; "
            + set_with(KUBECONFIG, "<its kubeconfig>", is_secret=True)
        )


def open_pods(settings: Settings) -> Iterator[str]:
    """Network policies that were turned off knowingly, in production."""
    if settings.profile == "production" and not settings.network_policies.enabled:
        yield (
            f"{POLICIES} is false: no network policy guards Rasa's pods, so every pod of the cluster may "
            "call Rasa and the stores beside it, and they may call anybody. Have policies made again with: "
            + rm_command(POLICIES)
        )


NOTICES: Sequence[Rule] = (administrator, unused_upload, open_pods, untried_versions)


def say(settings: Settings) -> None:
    """Say all of it, as warnings of the run."""
    for notice in NOTICES:
        for text in notice(settings):
            pulumi.log.warn(text)
