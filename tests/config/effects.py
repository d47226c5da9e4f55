"""Whether each key of a stack file does something: the same stack with one value changed is another graph.

A value is changed to other ones that the settings accept, until one has an effect (a number may be a bound
that only a smaller one reaches); where they accept none, the key has no other value there. Nothing is said
about whether the effect is the right one: the tests of each part do.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import chain
from typing import Any

from components.contract.errors import ConfigurationError
from tests.config.everything import EVERY_KEY, STACKS, Place, at, places, replaced, settings_of
from tests.stacks import record_config

OURS = frozenset({"pulumi:index:Stash"})
"""What the stack notes about itself: no effect of a key."""
ONLY_CHECKED: Mapping[str, str] = {
    "account": "the credentials' account is compared with it",
    "network.avoid": "the network's range is compared with it",
    "network.internet": "endpoints, a NAT and the mirror are asked for or not",
    "cluster.kubeconfig": "contexts that are not used change nothing",
    "cluster.operators": "an operator that no store needs is not installed anyway",
    "cluster.flavor": "of OpenShift other things follow only with an ingress or volumes",
}
"""Keys that are compared with something, or whose other value is the same for some stacks, and why."""
PRODUCTION = "in production"
WORDS = ("other", "dev", "production", "small", "medium", "large", "10.99.0.0/16", "other.example.com")


def others(value: object) -> Iterator[object]:
    """Values that may be another one for the key."""
    match value:
        case bool():
            yield not value
        case int():
            # A share of it may be rounded: one more would be the same.
            yield from (value * 2, value + 1, value - 1, value // 2, value // 5)
        case str():
            # Text around certificates is none of them: a second one is another bundle.
            yield from (f"{value}x", f"x{value}", value.replace("example", "sample"), *WORDS, value * 2)
        case _:
            return


def both_profiles(stacks: Iterable[str]) -> list[str]:
    """Each stack, and the same in production where that is accepted: a key may be for one profile alone."""
    return [name for stack in stacks for name in (stack, f"{stack} {PRODUCTION}") if _is_accepted(_raw(name))]


def changes(stack: str) -> Iterator[tuple[str, Iterator[Mapping[str, Any]]]]:
    """Place by place, the stack with each other value that is accepted; places that have one."""
    raw = _raw(stack)
    for place in places(raw):
        accepted = _accepted(raw, place)
        first = next(accepted, None)
        if first is not None:
            yield named(place), chain([first], accepted)


def named(place: Place) -> str:
    """A place as messages write it."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).lstrip(".")


def has_effect(stack: str, changed: Iterable[Mapping[str, Any]]) -> bool:
    """Whether anything that the stack makes, or tells, is another with one of these values, or a look-up
    refuses one."""
    return any(_answer(raw) != _graph_of(stack) for raw in changed)


def _answer(raw: Mapping[str, Any]) -> str:
    """The graph; or what is said of a network that exists and does not have what the value asks for."""
    try:
        return graph(raw)
    except ConfigurationError as refused:
        return str(refused)


def graph(raw: Mapping[str, Any]) -> str:
    """All that a stack makes, as text."""
    config = {
        f"rasa:{key}": value if isinstance(value, str) else json.dumps(value) for key, value in raw.items()
    }
    recording = record_config(config, secret=[f"rasa:{key}" for key in EVERY_KEY])
    made = sorted(
        f"{one.urn} {one.provider} {one.protect} {one.retained} {one.trigger} {sorted(one.depends_on)} "
        + json.dumps(one.inputs, sort_keys=True, default=str)
        for one in recording.resources
        if one.type not in OURS
    )
    return "\n".join([*made, json.dumps(recording.outputs, sort_keys=True, default=str)])


def is_only_checked(name: str) -> bool:
    """Whether a key has no effect of its own, with a reason."""
    return any(name == key or name.startswith((f"{key}[", f"{key}.")) for key in ONLY_CHECKED)


def _accepted(raw: Mapping[str, Any], place: Place) -> Iterator[Mapping[str, Any]]:
    value = at(raw, place)
    for other in others(value):
        changed = replaced(raw, place, other)
        if other != value and _is_accepted(changed):
            yield changed


@cache
def _graph_of(stack: str) -> str:
    return graph(_raw(stack))


def _raw(stack: str) -> Mapping[str, Any]:
    name = stack.removesuffix(f" {PRODUCTION}")
    return STACKS[name] if name == stack else {**STACKS[name], "profile": "production"}


def _is_accepted(raw: Mapping[str, Any]) -> bool:
    try:
        settings_of(raw, stack="dev")
    except ConfigurationError:
        return False
    return True
