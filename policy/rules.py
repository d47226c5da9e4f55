"""The policy functions in the form that a Pulumi policy pack takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml
from pulumi_policy import (
    Policy,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError

from policy import aws, azure, gcp, in_cluster, kubernetes
from policy.stack import UNKNOWN, Stack
from policy.stack import Policy as Rule

RULES: Sequence[tuple[str, Rule]] = [
    (name, rule)
    for name, module in (
        ("aws", aws),
        ("azure", azure),
        ("gcp", gcp),
        ("in-cluster", in_cluster),
        ("kubernetes", kubernetes),
    )
    for rule in module.POLICIES
]
"""The clouds' functions share some names, and a pack's policies may not."""
STACKS = Path(__file__).parents[1] / "stacks"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Resource:
    type: str
    name: str
    inputs: Mapping[str, Any]


def rules() -> list[Policy]:
    """One policy of the pack for each function, and one that collects what they judge."""
    inputs: dict[str, Mapping[str, Any]] = {}
    return [_collector(inputs), *(_policy(cloud, rule, inputs) for cloud, rule in RULES)]


def _collector(inputs: dict[str, Mapping[str, Any]]) -> Policy:
    """Keep each resource's inputs: the whole stack is shown by outputs only, which a preview hardly knows."""

    def validate(args: ResourceValidationArgs, _: ReportViolation) -> None:
        inputs[args.urn] = cast("Mapping[str, Any]", known(args.props))

    return ResourceValidationPolicy(
        name="inputs-are-collected", description="Finds nothing; the others build on it.", validate=validate
    )


def known(value: object) -> object:
    """A copy in which what only `up` will know is `UNKNOWN`; the engine's own mapping raises at it.

    Whole numbers are integers, as the program wrote them: the engine's protocol knows floats alone.
    """
    if isinstance(value, Mapping):
        fields = cast("Mapping[str, object]", value)
        return {key: _read(fields, key) for key in fields}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        items = cast("Sequence[object]", value)
        return [_read(items, index) for index in range(len(items))]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _read(container: Any, key: object) -> object:  # noqa: ANN401 - a mapping or a sequence
    try:
        return known(container[key])
    except UnknownValueError:
        return UNKNOWN


def _policy(cloud: str, rule: Rule, inputs: Mapping[str, Mapping[str, Any]]) -> Policy:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        resources = [
            _Resource(type=one.resource_type, name=one.name, inputs=inputs[one.urn])
            for one in args.resources
            if one.urn in inputs
        ]
        for violation in rule(Stack(resources=resources, production=_production(args))):
            report(violation, None)

    return StackValidationPolicy(
        name=f"{cloud}-{rule.__name__.replace('_', '-')}",
        description=(rule.__doc__ or "").strip(),
        validate=validate,
    )


def _production(args: StackValidationArgs) -> bool:
    """What the stack's file says; a stack without a file is judged strictly."""
    # urn:pulumi:<stack>::<project>::…
    stack = next((one.urn.split(":", 3)[2] for one in args.resources), "")
    path = STACKS / f"Pulumi.{stack}.yaml"
    if not path.is_file():
        return True
    config: Mapping[str, object] = yaml.safe_load(path.read_text()).get("config") or {}
    return config.get("rasa:profile") == "production"
