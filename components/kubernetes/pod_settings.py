"""Where pods run and what is written on them: one function for all that makes pods. Pure.

The stack applies it to each resource as it is registered (`stack/pods.py`). What a component or a chart says
itself stays: a label of the stack's is never replaced.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from components.contract.images import CHARTS, RASA
from components.kubernetes.fields import Path, path_of, read, written
from components.kubernetes.image_sources import OPERATORS_PODS, POD_SPECS, RELEASE

POSTGRESQL = "kubernetes:postgresql.cnpg.io/v1:Cluster"
PATCH = "kubernetes:apps/v1:DeploymentPatch"
"""Of Rasa's Deployment, whose chart has no value for a PriorityClass."""
SERVICE, ACCOUNT = "kubernetes:core/v1:Service", "kubernetes:core/v1:ServiceAccount"
NODE_SELECTOR, TOLERATIONS, PRIORITY = "nodeSelector", "tolerations", "priorityClassName"
LABELS, ANNOTATIONS = "labels", "annotations"
SERVICE_ANNOTATIONS = "serviceAnnotations"
Fields = Mapping[str, object]
"""The words above → what is to be there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PodSettings:
    """What every pod, Service and service account of the stack has; empty where nothing is said."""

    pods: Fields
    services: Fields = field(default_factory=dict[str, object])
    """Labels and annotations."""
    service_accounts: Fields = field(default_factory=dict[str, object])
    """The same."""

    def apply(self, type_: str, props: Mapping[str, Any]) -> Mapping[str, Any]:
        """The inputs of a resource with the settings in them; the same where there is no pod in it."""
        for path, value in self._wanted(type_, props):
            props = _merged(props, path, value)
        return props

    def _wanted(self, type_: str, props: Mapping[str, Any]) -> Iterator[tuple[Path, object]]:
        """Where in the inputs what belongs."""
        if type_ == RELEASE:
            yield from self._values(str(props["chart"]))
        elif type_ in POD_SPECS:
            spec = POD_SPECS[type_]
            yield from _below((*spec[:-1], "metadata"), self.pods, LABELS, ANNOTATIONS)
            yield from _below(spec, self.pods, NODE_SELECTOR, TOLERATIONS, PRIORITY)
        elif type_ == PATCH:
            yield from _below(("spec", "template", "spec"), self.pods, PRIORITY)
        elif type_ == POSTGRESQL:
            yield from _below(("spec", "inheritedMetadata"), self.pods, LABELS, ANNOTATIONS)
            yield from _below(("spec", "affinity"), self.pods, NODE_SELECTOR, TOLERATIONS)
            yield from _below(("spec",), self.pods, PRIORITY)
        elif type_ in OPERATORS_PODS:
            pod = OPERATORS_PODS[type_]
            yield from _below((*pod, "metadata"), self.pods, LABELS, ANNOTATIONS)
            yield from _below(pod, self.pods, TOLERATIONS, PRIORITY)
            if NODE_SELECTOR in self.pods:
                # Strimzi's template of a pod has no selector of nodes (documentation, `PodTemplate`).
                nodes = cast("Mapping[str, str]", self.pods[NODE_SELECTOR])
                yield (*pod, "affinity", "nodeAffinity"), _node_affinity(nodes)
        elif type_ in {SERVICE, ACCOUNT}:
            chosen = self.services if type_ == SERVICE else self.service_accounts
            yield from _below(("metadata",), chosen, LABELS, ANNOTATIONS)

    def _values(self, ref: str) -> Iterator[tuple[Path, object]]:
        fields = {**self.pods, SERVICE_ANNOTATIONS: self.services.get(ANNOTATIONS)}
        for name, paths in CHARTS.get(ref, RASA).pods.items():
            for path in paths if fields.get(name) else ():
                yield ("values", *path_of(path)), fields[name]


def _below(path: Path, fields: Fields, *names: str) -> Iterator[tuple[Path, object]]:
    for name in names:
        if name in fields:
            yield (*path, name), fields[name]


def _merged(block: object, path: Path, value: object) -> Any:  # noqa: ANN401 - inputs are any JSON
    """The block with a value beside what stands at a path already, which wins."""
    there: Any = block
    for key in path:
        there = None if there is None else read(there, key)
    if isinstance(there, Mapping):
        value = {**cast("Fields", value), **cast("Fields", there)}
    elif isinstance(there, Sequence) and not isinstance(there, str):
        value = [*cast("Sequence[object]", there), *cast("Sequence[object]", value)]
    return written(block, path, value)


def _node_affinity(labels: Mapping[str, str]) -> Mapping[str, object]:
    """A selector of nodes, as an affinity says it."""
    terms = [{"key": key, "operator": "In", "values": [value]} for key, value in labels.items()]
    return {
        "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": terms}]}
    }
