"""The life of one resource in the simulated cloud: check, diff, create, read, update, delete.

Knows the rules of `catalog`, `schema`, `references` and `account`, and nothing of gRPC.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from simcloud import behaviour, comparison, naming, refusals, schema, sdk
from simcloud.catalog import ResourceType
from simcloud.connection import Cloud, Connection
from simcloud.errors import CloudError, NotFoundError, SimcloudError
from simcloud.record import Record
from simcloud.references import Findings, References
from simcloud.schema import Problem
from simcloud.shapes import mask, merge_properties, returned
from simcloud.templates import Renderer
from simcloud.wire import (
    UNKNOWN,
    Properties,
    Secret,
    Unknown,
    assign,
    lookup,
    merge,
    path_parts,
    plain,
    redact,
    restore,
)


class Resource:
    """One resource that a provider instance is asked about."""

    def __init__(self, cloud: Cloud, connection: Connection, urn: str, token: str) -> None:
        self._cloud = cloud
        self._connection = connection
        self._package = connection.package
        self._urn = urn
        self._token = token
        self._last = False

    @property
    def _name(self) -> str:
        return self._urn.rsplit("::", 1)[-1]

    @property
    def _kind(self) -> ResourceType:
        kind = self._package.type(self._token)
        if kind is None:
            raise SimcloudError(
                f"the simulated cloud does not know the type {self._token}: describe it in"
                f" simcloud/packages/{self._package.package}.yaml"
            )
        return kind

    # -- check and diff ------------------------------------------------------------------------------------

    def check(
        self, olds: Properties, news: Properties, hints: naming.Hints
    ) -> tuple[Properties, list[Problem]]:
        """Fill in the name and find all that is wrong with the inputs."""
        refusals.refuse(self._connection, self._token, olds, news, hints)
        try:
            kind = self._kind
        except SimcloudError as error:
            return news, [Problem((), str(error))]
        inputs = dict(news)
        if kind.name and kind.name.auto:
            naming.autoname(kind.name, self._name, olds, inputs, hints)
        problems = [] if kind.custom else schema.check(self._token, inputs)
        for rule in [kind.name, *kind.also]:
            problems += naming.check(rule, inputs) if rule else []
        return inputs, problems

    def diff(
        self,
        olds: Properties,
        news: Properties,
        ignored: Sequence[str] = (),
        outputs: Properties | None = None,
    ) -> tuple[dict[str, tuple[str, bool]], bool]:
        """Find the changed paths, whether each forces a replacement, and whether to delete first.

        Of an update the engine has put the ignored ones back; of a refresh that is the provider's to do.
        """
        kind, package = self._kind, self._package
        changes = comparison.changes(package, kind, self._token, olds, news, outputs or {})
        if package.provider.ignores_in_refresh:
            changes = comparison.without_ignored(changes, ignored)
        replaced = any(forced for _, forced in changes.values())
        return changes, replaced and self._explicit_name_stays(kind, changes, news)

    def _explicit_name_stays(
        self, kind: ResourceType, changes: dict[str, tuple[str, bool]], news: Properties
    ) -> bool:
        rule = kind.name
        return bool(rule) and rule.property not in changes and rule.property not in naming.generated(news)

    # -- create, read, update, delete ----------------------------------------------------------------------

    def create(self, inputs: Properties, *, preview: bool) -> tuple[str, Properties]:
        """Create the resource; a preview returns what the cloud computes as unknown."""
        account, kind, start = self._cloud.account, self._kind, self._cloud.clock.now()
        with account.lock:
            account.generations[self._urn] = account.generations.get(self._urn, 0) + 1
            record, outputs, found = self._compute(inputs)
        self._refuse("create", found, behaviour.refusals(account, kind, inputs, None))
        if not preview:
            self._spend("create", inputs, record)
        if not self._package.stateless:
            account.add(record, preview=preview)
            behaviour.fill_in(account, self._package, kind, record)
        if preview:
            return "", merge_properties(self._masked(kind), returned(kind, inputs))
        self._done("create", start)
        return record.id, outputs

    def update(self, identity: str, inputs: Properties, *, preview: bool) -> Properties:
        """Change the resource in place."""
        account, start = self._cloud.account, self._cloud.clock.now()
        with account.lock:
            record, outputs, found = self._compute(inputs)
            record.id = identity
            before = None if self._package.stateless else account.get(record.scope, self._token, identity)
        self._refuse("update", found, behaviour.refusals(account, self._kind, inputs, before))
        if not preview:
            behaviour.refuse_unfinished(self._kind, before)
            self._spend("update", inputs, record)
        if before is not None:
            behaviour.keep_larger(self._kind, before, record)
            behaviour.hold_back(self._kind, inputs, before, record)
            for path in [*record.pending, *self._kind.stays]:
                assign(outputs, path_parts(path), lookup(record.outputs, path_parts(path)))
            account.put(record)
        if not preview:
            self._done("update", start)
        tells = self._package.provider.update_tells
        if preview and tells is not None:
            told = {name: outputs[name] for name in tells if name in outputs}
            return merge_properties(told, returned(self._kind, inputs))
        return outputs

    def read(
        self, identity: str, inputs: Properties, outputs: Properties
    ) -> tuple[str, Properties, Properties]:
        """Return the id, inputs and outputs that the cloud holds; no id if it holds none."""
        if self._package.stateless:
            return identity, inputs, outputs
        self._cloud.faults.end_if(self._cloud.faults.begins(self._token))
        account, scope = self._cloud.account, self._scope()
        if self._silent():
            if self._connection.forgives:
                return "", {}, {}
            self._reach()
        try:
            record = account.get(scope, self._token, identity)
        except NotFoundError:
            return "", {}, {}
        held = ((inputs, record.inputs), (outputs, record.outputs))
        known = [cast("Properties", restore(told, stored, account.salt)) for told, stored in held]
        return identity, known[0], known[1]

    def delete(self, identity: str, inputs: Properties) -> None:
        """Delete the resource; one that is already gone is no error."""
        account, start = self._cloud.account, self._cloud.clock.now()
        if self._package.stateless:
            return
        scope = self._scope()
        if self._silent():
            never = [self._package.full(token) for token in self._package.provider.never_forgiven]
            if self._connection.forgives and self._token not in never:
                return
            self._reach()
        try:
            with account.lock:
                record = account.get(scope, self._token, identity)
                account.refuse_deletion(record)
        except NotFoundError:
            return
        self._spend("delete", inputs, record)
        account.remove(record)
        self._done("delete", start)

    # -- helpers -------------------------------------------------------------------------------------------

    def _scope(self) -> str:
        here, account = self._connection.scopes()
        return account if self._kind.everywhere else here

    def _silent(self) -> bool:
        address = self._connection.endpoint
        return bool(address) and not self._cloud.account.reachable(address)

    def _reach(self) -> None:
        if self._silent():
            raise CloudError(
                f"the cluster at {self._connection.endpoint} is unreachable: no such cluster exists in the "
                "account, or it does not answer this machine"
            )

    def _spend(self, operation: str, inputs: Properties, record: Record) -> None:
        if self._cloud.faults.begins(self._token):
            self._last = True
            behaviour.cut_off(self._kind, operation, record)
        with behaviour.alone(self._cloud.account, self._kind, inputs):
            self._cloud.clock.spend(self._package.duration(self._token, operation, inputs))
            self._cloud.faults.strike(self._token, operation)

    def _done(self, operation: str, start: float) -> None:
        self._cloud.clock.record(self._urn, self._token, operation, start)
        self._cloud.faults.end_if(self._last)

    def _refuse(self, operation: str, found: Findings, refusals: list[str]) -> None:
        for code, problems in (("InvalidReference", found.problems), ("InvalidParameter", refusals)):
            if problems:
                text = "\n".join(f"  - {problem}" for problem in problems)
                raise CloudError(f"{code}: {operation} of {self._token} '{self._name}' was refused:\n{text}")

    def _compute(self, inputs: Properties) -> tuple[Record, Properties, Findings]:
        account, kind = self._cloud.account, self._kind
        given, scope = returned(kind, inputs), self._scope()
        self._reach()
        renderer = Renderer(account.seed(self._urn), dict(given), self._settings(), account.properties_of)
        for name, template in self._templates(kind).items():
            value = renderer.output(template)
            renderer.values[name] = merge(value, given[name]) if name in given else value
        outputs = renderer.values
        if self._package.computed and not kind.custom:
            outputs.update(sdk.computed(self._token, outputs))
        rendered = renderer.render(kind.id)
        identity = f"unknown:{self._urn}" if isinstance(rendered, Unknown) else str(rendered)
        outputs.update({name: Secret(plain(outputs[name])) for name in kind.secret if name in outputs})
        renderer.values = {**outputs, "id": identity}
        record = self._record(renderer, kind, scope, identity, inputs, outputs)
        references = References(account, self._package, kind, self._connection.scopes(), self._urn)
        findings = references.check(inputs)
        record.uses = findings.uses
        return record, {name: value for name, value in outputs.items() if value is not None}, findings

    def _record(
        self,
        renderer: Renderer,
        kind: ResourceType,
        scope: str,
        identity: str,
        inputs: Properties,
        outputs: Properties,
    ) -> Record:
        salt = self._cloud.account.salt
        arn = renderer.values.get("arn")
        offers = [identity, *([arn] if isinstance(arn, str) else []), *map(renderer.text, kind.offers)]
        return Record(
            urn=self._urn,
            type=self._token,
            id=identity,
            scope=scope,
            inputs=cast("Properties", redact(inputs, salt)),
            outputs={**cast("Properties", redact(outputs, salt)), "id": identity},
            offers=[offer for offer in dict.fromkeys(offers) if offer],
            prefixes=[prefix for prefix in map(renderer.text, kind.prefixes) if prefix],
            makes=[
                (
                    self._package.full(made.type),
                    renderer.text(made.name),
                    [renderer.text(one) for one in made.entries],
                )
                for made in kind.makes
            ],
            hosts=renderer.text(kind.hosts) if kind.hosts else "",
            guards=[guard for guard in map(renderer.text, kind.guards) if guard],
        )

    def _settings(self) -> Properties:
        renderer = Renderer("", self._connection.settings, {}, lambda _: None)
        fixed = {name: renderer.text(text) for name, text in self._package.provider.settings.items()}
        return {**fixed, **self._connection.settings}

    def _templates(self, kind: ResourceType) -> Properties:
        """Return the outputs to compute; a common one only where the SDK knows it."""
        known = sdk.resource(self._token)
        common = self._package.common.outputs
        return {
            name: one for name, one in common.items() if not known or name in known.outputs
        } | kind.outputs

    def _masked(self, kind: ResourceType) -> Properties:
        known = sdk.resource(self._token)
        always = (
            {name for name, (_, there) in known.outputs.items() if there}
            if known and self._package.computed
            else set[str]()
        )
        masked: Properties = dict.fromkeys(always, UNKNOWN)
        masked.update({name: mask(template) for name, template in self._templates(kind).items()})
        return masked
