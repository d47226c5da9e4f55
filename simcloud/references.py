"""Finds what a resource refers to and checks that it is there.

Three kinds: ids and ARNs (also inside policy documents), names under a property that the package file lists,
and names inside nested Kubernetes objects. Values that a preview does not know yet are left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import cast

from simcloud.account import Account
from simcloud.catalog import Keeper, ObjectReference, Package, Reference, ResourceType, load, names
from simcloud.conditions import holds
from simcloud.record import Record
from simcloud.wire import (
    HASH_KEY,
    Path,
    Properties,
    Secret,
    Unknown,
    Value,
    as_list,
    as_map,
    is_list,
    is_map,
    lookup,
    path_parts,
    path_text,
    plain,
    walk,
)


@dataclass(slots=True)
class Findings:
    """What a resource refers to."""

    uses: list[str] = field(default_factory=list[str])
    """Keys of the resources that must outlive it."""
    problems: list[str] = field(default_factory=list[str])
    """One message for each reference that leads nowhere."""


class References:
    """Checks the references of one resource."""

    def __init__(
        self, account: Account, package: Package, kind: ResourceType, scopes: tuple[str, ...], own: str
    ) -> None:
        self._account = account
        self._package = package
        self._kind = kind
        self._scopes = scopes
        self._own = own
        self._found = Findings()
        self._allowed = [
            pattern.replace("{account}", re.escape(scopes[-1].split("/")[0])) for pattern in package.allow
        ]

    def check(self, inputs: Properties) -> Findings:
        """Look through all inputs."""
        named = {**self._package.common.refs, **self._kind.refs}
        for path, value, secret in walk(inputs):
            if not isinstance(value, str) or not value:
                continue
            reference = _matching(named, path)
            if reference is None and self._unchecked(path):
                continue
            if reference:
                if not (reference.unless and holds(reference.unless, inputs)):
                    self._named(reference, path, value, secret=secret)
            elif value[0] in "{[":
                self._document(path, value, secret=secret)
            else:
                self._identity(path, value, weak=False, secret=secret)
        if self._package.objects:
            self._objects(inputs)
        if self._kind.keeper:
            self._kept(self._kind.keeper)
        return self._found

    def _kept(self, keeper: Keeper) -> None:
        token = self._package.full(keeper.type)
        keepers = [
            one for one in self._account.of_type(token, self._scopes[0]) if holds(keeper.when, one.inputs)
        ]
        for one in keepers:
            self._use(one, weak=False)
        if not keepers and keeper.name not in self._account.outside:
            self._found.problems.append(
                f"no definition of this type: {keeper.name} ({keeper.type}) is not installed"
            )

    def _unchecked(self, path: Path) -> bool:
        return any(part in self._package.unchecked for part in path)

    def _problem(self, path: Path, value: str, text: str, *, secret: bool) -> None:
        shown = "[secret]" if secret else f"'{value}'"
        self._found.problems.append(f"{path_text(path)} = {shown} {text}")

    def _use(self, record: Record, *, weak: bool) -> None:
        own_package = record.type.split(":", 1)[0] == self._package.package
        if own_package and not weak and not self._kind.weak and record.urn != self._own:
            self._found.uses.append(record.key)

    def _document(self, path: Path, text: str, *, secret: bool) -> None:
        try:
            document = cast("Value", json.loads(text))
        except json.JSONDecodeError:
            return
        for inner, value, _ in walk(document):
            if isinstance(value, str) and not self._unchecked(inner):
                self._identity((*path, *inner), value, weak=True, secret=secret)

    def _identity(self, path: Path, value: str, *, weak: bool, secret: bool) -> None:
        if not _is_identity(value) or self._is_outside(value):
            return
        if any(re.fullmatch(pattern, value) for pattern in self._allowed):
            return
        wildcard = re.search(r"[*?]|\$\{", value)
        if wildcard:
            if not self._account.begins(value[: wildcard.start()]):
                self._problem(path, value, "matches nothing that exists", secret=secret)
            return
        record = self._account.holder(value)
        if record is None:
            self._problem(path, value, "does not exist", secret=secret)
        elif record.id == value and not value.startswith("arn:") and not self._visible(record):
            self._problem(
                path, value, f"is in {record.scope}, out of reach from {self._scopes[0]}", secret=secret
            )
        else:
            self._use(record, weak=weak)

    def _is_outside(self, value: str) -> bool:
        """Whether others made it: the stack's config names it, or a look-up tells it."""
        return value in self._account.outside or value in self._package.outside

    def _visible(self, record: Record) -> bool:
        return record.type.split(":", 1)[0] != self._package.package or record.scope in self._scopes

    def _named(self, reference: Reference, path: Path, value: str, *, secret: bool) -> None:
        outside = self._is_outside(value)
        if reference.allow and re.search(reference.allow, value):
            return
        if _is_identity(value):
            self._identity(path, value, weak=reference.weak, secret=secret)
            return
        for target in reference.to:
            token, wanted = _split(self._package, target)
            record = self._account.named(token, wanted, value, self._scopes)
            if record:
                # A resource of the account is in use even where something outside has the same name.
                self._use(record, weak=reference.weak)
                return
        if not outside:
            expected = " or ".join(reference.to)
            self._problem(path, value, f"names no existing {expected}", secret=secret)

    def _objects(self, inputs: Properties) -> None:
        namespace = lookup(inputs, ("metadata", "namespace")) or inputs.get("namespace") or "default"
        if isinstance(namespace, Unknown):
            return
        for path, item in _objects(inputs):
            within = next((part for part in reversed(path) if isinstance(part, str)), "")
            for rule in self._package.objects:
                if rule.within not in {None, within} or any(part in rule.unless_within for part in path):
                    continue
                if holds({**rule.unless, "optional": True}, item) or (
                    rule.unless and holds(rule.unless, item)
                ):
                    continue
                name = plain(item.get(rule.name))
                if isinstance(name, str) and name and item.get("optional") is not True:
                    self._object(rule, item, (*path, rule.name), name, str(plain(namespace)))

    def _object(self, rule: ObjectReference, item: Properties, path: Path, name: str, namespace: str) -> None:
        if name in self._account.outside or (rule.allow and re.search(rule.allow, name)):
            return
        token = self._package.full(rule.to)
        record = self._account.named(token, "id", f"{namespace}/{name}", self._scopes)
        if record is None:
            text = f"names no existing {rule.to} in namespace '{namespace}'"
            self._problem(path, name, text, secret=False)
            return
        wanted = [plain(item.get(rule.key))] if rule.key else []
        if rule.items:
            wanted += [plain(as_map(entry).get("key")) for entry in as_list(item.get(rule.items))]
        held = _entries(record, rule, token, f"{namespace}/{name}")
        for entry in wanted:
            if isinstance(entry, str) and entry and held is not None and entry not in held:
                text = f"has no key '{entry}' (its keys: {', '.join(sorted(held)) or 'none'})"
                self._problem(path, name, text, secret=False)


def _split(package: Package, target: str) -> tuple[str, str]:
    """Split `group.k8s.io/v1:Kind.property`, whose group may have dots of its own."""
    module, _, rest = target.partition(":")
    kind, _, wanted = rest.partition(".")
    return package.full(f"{module}:{kind}"), wanted


def _matching(named: dict[str, Reference], path: Path) -> Reference | None:
    keys = [str(part) for part in path if isinstance(part, str)]
    exact = named.get(".".join(keys))
    return exact or (named.get(".".join([*keys[:-1], "*"])) if keys else None)


@cache
def _identities() -> re.Pattern[str]:
    return re.compile(
        "|".join(f"(?:{pattern})" for name in names() for pattern in load(name).identities), re.DOTALL
    )


def _is_identity(value: str) -> bool:
    return _identities().fullmatch(value) is not None


def _objects(value: Value, path: Path = ()) -> Iterator[tuple[Path, Properties]]:
    if isinstance(value, Secret):
        yield from _objects(value.value, path)
    elif is_map(value):
        fields = value
        yield path, fields
        for key, item in fields.items():
            yield from _objects(item, (*path, key))
    elif is_list(value):
        for index, item in enumerate(value):
            yield from _objects(item, (*path, index))


def _entries(record: Record, rule: ObjectReference, token: str, identity: str) -> set[str] | None:
    """Name the entries that the target holds; None where they cannot be known."""
    for kind, name, entries in record.makes:
        if kind == token and name == identity:
            return set(entries) or None
    held = [lookup(record.inputs, path_parts(prop)) for prop in rule.entries]
    # One entry that is yet to be computed makes a secret map unknown as a whole; and of a secret that an
    # earlier run stored, the account keeps the hash alone.
    if any(isinstance(plain(each), Unknown) or HASH_KEY in as_map(each) for each in held):
        return None
    return {key for each in held for key in as_map(each)}
