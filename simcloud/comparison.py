"""What a provider finds changed between old and new inputs, and what of it forces a replacement."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from simcloud import behaviour, rules, sdk
from simcloud.catalog import Package, ResourceType
from simcloud.differences import differences
from simcloud.shapes import visible
from simcloud.wire import Properties, plain

Changes: TypeAlias = dict[str, tuple[str, bool]]
"""Path → add, delete or update, and whether it forces a replacement."""


def changes(
    package: Package, kind: ResourceType, token: str, olds: Properties, news: Properties, outputs: Properties
) -> Changes:
    """Compare inputs; `outputs` are the old ones, which tell what waits for a maintenance window."""
    olds = behaviour.as_reported(kind, olds, outputs)
    forcing, smaller = _forcing(package, kind, token), rules.smaller(kind.stays, olds, news)
    found: Changes = {}
    for path, change in differences(plain(visible(olds)), plain(visible(news))):
        if path in smaller or (change == "delete" and path in kind.unseen):
            continue
        keys = re.sub(r"\[\d+\]", "", path) + "."
        found[path] = (change, any(keys.startswith(f"{one}.") or one.startswith(keys) for one in forcing))
    return found


def without_ignored(found: Mapping[str, tuple[str, bool]], ignored: Sequence[str]) -> Changes:
    """Leave out what the program ignores: the engine puts it back for an update only."""
    return {path: one for path, one in found.items() if not _is_ignored(path, ignored)}


def _is_ignored(path: str, ignored: Sequence[str]) -> bool:
    return any(path == one or path.startswith((f"{one}.", f"{one}[")) for one in ignored)


def _forcing(package: Package, kind: ResourceType, token: str) -> Sequence[str]:
    known = sdk.resource(token)
    documented = known.forces_new if known else frozenset[str]()
    forcing = [*kind.replace, *package.common.replace]
    forcing += [name for name in documented if name not in kind.update]
    if kind.name and kind.name.property not in kind.update:
        forcing.append(kind.name.property)
    return forcing
