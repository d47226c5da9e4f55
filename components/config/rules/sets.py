"""Rules for lists that mean sets: a second entry would be a second resource of the same name, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from pydantic import BaseModel

from components.config.messages import rm_command, set_with
from components.config.rules.runner import Rule
from components.config.settings import NAMESPACE, Settings

ADDRESSES = frozenset({"bootstrap", "nodes", "hosts"})
"""Lists that may be written as one text with commas, of which no command removes a part."""
JUDGED_ELSEWHERE = frozenset({"ingress.callers", "networkPolicies.egress", "modelGroups", "mcpServers"})
"""`network_policies.py` and `assistant.py` say more of them."""


def _twice(name: str, key: str) -> Rule:
    def rule(settings: Settings) -> Iterator[str]:
        yield from _in(getattr(settings, name), key)

    return rule


def _in(value: object, at: str) -> Iterator[str]:
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from _in(getattr(value, name), f"{at}.{field.alias}")
    elif isinstance(value, tuple):
        entries = cast("tuple[object, ...]", value)
        for index, entry in enumerate(entries):
            yield from _in(entry, f"{at}[{index}]")
            # Two equal deployments in a group of models share its load: a list of mappings is no set.
            is_set = at not in JUDGED_ELSEWHERE and not isinstance(entry, dict)
            if is_set and entry in entries[:index]:
                yield _said(entries, index, at)


def _said(entries: Sequence[object], index: int, at: str) -> str:
    given = f" {entries[index]!r}" if isinstance(entries[index], str) else ""
    path = f"{NAMESPACE}:{at}[{index}]"
    if at.rpartition(".")[2] in ADDRESSES:
        once = ",".join(dict.fromkeys(map(str, entries)))
        return f"{path}{given} is in the list already; {set_with(f'{NAMESPACE}:{at}', once)}"
    return f"{path}{given} is in the list already; remove it with: {rm_command(path)}"


RULES: Sequence[Rule] = tuple(_twice(name, str(field.alias)) for name, field in Settings.model_fields.items())
