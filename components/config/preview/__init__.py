"""What only the existing cluster can tell: it is asked in a preview, and never changed."""

from __future__ import annotations

from components.config.preview.gateways import warn_of_unknown_gateway
from components.config.preview.ingress_classes import warn_of_unknown_ingress_class
from components.config.preview.kubernetes_version import judge_kubernetes_version
from components.config.preview.reachability import warn_if_cluster_is_silent
from components.config.preview.storage_classes import refuse_unknown_storage_classes
from components.config.settings import Settings


def check_existing_cluster(settings: Settings) -> None:
    """Warn of a silent API, an untried Kubernetes, an unknown IngressClass or Gateway.

    Refuse a Kubernetes that is too old, and an unknown StorageClass. A silent cluster is asked nothing more:
    each question would wait for its own time-out.
    """
    if warn_if_cluster_is_silent(settings):
        return
    judge_kubernetes_version(settings)
    refuse_unknown_storage_classes(settings)
    warn_of_unknown_ingress_class(settings)
    warn_of_unknown_gateway(settings)
