"""When a rule of a package file holds: values that inputs must have."""

from __future__ import annotations

from typing import TypeAlias

from simcloud.wire import Properties, Value, is_list, lookup, path_parts, plain

Condition: TypeAlias = dict[str, Value]
"""Input paths and the values they must have (`missing` stands for: not given).

`path|last` is what stands behind the last `/`: a chart is the same in whichever registry it lies."""
LAST = "last"


def holds(condition: Condition, values: Properties) -> bool:
    """Whether the inputs meet a condition; an empty one always holds."""
    for path, wanted in condition.items():
        field, _, part = path.partition("|")
        given = plain(lookup(values, path_parts(field)))
        if part == LAST and isinstance(given, str):
            given = given.rpartition("/")[2]
        accepted = wanted if is_list(wanted) else [wanted]
        if given not in accepted and not (given is None and "missing" in accepted):
            return False
    return True
