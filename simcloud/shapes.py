"""What of a resource's inputs is found among its outputs, and what a preview leaves open."""

from __future__ import annotations

from typing import cast

from simcloud.catalog import ResourceType
from simcloud.wire import UNKNOWN, Properties, Value, as_map, merge, path_parts, without


def merge_properties(base: Properties, over: Properties) -> Properties:
    """Lay inputs over outputs."""
    return cast("Properties", merge(base, over))


def returned(kind: ResourceType, inputs: Properties) -> Properties:
    """What of the inputs is found among the outputs as it was given."""
    kept = visible(inputs)
    for path in kind.reshaped:
        kept = without(kept, path_parts(path))
    return kept


def visible(inputs: Properties) -> Properties:
    """The inputs without the engine's own marks."""
    return {name: value for name, value in inputs.items() if not name.startswith("__")}


def mask(template: Value) -> Value:
    """What a template makes, with each value left open."""
    fields = as_map(template)
    if fields and not any(name.startswith("$") for name in fields):
        return {name: mask(item) for name, item in fields.items()}
    return UNKNOWN
