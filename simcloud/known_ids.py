"""The id that a cloud gives a resource, where it follows from what was asked for.

A create of which nobody heard the end can then be looked for. The templates are those of `packages/`, without
the numbers that are the simulated account's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from random import Random

from simcloud.catalog import load, names
from simcloud.errors import SimcloudError
from simcloud.templates import Renderer
from simcloud.wire import Properties, Unknown, Value, lookup, merge

SETTING = re.compile(r"\{(\w+)(?:\?.*)?\}")
ACCOUNT = (
    re.compile(r"^arn:(?P<partition>aws[\w-]*):[\w-]+:[\w-]*:(?P<account>\d{12}):"),
    re.compile(r"^/subscriptions/(?P<subscription>[0-9a-f-]{36})/", re.IGNORECASE),
)


class _Ours(Renderer):
    """A cloud's own part of an id, which is random, ends the rendering."""

    def random(self, label: str) -> Random:
        raise KeyError(label)


def is_nowhere(token: str) -> bool:
    """Whether resources of a type exist in the stack's state alone (random, tls, the engine's own)."""
    package = token.split(":", 1)[0]
    return package not in names() or load(package).stateless


def account_of(ids: Iterable[str]) -> Properties:
    """What ids and ARNs of one account say of it: AWS's number and partition, Azure's subscription."""
    found: Properties = {}
    for identity in ids:
        for pattern in ACCOUNT:
            known = pattern.match(identity)
            if known:
                found.update(known.groupdict())
    return found


def known_id(token: str, inputs: Properties, provider: Properties) -> str:
    """The id of a resource with these inputs, of a provider with these settings; "" if nobody can say."""
    package = load(token.split(":", 1)[0])
    kind = package.type(token)
    if kind is None:
        return ""
    settings = dict(provider)
    for name, template in package.provider.settings.items():
        whole = SETTING.fullmatch(template)
        given = provider.get(whole[1]) if whole else None
        if given is not None:
            settings[name] = given
    renderer = _Ours("", dict(inputs), settings, lambda _: None)
    for name, template in {**package.common.outputs, **kind.outputs}.items():
        try:
            value: Value = renderer.output(template)
        except (KeyError, SimcloudError, ValueError, TypeError):
            continue
        renderer.values[name] = merge(value, inputs[name]) if name in inputs else value
    try:
        rendered = renderer.render(kind.id)
    except (KeyError, SimcloudError, ValueError, TypeError):
        return ""
    return "" if isinstance(rendered, Unknown) or rendered is None else str(rendered)


def name_of(token: str, inputs: Properties) -> str:
    """The name that the cloud's console shows, if the resource has one; else its tag Name."""
    kind = load(token.split(":", 1)[0]).type(token)
    paths = [[kind.name.property]] if kind and kind.name else []
    for path in [*paths, ["name"], ["tags", "Name"]]:
        found = lookup(inputs, path[0].split(".") if len(path) == 1 else path)
        if isinstance(found, str) and found:
            return found
    return ""
