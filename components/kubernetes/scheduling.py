"""Where replicas of a server run in production: never two on one node, and in as many zones as there are.

Nodes are a must, since the loss of one is what replicas are for: production wants three. Zones are a wish:
clusters without any (a company's own data centre) are clusters, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pulumi_kubernetes.core import v1
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs

NODE, ZONE = "kubernetes.io/hostname", "topology.kubernetes.io/zone"


def apart(labels: Mapping[str, str]) -> v1.AffinityArgs:
    """Not on a node with another pod of these labels."""
    selector = LabelSelectorArgs(match_labels=labels)
    term = v1.PodAffinityTermArgs(topology_key=NODE, label_selector=selector)
    return v1.AffinityArgs(
        pod_anti_affinity=v1.PodAntiAffinityArgs(required_during_scheduling_ignored_during_execution=[term])
    )


def spread(
    labels: Mapping[str, str], over: Sequence[str] = (ZONE,), *, by_revision: bool = False
) -> list[v1.TopologySpreadConstraintArgs]:
    """Evenly, as far as there is room; `by_revision`: the pods of an update among themselves."""
    return [
        v1.TopologySpreadConstraintArgs(
            max_skew=1,
            topology_key=topology,
            when_unsatisfiable="ScheduleAnyway",
            label_selector=LabelSelectorArgs(match_labels=labels),
            match_label_keys=["pod-template-hash"] if by_revision else None,
        )
        for topology in over
    ]
