"""Whether an existing cluster has the Gateway that the settings name: asked in a preview.

Kubernetes takes a route to any Gateway, also to one that does not exist, and nobody serves it. It is a
warning: the Gateway may be made while the stack comes up.
"""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from components.config.cluster import ExistingCluster
from components.config.ingress import Gateway
from components.config.messages import set_with
from components.config.preview.kubernetes_api import Metadata, metadata_of_all
from components.config.settings import Settings


def warn_of_unknown_gateway(settings: Settings) -> None:
    """Say in a preview that the namespace has no such Gateway, and which it has."""
    cluster, gateway = settings.cluster, settings.ingress.gateway
    if gateway is None or not isinstance(cluster, ExistingCluster) or not pulumi.runtime.is_dry_run():
        return
    path = f"/apis/gateway.networking.k8s.io/v1/namespaces/{gateway.namespace}/gateways"
    found = metadata_of_all(cluster.contents, path)
    problem = None if found is None else problem_with(gateway, found)
    if problem is not None:
        pulumi.log.warn(problem)


def problem_with(gateway: Gateway, found: Sequence[Metadata]) -> str | None:
    """What is wrong with the Gateway that is named."""
    names = [str(one["name"]) for one in found]
    if gateway.name in names:
        return None
    key = "rasa:ingress.gateway.name"
    return (
        f"{key} {gateway.name!r} is no Gateway of the namespace {gateway.namespace!r} (it has: "
        f"{', '.join(names) or 'none'}): nobody serves the route; {set_with(key, '<one of them>')}"
    )
