"""The policy functions in the form that a Pulumi policy pack takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from pulumi import Config
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
        for violation in rule(Stack(resources=resources, production=_production())):
            report(violation, None)

    return StackValidationPolicy(
        name=f"{cloud}-{rule.__name__.replace('_', '-')}",
        description=(rule.__doc__ or "").strip(),
        validate=validate,
    )


def _production() -> bool:
    """What the stack's config says, which the engine gives to a pack; without any, the strict rules hold."""
    return Config("rasa").get("profile") != "dev"
