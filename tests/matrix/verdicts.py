"""What becomes of a change on a running stack: refused before anything, said, harmless, or a silent loss.

A plan without the engine: both configs are recorded, and each resource that both have is compared as the
simulated provider compares it, with what the SDKs say forces a replacement. What is made of a resource that
is replaced changes with it.
"""

from __future__ import annotations

import copy
import functools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, cast

from pulumi import RunError

from components.config.identity import facts, refusals, warnings
from components.config.load import parse
from components.config.settings import Settings
from components.contract.data_stores import GO_WITH_PROTECTION, OBJECTS, content
from simcloud.account import Account
from simcloud.catalog import load, names
from simcloud.connection import Cloud, Connection
from simcloud.resources import Resource
from simcloud.wire import Properties, assign, lookup, path_parts, without
from tests.matrix.changes import Change, as_config
from tests.recorder import STACK, Recorded, Recording
from tests.stacks import PLANTED, SIMULATED, record_config

Verdict = Literal["not accepted", "refused", "protected", "harmless", "said", "LOSS"]
"""`protected`: the engine refuses. `said`: an unprotected stack loses stores, and warnings say of each."""
PLACES = frozenset({"cloud", "region", "account", "namespace", "cluster", "network", "encryptionKey"})
"""Blocks that say where everything is, or what everything is encrypted with."""
BELOW = {"topics": "EventBroker", "secretsManager": "Vault"}
"""Block of the stack file → component, where it has another name."""
SECRET = frozenset(
    {"license", "llmKeys", "lockStore", "trackerStore", "modelStorage", "eventBroker", "cluster", "registry"}
    | {"assistant"}
)


def verdict(change: Change) -> tuple[Verdict, tuple[str, ...]]:
    """What a preview of the change says, and of which data stores."""
    early = refused_before_a_plan(change)
    if early is not None:
        return early, ()
    try:
        new = _record(change.stack, change.after)
    except RunError:
        return "not accepted", ()
    lost = list(losses(_base(change.stack, tuple(sorted(as_config(change.before).items()))), new))
    if not lost:
        return "harmless", ()
    urns = tuple(urn for urn, _ in lost)
    if all(protected for _, protected in lost):
        return "protected", urns
    said = warnings(facts(_settings(change.before)), facts(_settings(change.after)))
    blocks = {re.split(r"[:. ]", text)[1] for text in said}
    return ("said" if all(_is_said(urn, blocks) for urn in urns) else "LOSS"), urns


def _is_said(urn: str, blocks: set[str]) -> bool:
    """Whether a warning of one of these blocks speaks of this store."""
    of_it = (BELOW.get(block, f"{block[0].upper()}{block[1:]}") for block in blocks)
    return not PLACES.isdisjoint(blocks) or any(f":{component}$" in urn for component in of_it)


def refused_before_a_plan(change: Change) -> Verdict | None:
    """What the stack file's own rules say, and what the running stack keeps; None where both let it pass."""
    try:
        after = _settings(change.after)
    except RunError:
        return "not accepted"
    return "refused" if refusals(facts(_settings(change.before)), facts(after)) else None


def losses(before: Recording[Any], after: Recording[Any]) -> Iterator[tuple[str, bool]]:
    """Each data store that would be deleted or replaced, and whether the engine refuses that in a preview."""
    news = {one.urn: one for one in after.resources}
    replaced = _replaced(before, news)
    for old in before.resources:
        if not content(old.type, old.inputs) or (old.type in OBJECTS and old.retained):
            continue
        if old.type in GO_WITH_PROTECTION:
            continue  # what it locks is among the others
        new = news.get(old.urn)
        if new is None:
            yield old.urn, old.protect
        elif old.urn in replaced:
            yield old.urn, old.protect and new.protect


def _replaced(before: Recording[Any], news: Mapping[str, Recorded]) -> set[str]:
    replaced: set[str] = set()
    olds = [one for one in before.resources if one.urn in news and one.custom]
    while True:
        more = {
            one.urn for one in olds if one.urn not in replaced and _is_replaced(one, news[one.urn], replaced)
        }
        if not more:
            return replaced
        replaced |= more


def _is_replaced(old: Recorded, new: Recorded, replaced: set[str]) -> bool:
    if new.provider.rsplit("::", 1)[0] in replaced:
        return True
    package = (
        old.type.rsplit(":", 1)[-1] if old.type.startswith("pulumi:providers:") else old.type.split(":")[0]
    )
    if package not in names():
        return False
    olds, news = cast("Properties", dict(old.inputs)), cast("Properties", copy.deepcopy(dict(new.inputs)))
    connection = Connection(load(package))
    if old.type.startswith("pulumi:providers:"):
        return Connection(load(package), olds).moves(Connection(load(package), news))
    for path in map(path_parts, new.ignored):
        kept = lookup(olds, path)
        if kept is None:
            news = without(news, path)
        else:
            assign(news, path, kept)
    for key, urns in new.flows.items():
        if urns & replaced and key in news:
            news[key] = _renamed(news[key], [urn.rsplit("::", 1)[-1] for urn in urns & replaced])
    resource = Resource(Cloud(Account(Path("/nonexistent"))), connection, new.urn, new.type)
    changed, _ = resource.diff(olds, news)
    return any(forced for _, forced in changed.values())


def _renamed(value: Any, names_: list[str]) -> Any:
    """The value, with another name for each resource that is replaced (tests/recorder.py names them)."""
    if isinstance(value, dict):
        return {key: _renamed(member, names_) for key, member in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_renamed(member, names_) for member in cast("list[Any]", value)]
    for name in names_ if isinstance(value, str) else ():
        value = value.replace(f"{STACK}-{name}-0a1b2c", f"{STACK}-{name}-another")
    return value


@functools.cache
def _base(stack: str, config: tuple[tuple[str, str], ...]) -> Recording[Any]:
    return record_config(dict(config), secret=tuple(SIMULATED.get(stack, ())))


def _record(stack: str, values: Mapping[str, Any]) -> Recording[Any]:
    return record_config(as_config(values), secret=(*SIMULATED.get(stack, ()), *_new_secrets(values)))


def _new_secrets(values: Mapping[str, Any]) -> Iterator[str]:
    """Blocks that a change has filled with a planted secret."""
    for key, value in values.items():
        if isinstance(value, dict) and "planted-" in str(cast("object", value)):
            yield key


def _settings(values: Mapping[str, Any]) -> Settings:
    mine = {key.removeprefix("rasa:"): value for key, value in values.items() if key.startswith("rasa:")}
    secret = SECRET | {key.removeprefix("rasa:") for key in PLANTED}
    return parse(mine, secret_keys=secret, stack="test")
