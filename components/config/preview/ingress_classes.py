"""Whether an existing cluster has the IngressClass that the settings name: asked in a preview.

Kubernetes takes an Ingress of any class, also of one that no controller serves. It is a warning: controllers
that look at the name alone have no object of that kind.
"""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from components.config.cluster import ExistingCluster
from components.config.messages import set_with
from components.config.preview.kubernetes_api import Metadata, is_marked, metadata_of_all
from components.config.settings import Settings

PATH = "/apis/networking.k8s.io/v1/ingressclasses"
DEFAULT = "ingressclass.kubernetes.io/is-default-class"


def warn_of_unknown_ingress_class(settings: Settings) -> None:
    """Say in a preview that the cluster has no such class, and which it has."""
    cluster = settings.cluster
    if (
        settings.ingress.host is None
        or settings.ingress.gateway is not None
        or not isinstance(cluster, ExistingCluster)
        or cluster.flavor == "openshift"
        or not pulumi.runtime.is_dry_run()
    ):
        return
    found = metadata_of_all(cluster.contents, PATH)
    problem = None if found is None else problem_with(settings.ingress.class_name, found)
    if problem is not None:
        pulumi.log.warn(problem)


def problem_with(wanted: str | None, found: Sequence[Metadata]) -> str | None:
    """What is wrong with a class, None meaning the cluster's default one."""
    names = [str(one["name"]) for one in found]
    known = ", ".join(names) or "none"
    key = "rasa:ingress.className"
    if wanted is None and not any(is_marked(one, DEFAULT) for one in found):
        return (
            f"{key} is missing, and the cluster has no default IngressClass (it has: {known}): nobody may "
            f"serve the ingress; {set_with(key, '<class>')}"
        )
    if wanted is not None and wanted not in names:
        return (
            f"{key} {wanted!r} is no IngressClass of the cluster (it has: {known}): unless its controller "
            f"looks at the name alone, nobody serves the ingress; {set_with(key, '<one of them>')}"
        )
    return None
