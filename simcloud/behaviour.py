"""What a cloud does that no type tells: refusals that span resources, and what it changes by itself."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager

from simcloud import rules
from simcloud.account import Account, Record
from simcloud.catalog import Package, ResourceType
from simcloud.errors import CloudError
from simcloud.templates import Renderer
from simcloud.wire import Properties, assign, path_parts

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


def fill_in(account: Account, package: Package, kind: ResourceType, record: Record) -> None:
    """Write into other resources what the cloud writes there once this one exists."""
    renderer = Renderer("", record.outputs, {}, account.properties_of)
    for fill in kind.fills:
        for name in rules.values_at(record.inputs, fill.of):
            other = account.named(package.full(fill.type), fill.property, str(name), [record.scope])
            if other is not None:
                for properties in (other.inputs, other.outputs):
                    assign(properties, path_parts(fill.into), renderer.render(fill.value))
