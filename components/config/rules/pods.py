"""Rules for `rasa:pods`: what Kubernetes refuses, and labels by which something knows the pods already."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from components.config.messages import rm_command, set_with
from components.config.rules.metadata import KEY, VALUE, secret_in
from components.config.rules.runner import Rule
from components.config.settings import Settings

KNOWN_BY = re.compile(
    r"app\.kubernetes\.io/.*|(.*\.)?(strimzi|cnpg)\.io/.*|azure\.workload\.identity/.*|(.*\.)?k8s\.io/.*"
    r"|(batch|statefulset|apps)\.kubernetes\.io/.*|helm\.sh/.*|rasa-pulumi/.*"
    r"|app|component|release|name|role|job-name|controller-uid|pod-template-hash|controller-revision-hash|vault-.*"
)
"""By these selectors, network policies, operators and identities know pods."""


def _labels(settings: Settings) -> Iterator[str]:
    pods = settings.pods
    given: Mapping[str, Mapping[str, str]] = {
        "rasa:pods.labels": pods.labels,
        "rasa:pods.services.labels": pods.services.labels,
        "rasa:pods.serviceAccounts.labels": pods.service_accounts.labels,
        "rasa:pods.nodeSelector": pods.node_selector,
    }
    for path, labels in given.items():
        for key, value in labels.items():
            own = f'{path}["{key}"]'
            if not KEY.fullmatch(key):
                yield f"{own} is no label; accepted: such as team or example.com/team; {_without(own)}"
            elif not VALUE.fullmatch(value):
                yield (
                    f"{own} is no value of a label; accepted: letters, digits, '.', '_' and '-', "
                    f"63 at most; {set_with(own, '<value>')}"
                )
            elif path != "rasa:pods.nodeSelector" and KNOWN_BY.fullmatch(key):
                yield (
                    f"{own} is a label by which selectors, network policies or operators know the pods "
                    f"already; accepted: one of a domain of yours, such as example.com/team; {_without(own)}"
                )
            else:
                yield from secret_in(own, value)


def _annotations(settings: Settings) -> Iterator[str]:
    pods = settings.pods
    for path, block in (
        ("rasa:pods", pods),
        ("rasa:pods.services", pods.services),
        ("rasa:pods.serviceAccounts", pods.service_accounts),
    ):
        for key, value in block.annotations.items():
            own = f'{path}.annotations["{key}"]'
            if not KEY.fullmatch(key):
                yield f"{own} is no annotation; accepted: such as example.com/team; {_without(own)}"
            elif key.startswith("pulumi.com/"):
                yield f"{own} tells Pulumi how to treat an object; {_without(own)}"
            else:
                yield from secret_in(own, value)


def _tolerations(settings: Settings) -> Iterator[str]:
    for number, one in enumerate(settings.pods.tolerations):
        path = f"rasa:pods.tolerations[{number}]"
        for key, value, form, such in (
            ("key", one.key, KEY, "such as team or example.com/team"),
            ("value", one.value, VALUE, "letters, digits, '.', '_' and '-', 63 at most"),
        ):
            if value is not None and not form.fullmatch(value):
                said = f"{path}.{key} is none that a taint has; accepted: {such}"
                yield f"{said}; {set_with(f'{path}.{key}', '<value>')}"
        if one.operator == "Exists" and one.value is not None:
            yield f"{path}.value is compared by operator Equal alone; {_without(f'{path}.value')}"
        if one.key is None and one.operator == "Equal":
            yield f"{path}.key is missing beside operator Equal; {set_with(f'{path}.key', '<value>')}"
        if one.toleration_seconds is not None and one.effect != "NoExecute":
            yield (
                f"{path}.tolerationSeconds is for effect NoExecute alone; "
                f"{_without(f'{path}.tolerationSeconds')}"
            )


def _without(path: str) -> str:
    return f"remove it with: {rm_command(path)}"


RULES: Sequence[Rule] = (_labels, _annotations, _tolerations)
