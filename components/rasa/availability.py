"""What the official chart has no value for, and production needs: nodes drained, pods stopped, zones lost.

Three things are missing from chart 2.4.0 (templates/rasa/deployment.yaml): a disruption budget, a spread over
zones, and a shutdown that loses nothing (`lifecycle`, `terminationGracePeriodSeconds`). The budget is an
object of its own. The other two are fields of the chart's Deployment, and we own exactly those, by a patch of
server-side apply with a field manager of its own:

* they survive every upgrade of the chart: Helm merges three ways (old manifest, new manifest, what is there)
  and leaves alone what neither manifest names; should a later chart set them itself, `pulumi refresh` shows
  it, and this file is the one to delete;
* `Release` has no transformations of what it renders, a post-renderer would be a program on every machine
  that runs `pulumi up`, and `helm.v4.Chart`, which has transformations, has neither `atomic` nor history.

The price: on the very first install the pods are made, and then replaced one by one by patched ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi_kubernetes as kubernetes
from pulumi import ComponentResource, CustomTimeouts, Input, ResourceOptions
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.core import v1
from pulumi_kubernetes.helm.v3 import Release
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, LabelSelectorPatchArgs, ObjectMetaArgs
from pulumi_kubernetes.meta.v1 import ObjectMetaPatchArgs as Named
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget, PodDisruptionBudgetSpecArgs

from components.contract.cluster import NAME_LABEL
from components.rasa.values import MODEL_LOAD_SECONDS, RELEASE

LABELS: Mapping[str, str] = {NAME_LABEL: RELEASE, "app.kubernetes.io/instance": RELEASE}
"""The chart's selector (`rasa.selectorLabels`); Rasa's pods and no others."""
CONTAINER = "rasa"
"""Rasa's container in the chart's Deployment; the key by which a patch finds it."""
PRE_STOP_SECONDS = 15
"""Load balancers and kube-proxies learn in this time that the pod is going; until then it still answers."""
SANIC_SECONDS, KAFKA_FLUSH_SECONDS, SPARE_SECONDS = 15, 30, 15
"""Sanic's own grace for open requests, the longest flush of events, a rest (docs/rasa-pro.md, Shutdown)."""
GRACE_SECONDS = PRE_STOP_SECONDS + SANIC_SECONDS + KAFKA_FLUSH_SECONDS + SPARE_SECONDS
"""Kubernetes' 30 s would cut the flush off, and with it the last events of every conversation."""
TAKE_OVER = {"pulumi.com/patchForce": "true"}
"""Kubernetes counts defaults as set by the client that made the object: the grace period of 30 s is Helm's,
and without this annotation our own value is refused as a conflict."""
ZONE, NODE = "topology.kubernetes.io/zone", "kubernetes.io/hostname"


@dataclass(frozen=True, kw_only=True, slots=True)
class AvailabilityArgs:
    """Which Deployment."""

    release: Release
    namespace: Input[str]
    replicas: int
    """Pods at least."""


class Availability(ComponentResource):
    """The disruption budget, and the patch of the chart's Deployment.

    It does not decide how many pods there are, nor when one is healthy: that is the chart's (`values.py`).
    """

    def __init__(self, name: str, args: AvailabilityArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:rasa:Availability", name, {}, opts)
        PodDisruptionBudget(
            f"{name}-budget",
            metadata=ObjectMetaArgs(namespace=args.namespace),
            spec=PodDisruptionBudgetSpecArgs(
                # One at a time. Not "minAvailable": with a single pod, or a crashed one, it would keep a node
                # from ever being drained; a pod that is not ready may always go.
                max_unavailable=1,
                unhealthy_pod_eviction_policy="AlwaysAllow",
                selector=LabelSelectorArgs(match_labels=LABELS),
            ),
            opts=ResourceOptions(parent=self),
        )
        seconds = (args.replicas + 1) * (MODEL_LOAD_SECONDS + GRACE_SECONDS)
        kubernetes.apps.v1.DeploymentPatch(
            f"{name}-patch",
            # Plain, not an output of the release: the provider refuses a patch whose name a preview does not
            # know (pulumi-kubernetes: provider/pkg/provider/provider.go, Check).
            metadata=Named(name=RELEASE, namespace=args.namespace, annotations=TAKE_OVER),
            spec=apps.DeploymentSpecPatchArgs(template=v1.PodTemplateSpecPatchArgs(spec=_pod())),
            opts=ResourceOptions(
                parent=self,
                # The release makes the Deployment, and no input of the patch is made of the release.
                depends_on=[args.release],
                # It goes with the Deployment: to take the fields back first would roll every pod once more.
                deleted_with=args.release,
                # A release that is made anew makes a Deployment without them.
                replace_with=[args.release],
                # Pods are replaced one by one, and each loads a model.
                custom_timeouts=CustomTimeouts(create=f"{seconds}s", update=f"{seconds}s"),
            ),
        )
        self.register_outputs({})


def _pod() -> v1.PodSpecPatchArgs:
    # `sleep` is Kubernetes' own, from 1.30 on, as the chart is: the image needs no shell for it.
    pause = v1.LifecycleHandlerPatchArgs(sleep=v1.SleepActionPatchArgs(seconds=PRE_STOP_SECONDS))
    return v1.PodSpecPatchArgs(
        termination_grace_period_seconds=GRACE_SECONDS,
        topology_spread_constraints=[_spread(ZONE), _spread(NODE)],
        containers=[
            v1.ContainerPatchArgs(name=CONTAINER, lifecycle=v1.LifecyclePatchArgs(pre_stop=pause)),
        ],
    )


def _spread(topology: str) -> v1.TopologySpreadConstraintPatchArgs:
    return v1.TopologySpreadConstraintPatchArgs(
        max_skew=1,
        topology_key=topology,
        # Wished, not demanded: a zone that is out must not keep a pod from starting in another.
        when_unsatisfiable="ScheduleAnyway",
        label_selector=LabelSelectorPatchArgs(match_labels=LABELS),
        # The pods of an update are spread among themselves, and not around those that are going.
        match_label_keys=["pod-template-hash"],
    )
