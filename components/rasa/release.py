"""The Helm release of the official chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pulumi import Input, Resource, ResourceOptions
from pulumi_kubernetes.core import v1
from pulumi_kubernetes.helm.v3 import Release
from pulumi_kubernetes.meta.v1 import ObjectMetaPatchArgs

from components.contract.images import Chart
from components.kubernetes.chart import repository_of
from components.kubernetes.documents import Document
from components.rasa.args import AssistantArgs
from components.rasa.values import MODEL_LOAD_SECONDS, RELEASE

NODE_SECONDS = 300
"""A node for the new pod may have to be started first."""


def release(  # noqa: PLR0913 (a resource's inputs, each said by name)
    name: str,
    *,
    chart: Chart,
    values: Mapping[str, Document],
    namespace: Input[str],
    replicas: int,
    after: Sequence[Resource],
    parent: Resource,
) -> Release:
    """Install or upgrade, and wait until every pod has loaded its model.

    `atomic`: a failed upgrade goes back as a whole. Without it the new ConfigMap would stay (its name is
    fixed), and an old pod that moves to another node would start with the endpoints that just failed. The
    price: after a failed *first* install nothing is left to look at but the events (`kubectl get events`).
    """
    return Release(
        name,
        name=RELEASE,
        namespace=namespace,
        chart=chart.ref,
        version=None if chart.is_local else chart.version,
        repository_opts=repository_of(chart),
        values=values,
        atomic=True,
        cleanup_on_fail=True,
        max_history=10,
        # Pods are replaced one after the other (maxSurge 1), and each loads a model.
        timeout=NODE_SECONDS + (replicas + 1) * MODEL_LOAD_SECONDS,
        opts=ResourceOptions(
            parent=parent,
            # Grants, firewall rules and topics of the connections, the pod's identity, the database's role:
            # without them Rasa starts and loses conversations (docs/rasa-pro.md, Lost conversations), and no
            # input of ours shows them.
            depends_on=list(after),
        ),
    )


def label_service(name: str, args: AssistantArgs, *, of: Release, parent: Resource) -> None:
    """Write labels on Rasa's Service, for which the chart has no value (templates/rasa/service.yaml)."""
    if not args.service_labels:
        return
    v1.ServicePatch(
        name,
        # Plain, as the patch of the Deployment has it (availability.py).
        metadata=ObjectMetaPatchArgs(name=RELEASE, namespace=args.namespace, labels=args.service_labels),
        opts=ResourceOptions(
            parent=parent,
            # The release makes the Service, and no input of the patch is made of the release.
            depends_on=[of],
            deleted_with=of,
            replace_with=[of],
        ),
    )
