"""The report of a run: what was done, how long the real clouds would take and which chain decides it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias

from simcloud.catalog import load, names
from simcloud.clock import Clock
from simcloud.wire import (
    SECRET_SIGNATURE,
    SIGNATURE_KEY,
    UNKNOWN_MARKS,
    Properties,
    Value,
    as_list,
    as_map,
    is_list,
    is_map,
)

if TYPE_CHECKING:
    from simcloud.workspace import Workspace

Edges: TypeAlias = Callable[[Properties], Iterable[str]]
Seconds: TypeAlias = Callable[[Properties], float]


@dataclass(slots=True)
class Change:
    """One resource's operation."""

    urn: str
    type: str
    op: str
    keys: list[str] = field(default_factory=list[str])
    """The properties that differ."""
    custom: bool = True
    """Whether a provider makes it; a component only holds others."""

    @property
    def name(self) -> str:
        """The name that the program gave it."""
        return self.urn.rsplit("::", 1)[-1]


class Events(Protocol):
    """What a run's listener collected."""

    order: list[Change]
    errors: list[str]
    summary: dict[str, int]
    outputs: Properties


def build_report(
    workspace: Workspace, command: str, events: Events, clock: Clock, *, success: bool
) -> Properties:
    """Put the report together."""
    times = {(one.urn, one.op): one for one in clock.operations}
    operations: list[Value] = []
    for change in events.order:
        entry: Properties = {"urn": change.urn, "type": change.type, "op": change.op}
        timed = times.get((change.urn, change.op.split("-")[0].replace("replacement", "")))
        if clock.scale and timed:
            entry.update(start=timed.start, end=timed.end)
        operations.append(entry)
    report: Properties = {
        "stack": workspace.stack,
        "command": command,
        "result": "succeeded" if success else "failed",
        "summary": dict(events.summary),
        "operations": operations,
    }
    if clock.scale and clock.operations:
        first, last = (min(one.start for one in clock.operations), max(one.end for one in clock.operations))
        report["measured"] = round(last - first, 1)
    resources = workspace.resources() if command != "preview" else []
    if resources:
        report["critical_path"] = longest_chain(resources, engine_edges)
        report["lower_bound"] = longest_chain(resources, data_edges)
    report["outputs"] = redact_outputs(events.outputs if command == "preview" else stack_outputs(resources))
    if not success:
        report["error"] = list(events.errors)
    return report


def _provider_urn(resource: Properties) -> list[str]:
    reference = str(resource.get("provider") or "")
    return [reference.rpartition("::")[0]] if "::" in reference else []


def engine_edges(resource: Properties) -> Iterable[str]:
    """All resources that the engine waited for before it began with this one."""
    yield from map(str, as_list(resource.get("dependencies")))
    yield from data_edges(resource)
    for key in ("parent", "deletedWith"):
        if resource.get(key):
            yield str(resource[key])


def data_edges(resource: Properties) -> Iterable[str]:
    """What a resource could not have begun without: values that flow into it or into its provider."""
    for urns in as_map(resource.get("propertyDependencies")).values():
        yield from map(str, as_list(urns))
    yield from _provider_urn(resource)


def create_seconds(resource: Properties) -> float:
    """How long the real cloud takes to create a resource."""
    token = str(resource.get("type", ""))
    package = token.split(":", 1)[0]
    if not resource.get("custom") or package not in names() or token.startswith("pulumi:"):
        return 0
    return load(package).duration(token, "create", as_map(resource.get("inputs")))


def longest_chain(
    resources: Iterable[Properties], edges: Edges, seconds_of: Seconds = create_seconds
) -> Properties:
    """Find the chain of operations that takes longest, each beginning when what it needs is there."""
    nodes = {str(one["urn"]): one for one in resources if not one.get("delete")}
    finish: dict[str, float] = {}
    before: dict[str, str] = {}
    for urn in _in_order(nodes, edges):
        latest, start = "", 0.0
        for needed in edges(nodes[urn]):
            if finish.get(needed, 0) > start or (needed in finish and not latest):
                latest, start = needed, finish[needed]
        before[urn] = latest
        finish[urn] = start + seconds_of(nodes[urn])
    last = max(finish, key=lambda urn: finish[urn], default="")
    seconds, chain = finish.get(last, 0), list[str]()
    while last:
        if seconds_of(nodes[last]):
            chain.insert(0, last)
        last = before[last]
    return {"seconds": round(seconds, 1), "chain": list(chain)}


def _in_order(nodes: Mapping[str, Properties], edges: Edges) -> list[str]:
    """Sort so that each comes after what it needs (the engine's state has no cycles)."""
    done: dict[str, None] = {}
    for first in nodes:
        stack = [(first, iter(list(edges(nodes[first]))))]
        while stack:
            urn, waiting = stack[-1]
            needed = next((one for one in waiting if one in nodes and one not in done), None)
            if needed is None or any(needed == open_one for open_one, _ in stack):
                if needed is None:
                    done[urn] = None
                    stack.pop()
            else:
                stack.append((needed, iter(list(edges(nodes[needed])))))
    return list(done)


def stack_outputs(resources: Iterable[Properties]) -> Properties:
    """Return the outputs of the stack."""
    for resource in resources:
        if resource.get("type") == "pulumi:pulumi:Stack":
            return as_map(resource.get("outputs"))
    return {}


def redact_outputs(value: Properties) -> Properties:
    """Replace secrets, and what a preview does not know, by words."""
    return {key: _redact(item) for key, item in value.items()}


def _redact(value: Value) -> Value:
    if is_map(value):
        fields = as_map(value)
        if fields.get(SIGNATURE_KEY) == SECRET_SIGNATURE:
            return "[secret]"
        return redact_outputs(fields)
    if is_list(value):
        return [_redact(item) for item in as_list(value)]
    return "[unknown]" if value in UNKNOWN_MARKS else value
