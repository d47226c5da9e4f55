"""`make vendor-rules`: how many inputs of each cloud the vendor's data cover, and which types they do not."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from simcloud import catalog
from tests.behaviour.vendor.clouds import PREFIXES, compared
from tests.behaviour.vendor.schema import leaves
from tests.stacks import STACKS, record_stack


def table() -> Iterator[str]:
    """Per cloud: types and values of the examples that are covered, and the types that are not."""
    everything = {one.urn + stack: one for stack in STACKS for one in record_stack(stack).resources}.values()
    for cloud, prefix in PREFIXES.items():
        mine = [one for one in everything if one.type.startswith(prefix)]
        found = [(one.type, len(list(compared(one))), leaves(one.inputs)) for one in mine]
        types = {type_ for type_, _, _ in found}
        described = {type_ for type_, values, _ in found if values}
        own = {type_ for type_ in types if _has_own_rules(type_)}
        values, given = sum(one[1] for one in found), sum(one[2] for one in found)
        yield f"{cloud}: {len(described)} of {len(types)} types, {values} of {given} values, by vendor's data"
        yield f"  by rules of simcloud/packages: {len(own)} types"
        yield "  by neither (the SDK's types alone): " + ", ".join(sorted(types - described - own))


def _has_own_rules(type_: str) -> bool:
    kind = catalog.load(type_.split(":", 1)[0]).type(type_)
    return bool(kind and (kind.rules or kind.also or kind.grows or (kind.name and kind.name.pattern != ".*")))


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in table())
