"""The resources in the simulated clouds, their references to each other, and what may not be deleted.

The account keeps no secret: a secret value is stored as a keyed hash, which is enough to see that it changed.
"""

from __future__ import annotations

import copy
import json
import secrets
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import cast

from simcloud.catalog import ResourceType, claims, load
from simcloud.conditions import holds
from simcloud.errors import CloudError, NotFoundError
from simcloud.record import Record, record_key
from simcloud.wire import Properties, Value, as_list, assign, is_map, lookup, path_parts

FIELDS = [field.name for field in fields(Record)]


class Account:
    """All simulated clouds of one stack, kept in one JSON file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = threading.RLock()
        self.records: Mapping[str, Record] = {}
        """By key. Each change makes the mapping anew: other threads read on in the former one."""
        self.salt = secrets.token_hex(16)
        self.generations: dict[str, int] = {}
        self.deleted_with: dict[str, str] = {}
        """URNs that the engine leaves out of a destroy because another's deletion takes them along.

        Kept in the file: a destroy that is cut off between the two has taken the first from the state.
        """
        self.kept_names: set[str] = set()
        """Keys of deleted resources whose names are not free yet."""
        self.changing: set[str] = set()
        """What is being changed at this moment and takes no other change meanwhile."""
        self.addresses: dict[str, str] = {}
        """Identity of a cluster → its address, as the provider was last told."""
        self.silent = False
        """Whether no cluster answers: it is out of reach of the machine that runs the engine."""
        self.outside: frozenset[str] = frozenset()
        """Identities that the stack's config names: they exist outside of this account."""
        if path.exists():
            self._read(json.loads(path.read_text()))

    def _read(self, data: dict[str, object]) -> None:
        self.salt = str(data["salt"])
        self.generations.update(cast("dict[str, int]", data["generations"]))
        self.kept_names.update(cast("list[str]", data["kept_names"]))
        self.deleted_with.update(cast("dict[str, str]", data.get("deleted_with", {})))
        for item in cast("list[dict[str, object]]", data["resources"]):
            self.put(Record(**item))  # pyright: ignore[reportArgumentType] # the file is our own

    def put(self, record: Record) -> None:
        """Hold a resource, in place of the former one of its key."""
        with self.lock:
            self.records = {**self.records, record.key: record}

    def drop(self, *keys: str) -> None:
        """Hold some resources no longer, without a question."""
        with self.lock:
            self.records = {key: record for key, record in self.records.items() if key not in keys}

    def scratch(self) -> Account:
        """A copy for a preview, which creates its resources there."""
        made = copy.copy(self)
        made.lock, made.records = threading.RLock(), copy.deepcopy(self.records)
        made.generations, made.kept_names = copy.copy(self.generations), set(self.kept_names)
        return made

    def save(self) -> None:
        """Write the file; an empty account leaves none."""
        with self.lock:
            if not self.records:
                self.path.unlink(missing_ok=True)
                return
            data = {
                "salt": self.salt,
                "generations": self.generations,
                "kept_names": sorted(self.kept_names),
                "deleted_with": self.deleted_with,
                "resources": [
                    {name: getattr(record, name) for name in FIELDS} for record in self.records.values()
                ],
            }
            self.path.write_text(json.dumps(data))

    def seed(self, urn: str) -> str:
        """Return the source of a resource's random parts; a replacement gets another."""
        return f"{self.salt}/{urn}/{self.generations.get(urn, 0)}"

    def of_type(self, token: str, scope: str | None = None) -> Iterator[Record]:
        """Find the resources of a type."""
        for record in self.records.values():
            if record.type == token and scope in {None, record.scope}:
                yield record

    def get(self, scope: str, token: str, identity: str) -> Record:
        """Find one resource by its id."""
        record = self.records.get(record_key(scope, token, identity))
        if record is None:
            raise NotFoundError(f"NotFound: {token} '{identity}' does not exist in {scope}")
        return record

    def named(self, token: str, path: str, name: str, scopes: Iterable[str]) -> Record | None:
        """Find the resource of a type whose property (or one of its items) is the name."""
        wanted = set(scopes)
        for record in self.records.values():
            if record.scope not in wanted:
                continue
            if record.type == token:
                value = lookup(record.outputs, path_parts(path))
                if name == value or (path == "id" and name == record.id) or name in as_list(value):
                    return record
            if any(kind == token and made == name for kind, made, _ in record.makes):
                return record
        return None

    def holder(self, identity: str) -> Record | None:
        """Find the resource that an id or ARN belongs to, by itself or by a prefix."""
        for record in self.records.values():
            if identity == record.id or identity in record.offers:
                return record
        for record in self.records.values():
            if any(identity.startswith(prefix) for prefix in record.prefixes):
                return record
        return None

    def begins(self, start: str) -> bool:
        """Whether anything in the account has an identity that begins like this (for wildcards)."""
        return any(
            offer.startswith(start) or start.startswith((f"{offer}:", f"{offer}/"))
            for record in self.records.values()
            for offer in [*record.offers, *record.prefixes]
        ) or any(start.startswith(prefix) for record in self.records.values() for prefix in record.prefixes)

    def properties_of(self, identity: str) -> Properties | None:
        """Return the outputs of the resource that an id, ARN or name belongs to."""
        record = self.holder(identity)
        return record.outputs if record else None

    def reachable(self, address: str) -> bool:
        """Whether a cluster's API address answers: it exists, or it belongs to no simulated cloud."""
        if self.silent:
            return False
        return not claims(address) or any(record.hosts == address for record in self.records.values())

    def _address(self, scope: str) -> str:
        return self.addresses.get(scope, scope)

    def add(self, record: Record, *, preview: bool = False) -> None:
        """Create a resource; in a preview the one that it replaces is there yet."""
        kind = load(record.type.split(":", 1)[0]).type(record.type)
        with self.lock:
            there = self.records.get(record.key)
            replaces = preview and there is not None and there.urn == record.urn
            if there is not None and not replaces and not (kind and kind.overwrites):
                raise CloudError(
                    (kind and kind.taken)
                    or f"AlreadyExists: {record.type} '{record.id}' already exists in {record.scope}"
                )
            if record.key in self.kept_names:
                raise CloudError(
                    f"NameKept: a deleted {record.type} '{record.id}' keeps its name until it is purged"
                )
            self.put(record)

    def remove(self, record: Record) -> None:
        """Delete a resource and what the cloud deletes along with it; refuse if something needs it."""
        with self.lock:
            gone = self.refuse_deletion(record)
            self.drop(*(one.key for one in [record, *gone]))
            for one in [record, *gone]:
                kind = load(one.type.split(":", 1)[0]).type(one.type)
                keeps = kind.keeps_name if kind else False
                if keeps is True or (is_map(keeps) and holds(keeps, one.inputs)):
                    self.kept_names.add(one.key)

    def refuse_deletion(self, record: Record) -> list[Record]:
        """Raise if a resource may not be deleted, else return what goes with it."""
        package = load(record.type.split(":", 1)[0])
        kind = package.type(record.type)
        for condition in kind.protection if kind else []:
            if holds(condition, record.inputs):
                names = ", ".join(f"{path}={value}" for path, value in condition.items())
                raise CloudError(
                    f"OperationNotPermitted: {record.label} has deletion protection ({names});"
                    " switch it off first"
                )
        if kind and kind.cannot_delete:
            raise CloudError(f"Forbidden: {record.label} cannot be deleted: {kind.cannot_delete}")
        self._refuse_locked(record)
        inside = [
            one for one in self.records.values() if record.hosts and self._address(one.scope) == record.hosts
        ]
        users = [one for one in self.records.values() if record.key in one.uses]
        contents = self._contents(record, kind)
        blocking = [one for one in users if one not in contents and not self._goes_with(one.urn, record.urn)]
        if blocking:
            names = ", ".join(one.label for one in blocking)
            raise CloudError(f"DependencyViolation: {record.label} cannot be deleted: it is used by {names}")
        if kind and kind.carries_balancers:
            self._refuse_live_balancers(record)
        self._refuse_live_cluster(record, inside)
        return inside + contents + users

    def _contents(self, record: Record, kind: ResourceType | None) -> list[Record]:
        """The resources inside a container, which are deleted with it."""
        contains = kind.contains if kind else False
        if contains is False or (is_map(contains) and not holds(contains, record.inputs)):
            return []
        start, scope = f"{record.outputs.get('id') or record.id}/", record.scope
        return [one for one in self.records.values() if one.scope == scope and one.id.startswith(start)]

    def _refuse_locked(self, record: Record) -> None:
        for one in self.records.values():
            for guard in () if record.guards else one.guards:
                if record.id == guard or record.id.startswith(f"{guard}/"):
                    raise CloudError(
                        f"ScopeLocked: {record.label} cannot be deleted: {one.label} locks {guard}"
                        " and all below it"
                    )

    def _refuse_live_balancers(self, record: Record) -> None:
        for one in self.records.values():
            kind = load(one.type.split(":", 1)[0]).type(one.type)
            balances = kind.balances if kind else False
            if balances is True or (is_map(balances) and holds(balances, one.inputs)):
                raise CloudError(
                    f"DependencyViolation: {record.label} cannot be deleted: the load balancer of {one.label}"
                    " stands in its network"
                )

    def _refuse_live_cluster(self, record: Record, inside: list[Record]) -> None:
        live = [one for one in inside if not self._goes_with(one.urn, record.urn)]
        if live:
            names = ", ".join(one.label for one in live[:5])
            raise CloudError(
                f"DependencyViolation: {record.label} cannot be deleted:"
                f" {len(live)} objects live in it, such as {names}"
            )
        for one in inside:
            kind = load(one.type.split(":", 1)[0]).type(one.type)
            leaves = kind.leaves_behind if kind else False
            if leaves is True or (is_map(leaves) and holds(leaves, one.inputs)):
                raise CloudError(
                    f"DependencyViolation: {record.label} cannot be deleted: {one.label} would leave behind"
                    " what it owns outside the cluster (deleted_with is not for such objects)"
                )

    def _goes_with(self, urn: str, other: str) -> bool:
        seen: set[str] = set()
        while urn in self.deleted_with and urn not in seen:
            seen.add(urn)
            urn = self.deleted_with[urn]
            if urn == other:
                return True
        return False

    def protected(self) -> list[Record]:
        """Find the resources that the cloud refuses to delete."""
        found: list[Record] = []
        for record in self.records.values():
            kind = load(record.type.split(":", 1)[0]).type(record.type)
            if kind and any(holds(condition, record.inputs) for condition in kind.protection):
                found.append(record)
        return found

    def drift(self, record: Record, path: str, value: Value) -> None:
        """Change a resource behind the engine's back."""
        for properties in (record.inputs, record.outputs):
            assign(properties, path_parts(path), value)
