"""YAML documents with values that only the engine knows: their type, their merging, their text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias, cast

import yaml
from pulumi import Output
from typing_extensions import override

Document: TypeAlias = (
    "bool | int | float | str | Output[str] | Sequence[Document] | Mapping[str, Document] | None"
)
"""What YAML can hold, with `Output[str]` as a further leaf."""
Block: TypeAlias = Mapping[str, Document]


def merged(ours: Block, extra: Block) -> dict[str, Document]:
    """Lay `extra` over `ours`, mapping by mapping; lists of mappings are joined.

    A block of another `type` replaces ours as a whole: what is left of the old type would be keys that Rasa
    ignores. A member of a list replaces ours of the same `id` or `name`, or of the same address.
    """
    result = dict(ours)
    for key, value in extra.items():
        mine = result.get(key)
        if isinstance(mine, Mapping) and isinstance(value, Mapping) and _same_type(mine, value):
            result[key] = merged(mine, value)
        elif (joined := _joined(mine, value)) is not None:
            result[key] = joined
        else:
            result[key] = value
    return result


def as_yaml(document: Block) -> Output[str]:
    """Write the document as the chart's `toYaml` does, so that a person reads what Rasa reads."""
    return Output.from_input(cast("Mapping[str, object]", document)).apply(_dump)


def is_plain_scalar(text: str) -> bool:
    """Whether YAML writes the text without quotes; Rasa expands no other (docs/rasa-pro.md, Variables)."""
    return _dump({"key": text}) == f"key: {text}\n"


def _joined(ours: Document, extra: Document) -> list[Document] | None:
    """Both lists in one, where one of the two is a list and all members are mappings."""
    mine, theirs = _mappings(ours), _mappings(extra)
    if not mine or theirs is None or (isinstance(ours, Mapping) and isinstance(extra, Mapping)):
        return None
    kept = [one for one in mine if not any(_same_member(one, other) for other in theirs)]
    return [*kept, *theirs]


def _mappings(value: Document) -> list[Block] | None:
    if isinstance(value, Mapping):
        return [value]
    if isinstance(value, str) or not isinstance(value, Sequence):
        return None
    found = [one for one in value if isinstance(one, Mapping)]
    return found if len(found) == len(value) else None


def _same_member(ours: Block, extra: Block) -> bool:
    named = [key for key in ("id", "name") if key in ours and key in extra]
    return all(ours.get(key) == extra.get(key) for key in named or ("type", "endpoint", "host", "url"))


def _same_type(ours: Block, extra: Block) -> bool:
    """`concurrent_redis` is Redis, too: Rasa reads the same keys, in whatever case the type is written."""
    return "type" not in extra or _family(extra["type"]) == _family(ours.get("type"))


def _family(type_: Document) -> Document:
    return type_.lower().removeprefix("concurrent_") if isinstance(type_, str) else type_


def _dump(resolved: object) -> str:
    return yaml.dump(resolved, Dumper=_GoDumper, default_flow_style=False, sort_keys=True, width=float("inf"))


class _GoDumper(yaml.SafeDumper):
    """Quotes as sigs.k8s.io/yaml does: double where a plain scalar would not be a string, else single.

    `${VAR}` stays plain: Rasa expands no other (docs/rasa-pro.md, Variables).
    """

    @override
    def choose_scalar_style(self) -> str:
        style = super().choose_scalar_style()
        event = self.event
        means_other = isinstance(event, yaml.ScalarEvent) and not event.implicit[0]
        return '"' if style == "'" and means_other else style

    @override
    def ignore_aliases(self, data: object) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_str(text) if "\n" not in text else _literal(dumper, text)


def _literal(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    node = dumper.represent_str(text)
    node.style = "|"
    return node


_GoDumper.add_representer(str, _represent_text)
