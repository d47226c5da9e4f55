"""What a cloud does that no type tells: refusals that span resources, and what it changes by itself."""

from __future__ import annotations

import copy
import time
from collections.abc import Generator
from contextlib import contextmanager

from simcloud import rules
from simcloud.account import Account
from simcloud.catalog import Package, ResourceType, load
from simcloud.conditions import holds
from simcloud.errors import CloudError
from simcloud.record import Record
from simcloud.templates import Renderer
from simcloud.wire import Properties, Value, assign, lookup, path_parts

SHORTEST_CHANGE = 0.02
"""Real seconds for which a change that excludes others takes at least, or two would never meet."""


def refusals(account: Account, kind: ResourceType, inputs: Properties, before: Record | None) -> list[str]:
    """What the cloud answers to these inputs, each of which is valid alone."""

    def look_up(identity: str) -> Properties | None:
        named = account.holder(identity)
        return named.inputs if named else None

    smaller = rules.shrunk(kind.grows, before.inputs, inputs) if before else []
    return [*rules.problems(kind.rules, inputs, look_up), *smaller]


@contextmanager
def alone(account: Account, kind: ResourceType, inputs: Properties) -> Generator[None]:
    """Change something that takes one change at a time; a second one meanwhile is refused."""
    key = what_takes_one_change(kind, inputs)
    if not key:
        yield
        return
    with account.lock:
        if key in account.changing:
            raise CloudError(f"OperationInProgress: another change of '{key}' is not finished yet")
        account.changing.add(key)
    try:
        time.sleep(SHORTEST_CHANGE)
        yield
    finally:
        account.changing.discard(key)


def what_takes_one_change(kind: ResourceType, inputs: Properties) -> str:
    """What is changed along with a resource, as the package file names it; empty for most."""
    return Renderer("", inputs, {}, lambda _: None).text(kind.one_at_a_time) if kind.one_at_a_time else ""


def refuse_unfinished(kind: ResourceType, before: Record | None) -> None:
    """Refuse a change of what an earlier one left unfinished."""
    if kind.unfinished and before and holds(kind.unfinished.when, before.outputs):
        raise CloudError(kind.unfinished.says)


def cut_off(kind: ResourceType, operation: str, record: Record) -> None:
    """Leave what a provider that is killed in the middle leaves, where it does the work itself (Helm)."""
    if kind.unfinished is not None:
        for path, value in kind.unfinished.left.get(operation, {}).items():
            assign(record.outputs, path_parts(path), value)


def fill_in(account: Account, package: Package, kind: ResourceType, record: Record) -> None:
    """Write into other resources what the cloud writes there once this one exists."""
    renderer = Renderer("", record.outputs, {}, account.properties_of)
    for fill in kind.fills:
        for name in rules.values_at(record.inputs, fill.of):
            other = account.named(package.full(fill.type), fill.property, str(name), [record.scope])
            if other is not None:
                for properties in (other.inputs, other.outputs):
                    assign(properties, path_parts(fill.into), renderer.render(fill.value))


def hold_back(kind: ResourceType, inputs: Properties, before: Record, record: Record) -> None:
    """Keep until the maintenance window what the service changes only then."""
    if kind.window is None or not holds(kind.window.when, inputs):
        return
    for path in kind.window.properties:
        parts = path_parts(path)
        wanted, former = lookup(record.inputs, parts), lookup(before.inputs, parts)
        if wanted != former and former is not None:
            record.pending[path] = wanted
            _set(record, path, former)


def as_reported(kind: ResourceType, olds: Properties, outputs: Properties) -> Properties:
    """The old inputs, with the values that the service reported of what waits for its window.

    That is what the Terraform bridge compares with (pulumi-terraform-bridge, pkg/tfbridge/provider.go, Diff:
    a plan from the state's outputs).
    """
    if kind.window is None or not outputs:
        return olds
    reported = copy.deepcopy(olds)
    for path in kind.window.properties:
        value = lookup(outputs, path_parts(path))
        if value is not None and lookup(reported, path_parts(path)) is not None:
            assign(reported, path_parts(path), value)
    return reported


def pass_time(account: Account) -> None:
    """Let a maintenance window pass, and the services do what they do by themselves."""
    for record in account.records.values():
        package = load(record.type.split(":", 1)[0])
        kind = package.type(record.type)
        for path, value in record.pending.items():
            _set(record, path, value)
        record.pending.clear()
        renderer = Renderer("", record.outputs, {}, account.properties_of)
        for path, template in kind.later.items() if kind else ():
            parts, then = path_parts(path), renderer.render(template)
            now = lookup(record.outputs, parts)
            if now is None or _is_less(then, now):
                continue
            assign(record.outputs, parts, then)
            if package.provider.infers_inputs or lookup(record.inputs, parts) is not None:
                assign(record.inputs, parts, then)


def keep_larger(kind: ResourceType, before: Record, record: Record) -> None:
    """Keep what the provider does not even send, since it takes the smaller number for no change."""
    for path, (former, _) in rules.smaller(kind.stays, before.inputs, record.inputs).items():
        _set(record, path, former)


def _is_less(one: Value, other: Value) -> bool:
    return isinstance(one, int | float) and isinstance(other, int | float) and one < other


def _set(record: Record, path: str, value: Value) -> None:
    for properties in (record.inputs, record.outputs):
        assign(properties, path_parts(path), value)
