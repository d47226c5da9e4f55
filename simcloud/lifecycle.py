"""The whole life of a stack on a fresh account; stops at the first step that is not as it should be.

preview, up, preview and up (no changes), refresh (what services fill in later, once; then no changes),
destroy (nothing left but what the program keeps). A protected stack's destroy must be refused first, before
anything is gone; then comes what a person would do: protection off, up, destroy.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from simcloud.run import Result, Simulation
from simcloud.wire import Value, as_list


@dataclass(slots=True)
class Outcome:
    """How a lifecycle went."""

    success: bool
    steps: list[Result] = field(default_factory=list[Result])
    problem: str = ""


class _Stopped(Exception):
    pass


class Lifecycle:
    """One run of all steps; `refused` are changes of config that the running stack must refuse as a whole."""

    def __init__(
        self,
        simulation: Simulation,
        say: Callable[[str], None],
        *,
        refused: Sequence[Mapping[str, Value]] = (),
    ) -> None:
        self._simulation = simulation
        self._say = say
        self._refused = refused
        self._steps: list[Result] = []

    def run(self) -> Outcome:
        """Take all steps."""
        simulation = self._simulation
        simulation.workspace.forget()
        protected = is_protected(simulation)
        try:
            self._succeeds("preview", simulation.preview)
            self._succeeds("up", simulation.up)
            self._unchanged("preview after up", simulation.preview)
            self._unchanged("up after up", simulation.up)
            self._settles("refresh after up")
            self._unchanged("refresh again", simulation.refresh)
            self._unchanged("preview after refresh", simulation.preview)
            for change in self._refused:
                self._refuses(change)
            if protected:
                self._lift_protection()
            kept = {str(one["urn"]) for one in simulation.workspace.resources() if one.get("retainOnDelete")}
            self._succeeds("destroy", simulation.destroy)
            self._nothing_left(kept)
        except _Stopped as stopped:
            return Outcome(success=False, steps=self._steps, problem=str(stopped))
        return Outcome(success=True, steps=self._steps)

    def _lift_protection(self) -> None:
        self._say("destroy (protected, must be refused)")
        before = self._everything()
        refused = self._simulation.destroy()
        self._steps.append(refused)
        if refused.success:
            raise _Stopped(
                "destroy of the protected stack: it was not refused, although the config protects it"
            )
        if not any("protect" in error for error in refused.errors):
            raise _Stopped(
                "destroy of the protected stack: it failed, but not by its protection:\n"
                + _lines(refused.errors)
            )
        gone = before - self._everything()
        if gone:
            raise _Stopped(
                f"destroy of the protected stack: {len(gone)} things went before it was "
                f"refused:\n{_lines(sorted(gone))}"
            )
        self._simulation.set_config("deletionProtection", value=False)
        self._succeeds("up without protection", self._simulation.up)

    def _refuses(self, change: Mapping[str, Value]) -> None:
        """Neither a preview nor an `up` of this change does anything."""
        simulation, config = self._simulation, copy.deepcopy(self._simulation.workspace.config)
        before = simulation.account.records
        named = ", ".join(f"{key} {value}" for key, value in change.items())
        for key, value in change.items():
            simulation.set_config(key, value)
        for command in (simulation.preview, simulation.up):
            self._say(f"{command.__name__} of {named} (must be refused)")
            result = command()
            if result.success or len(result.changed) > 1 or simulation.account.records != before:
                changes = [f"{one.op} {one.type} {one.name}" for one in result.changed]
                raise _Stopped(
                    f"{command.__name__} of {named}: it was not refused at once:\n{_lines(changes)}"
                )
        simulation.workspace.config = config

    def _everything(self) -> set[str]:
        """What is in the stack's state, and what is in the account."""
        labels = {f"in the account: {record.label}" for record in self._simulation.account.records.values()}
        urns = {f"in the stack's state: {one['urn']}" for one in self._simulation.workspace.resources()}
        return labels | urns

    def _succeeds(self, name: str, step: Callable[[], Result]) -> Result:
        self._say(name)
        result = step()
        self._steps.append(result)
        if not result.success:
            raise _Stopped(f"{name} failed:\n{_lines(result.errors)}")
        return result

    def _unchanged(self, name: str, step: Callable[[], Result]) -> None:
        result = self._succeeds(name, step)
        if result.changed:
            changes = [
                f"{change.op} {change.type} {change.name}: {', '.join(change.keys) or 'no property named'}"
                for change in result.changed
            ]
            raise _Stopped(
                f"{name}: there must be no changes, but there are {len(changes)}:\n{_lines(changes)}"
            )

    def _settles(self, name: str) -> None:
        """What a service fills in later may show, once, where the program said that it ignores it."""
        result = self._succeeds(name, self._simulation.refresh)
        ignored = {
            str(one["urn"]): {str(path) for path in as_list(one["ignoreChanges"])}
            for one in self._simulation.workspace.resources()
            if one.get("ignoreChanges")
        }
        left = [
            f"{change.op} {change.type} {change.name}: {', '.join(change.keys)}"
            for change in result.changed
            if not set(change.keys) <= ignored.get(change.urn, set())
        ]
        if left:
            raise _Stopped(f"{name}: there must be no changes, but there are {len(left)}:\n{_lines(left)}")

    def _nothing_left(self, kept: set[str]) -> None:
        """Nothing but what the program said that it keeps (`retain_on_delete`)."""
        left = [f"in the stack's state: {one['urn']}" for one in self._simulation.workspace.resources()]
        records = self._simulation.account.records.values()
        left += [f"in the account: {record.label}" for record in records if record.urn not in kept]
        if left:
            raise _Stopped(f"destroy: {len(left)} things are left:\n{_lines(left)}")


def is_protected(simulation: Simulation) -> bool:
    """Whether the stack's effective config protects its data from deletion."""
    setting = simulation.workspace.setting
    explicit = setting("deletionProtection")
    if explicit is not None and explicit != "":
        return str(explicit).lower() == "true"
    return setting("profile") == "production"


def _lines(texts: list[str]) -> str:
    return "\n".join(f"  - {text}" for text in texts)
