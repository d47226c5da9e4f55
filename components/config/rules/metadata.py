"""Rules for labels and annotations: what Kubernetes takes, and what nobody may read there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from components.config.cluster import ExistingCluster
from components.config.messages import child, rm_command
from components.config.rules.runner import Rule
from components.config.settings import Settings
from components.contract import secret_shapes

KEY = re.compile(
    r"^(?=.{1,317}$)([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$"
)
VALUE = re.compile(r"^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$")
"""Kubernetes documentation, "Labels and Selectors", "Syntax and character set"; of annotations the keys."""
SELECTED_BY = "app.kubernetes.io/"
"""The chart and the network policies choose Rasa's pods by these labels."""


def _labels(settings: Settings) -> Iterator[tuple[str, Mapping[str, str]]]:
    for index, caller in enumerate(settings.ingress.callers):
        yield f"rasa:ingress.callers[{index}].labels", caller.labels
    for index, one in enumerate(settings.network_policies.egress):
        yield f"rasa:networkPolicies.egress[{index}].labels", one.labels
    if isinstance(settings.cluster, ExistingCluster):
        yield "rasa:cluster.serviceAccount.podLabels", settings.cluster.service_account.pod_labels


def _annotations(settings: Settings) -> Iterator[tuple[str, Mapping[str, str]]]:
    yield "rasa:ingress.annotations", settings.ingress.annotations
    if isinstance(settings.cluster, ExistingCluster):
        yield "rasa:cluster.serviceAccount.annotations", settings.cluster.service_account.annotations


def _written(settings: Settings) -> Iterator[str]:
    labels = list(_labels(settings))
    for block, pairs in (*labels, *_annotations(settings)):
        for key, value in pairs.items():
            path = f'{block}["{key}"]'
            if not KEY.fullmatch(key):
                yield (
                    f"{block} has the key {key!r}, which Kubernetes refuses; accepted: up to 63 letters, "
                    "digits, '-', '_' and '.', with a domain and a slash before it if need be; remove it "
                    f"with: {rm_command(path)}"
                )
            elif (block, pairs) in labels and not VALUE.fullmatch(value):
                yield (
                    f"{path} is no value of a label; accepted: up to 63 letters, digits, '-', '_' and '.'; "
                    f"remove it with: {rm_command(path)}"
                )
            else:
                yield from secret_in(path, value)


def _tags(settings: Settings) -> Iterator[str]:
    for key, value in settings.tags.items():
        yield from secret_in(child("rasa:tags", key), value)


def secret_in(path: str, value: str) -> Iterator[str]:
    """What is wrong with a value that has the shape of a secret: objects are no place for one."""
    what = secret_shapes.kind_of(value)
    if what is not None:
        yield (
            f"{path} holds {what}, which everybody reads who sees the object: have it reissued, and "
            f"name a Secret that holds it, as the controller's documentation says; remove it with: "
            f"{rm_command(path)}"
        )


def _selected(settings: Settings) -> Iterator[str]:
    cluster = settings.cluster
    if not isinstance(cluster, ExistingCluster):
        return
    for key in cluster.service_account.pod_labels:
        if key.startswith(SELECTED_BY):
            path = f'rasa:cluster.serviceAccount.podLabels["{key}"]'
            yield (
                f"{path} is one of the labels by which Rasa's pods are chosen, and has a value already; "
                f"remove it with: {rm_command(path)}"
            )


RULES: Sequence[Rule] = (_written, _tags, _selected)
