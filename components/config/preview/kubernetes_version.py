"""Whether an existing cluster's Kubernetes is a version that Rasa's chart takes: asked in a preview.

Helm would not ask: the chart names its versions in its README alone, and no `kubeVersion`. What a managed
cluster gets is the stack's own choice (`KUBERNETES_VERSION`), which the same table holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

import pulumi

from components.config.cluster import ExistingCluster
from components.config.identity_messages import CURRENT, KUBECONFIG
from components.config.messages import set_with
from components.config.preview.kubernetes_api import answer_of
from components.config.settings import Settings
from components.contract.errors import ConfigurationError
from components.rasa.spec.compatibility import KUBERNETES, accepted, is_untried, refusal, tried

PATH = "/version"
"""Anybody may ask for it (Kubernetes documentation, "Using RBAC Authorization",
`system:public-info-viewer`), unless the cluster's administrator took that right away."""


def judge_kubernetes_version(settings: Settings) -> None:
    """Stop a preview on a cluster that is too old; warn of one that nobody tried."""
    cluster = settings.cluster
    if not isinstance(cluster, ExistingCluster) or not pulumi.runtime.is_dry_run():
        return
    found = answer_of(cluster.contents, PATH, open_to_all=True)
    version = _version(found)
    if version is None:
        return
    why = refusal(KUBERNETES, version)
    if why is not None:
        problem = (
            f"the cluster of {KUBECONFIG} runs Kubernetes {version}, with which this project cannot work: "
            f"{why}; accepted: {accepted(KUBERNETES)}; upgrade the cluster, or choose another one: "
            f"{set_with(KUBECONFIG, CURRENT, is_secret=True)}"
        )
        raise ConfigurationError(pulumi.get_stack(), [problem])
    if is_untried(KUBERNETES, version):
        pulumi.log.warn(
            f"The cluster of {KUBECONFIG} runs Kubernetes {version}, and this version of the "
            f'project was tried with {tried(KUBERNETES)} (docs/upgrading.md, "Versions that work together"): '
            "try it on a stack of its own first."
        )


def _version(answer: object) -> str | None:
    """`gitVersion`, such as v1.33.4-eks-99d6cc0; None where that is no answer of a Kubernetes API."""
    said = cast("Mapping[str, object]", answer).get("gitVersion") if isinstance(answer, Mapping) else None
    return said if isinstance(said, str) and re.fullmatch(r"v\d+\.\d+[\w.+-]*", said, re.ASCII) else None
