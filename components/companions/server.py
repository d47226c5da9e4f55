"""A server from an image, run so that Rasa can rely on it: NLG server, action server, Duckling.

A change of it does not restart Rasa, since its address stays. It has no identity in the cluster or the cloud,
and no ingress.
"""

from __future__ import annotations

from collections.abc import Mapping

from pulumi import ComponentResource, Output, Resource, ResourceOptions
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.autoscaling import v2 as autoscaling
from pulumi_kubernetes.core import v1
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget, PodDisruptionBudgetSpecArgs

from components.companions.args import ServerArgs
from components.companions.pod import pod
from components.contract.connections import Pods
from components.contract.secrets import engine_values

BUSY = 70
"""Per cent of the requested CPU at which a pod is added."""


class Server(ComponentResource):
    """Deployment, Service, and, with several pods, a disruption budget and an autoscaler."""

    address: Output[str]
    """`http://<service>.<namespace>.svc:<port>`, or `grpc://…`."""
    pods: Pods
    ready: tuple[Resource, ...]

    def __init__(self, name: str, args: ServerArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:companions:Server", name, {}, opts)
        child = ResourceOptions(parent=self)
        labels = {"app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "rasa"}
        metadata = ObjectMetaArgs(namespace=args.namespace, labels=labels)
        self.pods = Pods(namespace=args.namespace_name, labels=labels, ports=(args.port,))
        known = engine_values(args.secrets)
        secret: v1.Secret | None = None
        if known:
            # Immutable: a change makes a Secret of another name, and so replaces the pods, which read their
            # environment once.
            secret = v1.Secret(name, metadata=metadata, immutable=True, string_data=known, opts=child)
        deployment = self._deployment(name, args, labels, secret)
        service = v1.Service(
            name,
            metadata=metadata,
            spec=v1.ServiceSpecArgs(
                selector=labels,
                ports=[v1.ServicePortArgs(name=args.protocol, port=args.port, target_port=args.protocol)],
            ),
            # The provider waits until a Service has ready pods, so the Service comes after the Deployment.
            opts=ResourceOptions(parent=self, depends_on=[deployment]),
        )
        if args.replicas > 1:
            _budget(name, metadata, labels, child)
        if args.most_replicas > args.replicas:
            _autoscaler(name, metadata, args, deployment, child)
        self.address = Output.concat(
            f"{args.protocol}://", service.metadata.name, ".", args.namespace, f".svc:{args.port}"
        )
        self.ready = (deployment, service)
        self.register_outputs({"address": self.address})

    def _deployment(
        self, name: str, args: ServerArgs, labels: Mapping[str, str], secret: v1.Secret | None
    ) -> apps.Deployment:
        scaled = args.most_replicas > args.replicas
        return apps.Deployment(
            name,
            metadata=ObjectMetaArgs(namespace=args.namespace, labels=labels),
            spec=apps.DeploymentSpecArgs(
                # With an autoscaler the Deployment names no number, or each `up` would undo the autoscaler's.
                replicas=None if scaled else args.replicas,
                selector=LabelSelectorArgs(match_labels=labels),
                strategy=apps.DeploymentStrategyArgs(
                    type="RollingUpdate",
                    rolling_update=apps.RollingUpdateDeploymentArgs(max_surge=1, max_unavailable=0),
                ),
                template=v1.PodTemplateSpecArgs(
                    metadata=ObjectMetaArgs(labels=labels),
                    spec=pod(args, labels, None if secret is None else secret.metadata.name),
                ),
            ),
            opts=ResourceOptions(parent=self),
        )


def _budget(
    name: str, metadata: ObjectMetaArgs, labels: Mapping[str, str], child: ResourceOptions
) -> PodDisruptionBudget:
    return PodDisruptionBudget(
        name,
        metadata=metadata,
        spec=PodDisruptionBudgetSpecArgs(
            max_unavailable=1,
            unhealthy_pod_eviction_policy="AlwaysAllow",
            selector=LabelSelectorArgs(match_labels=labels),
        ),
        opts=child,
    )


def _autoscaler(
    name: str,
    metadata: ObjectMetaArgs,
    args: ServerArgs,
    deployment: apps.Deployment,
    child: ResourceOptions,
) -> autoscaling.HorizontalPodAutoscaler:
    cpu = autoscaling.ResourceMetricSourceArgs(
        name="cpu", target=autoscaling.MetricTargetArgs(type="Utilization", average_utilization=BUSY)
    )
    return autoscaling.HorizontalPodAutoscaler(
        name,
        metadata=metadata,
        spec=autoscaling.HorizontalPodAutoscalerSpecArgs(
            scale_target_ref=autoscaling.CrossVersionObjectReferenceArgs(
                api_version="apps/v1", kind="Deployment", name=deployment.metadata.name
            ),
            min_replicas=args.replicas,
            max_replicas=args.most_replicas,
            metrics=[autoscaling.MetricSpecArgs(type="Resource", resource=cpu)],
        ),
        opts=child,
    )
