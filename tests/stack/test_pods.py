"""Every pod of a stack has what `rasa:pods` says, and what the stack says itself stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

import pytest

from components.contract.images import CHARTS, RASA
from components.kubernetes.image_sources import OPERATORS_PODS, POD_SPECS, RELEASE
from components.kubernetes.pod_settings import ACCOUNT, PATCH, POSTGRESQL, SERVICE
from policy.stack import at
from tests.recorder import Recorded, Recording
from tests.stacks import record_stack
from tests.variants import ANNOTATIONS, LABELS, NODES, PODS, TOLERATIONS, record_with

STACKS = ("local-dev", "aws-production", "azure-production", "gcp-production")
SERVICE_PATCH = "kubernetes:core/v1:ServicePatch"
AFFINITY = {
    "requiredDuringSchedulingIgnoredDuringExecution": {
        "nodeSelectorTerms": [
            {"matchExpressions": [{"key": "kubernetes.io/arch", "operator": "In", "values": ["amd64"]}]}
        ]
    }
}
NO_PLACE: Mapping[str, frozenset[str]] = {
    RASA.ref: frozenset({"priorityClassName"}),
    "oci://mcr.microsoft.com/application-lb/charts/alb-controller": frozenset(
        {"labels", "annotations", "priorityClassName"}
    ),
}
"""What a chart has no value for; Rasa's own pods get their class by a patch."""


def has(value: object, wanted: Mapping[str, str]) -> bool:
    return isinstance(value, dict) and wanted.items() <= cast("dict[str, str]", value).items()


@pytest.mark.parametrize("stack", STACKS)
def test_every_pod_has_them(stack: str) -> None:
    recording = record_with(stack, {"rasa:pods": PODS})
    checked = [one for one in recording.resources if _is_settled(one)]
    assert len(checked) >= 3
    before = {one.urn: one for one in record_stack(stack).resources}
    for one in recording.resources:
        if one.type.startswith("kubernetes:") and one.type != SERVICE_PATCH:
            assert _kept(before[one.urn].inputs, one.inputs), f"{one.urn}: lost what the stack says itself"
    services = [*recording.of(SERVICE), recording.one(SERVICE_PATCH)]  # the patch: Rasa's own
    assert all(has(at(one.inputs, "metadata.labels"), LABELS) for one in services)
    assert all(
        has(at(one.inputs, "metadata.labels"), {"example.com/account": "here"})
        for one in recording.of(ACCOUNT)
    )
    # What a Service, a budget or a policy selects is what it has always been.
    for one in recording.resources:
        for path in ("spec.selector", "spec.podSelector"):
            assert not has(at(one.inputs, path), LABELS)
        if "spec" in one.inputs and one.type not in POD_SPECS and one.type != SERVICE:
            assert at(one.inputs, "spec.selector") == at(before[one.urn].inputs, "spec.selector")
    _rasas_pods_have_a_class(recording)


def _is_settled(one: Recorded) -> bool:
    """Whether it makes pods; then they have everything."""
    if one.type in POD_SPECS:
        spec = POD_SPECS[one.type]
        template, pod = at(one.inputs, ".".join(spec[:-1])), at(one.inputs, ".".join(spec))
        assert has(at(template, "metadata.labels"), LABELS), one.urn
        assert has(at(template, "metadata.annotations"), ANNOTATIONS), one.urn
        assert has(pod.get("nodeSelector"), NODES), one.urn
        assert (pod["tolerations"], pod["priorityClassName"]) == (TOLERATIONS, "bots"), one.urn
        return True
    if one.type == POSTGRESQL:
        spec = one.inputs["spec"]
        assert spec["inheritedMetadata"] == {"labels": LABELS, "annotations": ANNOTATIONS}
        assert (spec["affinity"]["nodeSelector"], spec["affinity"]["tolerations"]) == (NODES, TOLERATIONS)
        assert spec["priorityClassName"] == "bots"
        return True
    if one.type in OPERATORS_PODS:
        pod = at(one.inputs, ".".join(OPERATORS_PODS[one.type]))
        assert pod["metadata"] == {"labels": LABELS, "annotations": ANNOTATIONS}
        assert pod["affinity"]["nodeAffinity"] == AFFINITY
        assert (pod["tolerations"], pod["priorityClassName"]) == (TOLERATIONS, "bots")
        return True
    if one.type == RELEASE:
        chart = CHARTS.get(one.inputs["chart"], RASA)
        wanted = {**PODS, "serviceAnnotations": PODS["services"]["annotations"]}
        for name in ("labels", "annotations", "nodeSelector", "tolerations", "priorityClassName"):
            assert (name in chart.pods) == (name not in NO_PLACE.get(chart.ref, ())), (chart.ref, name)
        for name, paths in chart.pods.items():
            for path in paths:
                found = at(one.inputs["values"], path)
                assert found == wanted[name] or has(found, wanted[name]), path
        return True
    return False


def _rasas_pods_have_a_class(recording: Recording[Any]) -> None:
    (patch,) = recording.of(PATCH)
    assert at(patch.inputs, "spec.template.spec.priorityClassName") == "bots"


def _kept(before: object, after: object) -> bool:
    """Whether everything that was there is there, in lists at the same places."""
    if isinstance(before, dict) and isinstance(after, dict):
        there = cast("dict[str, object]", after)
        return all(_kept(value, there.get(key)) for key, value in _items(cast("dict[str, object]", before)))
    if isinstance(before, list) and isinstance(after, list):
        pairs = zip(cast("list[object]", before), cast("list[object]", after), strict=False)
        return len(cast("list[object]", before)) <= len(cast("list[object]", after)) and all(
            _kept(old, new) for old, new in pairs
        )
    return before == after


def _items(block: dict[str, object]) -> Iterator[tuple[str, object]]:
    """Without the preflight's name, which is a hash over the pod that it is to be."""
    return ((key, value) for key, value in block.items() if key != "name")
