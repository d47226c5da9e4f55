"""Runs one stack on the simulated cloud. `Simulation` is the interface for tests: it prints nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypedDict, Unpack

from pulumi.automation import (
    CommandError,
    LocalWorkspace,
    OutputMap,
    PulumiCommand,
    Stack,
    UpdateSummary,
)
from pulumi.automation import (
    Workspace as AutomationWorkspace,
)

from simcloud import behaviour, engine
from simcloud.account import Account
from simcloud.clock import Clock
from simcloud.connection import Cloud
from simcloud.errors import SimcloudError
from simcloud.events import Listener, Progress
from simcloud.faults import Drift, End, Faults
from simcloud.program import inline
from simcloud.provider import Provider, Server
from simcloud.report import Change, build_report
from simcloud.wire import Properties, Value, as_map
from simcloud.workspace import ROOT, Workspace

PARALLEL = 128
_one_at_a_time = threading.Lock()


class Parts(TypedDict, total=False):
    """URNs of a part of the stack, as options of the same names say it to `pulumi`."""

    target: list[str]
    exclude: list[str]
    replace: list[str]


@dataclass(slots=True)
class Result:
    """What came of one command."""

    command: str
    success: bool
    report: dict[str, Any]
    """The JSON report (simcloud/report.py)."""
    errors: list[str] = field(default_factory=list[str])
    """One message per problem."""
    messages: list[str] = field(default_factory=list[str])
    """What the program and the engine said besides."""
    changes: list[Change] = field(default_factory=list[Change])
    """Every resource's operation, `same` included."""
    digest: str = ""
    """Of a preview that succeeded: what `pulumi preview --json` prints."""

    @property
    def changed(self) -> list[Change]:
        """The resources that were (or would be) changed."""
        return [change for change in self.changes if change.op not in {"same", "read", "refresh"}]

    @property
    def outputs(self) -> Properties:
        """The stack's outputs, secrets redacted."""
        return as_map(self.report.get("outputs"))


def _quiet_the_sdk() -> None:
    """Keep Python from reporting what the SDK abandons when the engine stops a program half way.

    Its language server (pulumi/automation/_server.py) then leaves its event loop and main coroutine behind.
    """
    report = sys.unraisablehook

    def hook(problem: sys.UnraisableHookArgs) -> None:
        abandoned = repr(problem.object)
        if "run_in_stack" not in abandoned and "BaseEventLoop.__del__" not in abandoned:
            report(problem)

    sys.unraisablehook = hook


class _Stack(Stack):
    """The Automation API's stack without the calls whose answers the state file gives (each costs 0.4 s)."""

    def __init__(self, name: str, workspace: AutomationWorkspace) -> None:
        self.name = name
        self.workspace = workspace

    def outputs(self) -> OutputMap:
        return {}

    def info(self, show_secrets: bool = True) -> UpdateSummary:
        del show_secrets
        return UpdateSummary.__new__(UpdateSummary)


@cache
def _engine() -> PulumiCommand:
    _quiet_the_sdk()
    return engine.find()


class Simulation:
    """One stack, its simulated account, and the commands on it."""

    def __init__(  # noqa: PLR0913 (a run's options, each said by name)
        self,
        stack: str,
        *,
        state_dir: Path | None = None,
        project: Path = ROOT,
        stacks: Path | None = None,
        config: Mapping[str, Value] | None = None,
        time_scale: float = 0,
        progress: Progress | None = None,
    ) -> None:
        folder = state_dir or project / ".simcloud" / stack
        self.workspace = Workspace(project, stack, folder, stacks)
        self.time_scale = time_scale
        self._progress = progress
        self.policy_packs: list[str] = []
        """Folders of the policy packs that a preview runs."""
        for key, value in (config or {}).items():
            self.workspace.set_config(key, value)

    @property
    def account(self) -> Account:
        """The account as it is now (a copy: changes to it are not kept)."""
        return Account(self.workspace.account_file)

    def preview(self, **parts: Unpack[Parts]) -> Result:
        """Run `pulumi preview`, of the whole stack or of parts."""
        return self._run("preview", parts=parts)

    def up(self, *, fail: Iterable[str] = (), end: End | None = None, **parts: Unpack[Parts]) -> Result:
        """Run `pulumi up`; `fail` as the command line's option."""
        return self._run("up", fail=fail, end=end, parts=parts)

    def refresh(
        self, *, drift: Iterable[str] = (), out_of_reach: bool = False, end: End | None = None
    ) -> Result:
        """Run `pulumi refresh`; `drift` as the command line's option.

        `out_of_reach`: on a machine to which no cluster answers.
        """
        return self._run("refresh", drift=drift, out_of_reach=out_of_reach, end=end)

    def destroy(self, *, fail: Iterable[str] = (), end: End | None = None) -> Result:
        """Run `pulumi destroy`; when nothing is left the state directory goes too."""
        result = self._run("destroy", fail=fail, end=end)
        if result.success and not self.workspace.resources() and not self.account.records:
            self.workspace.forget()
        return result

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the `pulumi` command itself, one that runs no program (`refresh`, `stack export`)."""
        pulumi = _engine()
        with _one_at_a_time:
            self.workspace.prepare(pulumi)
            account = self._open_account([])
            with Server(Provider(Cloud(account, Clock(), Faults()))) as server:
                environment = {**self.workspace.environment(), "PULUMI_DEBUG_PROVIDERS": server.attachments}
                return subprocess.run(  # noqa: S603 - our own words, no shell
                    [pulumi.command, *words],
                    cwd=self.workspace.work_dir,
                    env={**os.environ, **environment},
                    capture_output=True,
                    text=True,
                    check=False,
                )

    def pass_time(self) -> None:
        """Let time go by in the account: windows pass, disks grow, versions are patched."""
        account = self.account
        behaviour.pass_time(account)
        account.save()

    def set_config(self, key: str, value: Value) -> None:
        """Run `pulumi config set`, in the private copy of the stack file."""
        self.workspace.set_config(key, value)

    def _run(
        self,
        command: str,
        *,
        fail: Iterable[str] = (),
        drift: Iterable[str] = (),
        out_of_reach: bool = False,
        end: End | None = None,
        parts: Parts | None = None,
    ) -> Result:
        faults, drifts = Faults.parse(fail), [Drift.parse(text) for text in drift]
        faults.end = end
        with _one_at_a_time:
            return self._run_alone(command, faults, drifts, parts or {}, out_of_reach=out_of_reach)

    def _run_alone(
        self,
        command: str,
        faults: Faults,
        drifts: list[Drift],
        parts: Parts,
        *,
        out_of_reach: bool,
    ) -> Result:
        pulumi = _engine()
        self.workspace.prepare(pulumi)
        if faults.end is not None:
            pulumi = faults.noting_its_process(pulumi, self.workspace.work_dir)
        account = self._open_account(drifts)
        account.silent = out_of_reach
        clock, listener = Clock(self.time_scale), Listener(self._progress)
        failure = digest = ""
        try:
            with Server(Provider(Cloud(account, clock, faults))) as server:
                digest = self._call(command, self._stack(pulumi, server, faults), listener, parts)
        except CommandError as error:
            failure = str(error)
        finally:
            # nothing done (a locked stack, say): what another process wrote must stay
            if command != "preview" and (clock.operations or drifts):
                account.save()
        if failure and not listener.errors:
            listener.errors.append(_engine_errors(failure))
        report = build_report(self.workspace, command, listener, clock, success=not failure)
        return Result(
            command,
            not failure,
            report,
            listener.errors if failure else [],
            listener.messages,
            listener.order,
            digest,
        )

    def _stack(self, pulumi: PulumiCommand, server: Server, faults: Faults) -> _Stack:
        environment = self.workspace.environment(step_by_step=faults.end is not None)
        automation = LocalWorkspace(
            work_dir=str(self.workspace.work_dir),
            program=inline(self.workspace.main, self.workspace.project),
            env_vars={**environment, "PULUMI_DEBUG_PROVIDERS": server.attachments},
            pulumi_command=pulumi,
        )
        return _Stack(self.workspace.stack, automation)

    def _call(self, command: str, stack: _Stack, listener: Listener, parts: Parts) -> str:
        if command == "preview":
            return stack.preview(
                on_event=listener,
                parallel=PARALLEL,
                color="never",
                json=True,
                policy_packs=self.policy_packs,
                **parts,
            ).stdout
        if command == "up":
            stack.up(on_event=listener, parallel=PARALLEL, color="never", suppress_outputs=True, **parts)
        elif command == "refresh":
            stack.refresh(on_event=listener, parallel=PARALLEL, color="never")
        else:
            stack.destroy(on_event=listener, parallel=PARALLEL, color="never")
        return ""

    def _open_account(self, drifts: list[Drift]) -> Account:
        account = self.account
        account.outside = self.workspace.named_outside()
        told = {str(one["urn"]): str(one.get("deletedWith") or "") for one in self.workspace.resources()}
        # Nothing goes with "".
        account.deleted_with = {**account.deleted_with, **told}
        for drift in drifts:
            hit = [record for record in account.records.values() if drift.pattern.search(record.type)]
            if not hit:
                raise SimcloudError(
                    f"--drift: no resource of the account has a type that matches '{drift.pattern.pattern}'"
                )
            for record in hit:
                account.drift(record, drift.path, drift.value)
        return account


def _engine_errors(failure: str) -> str:
    """Pick the engine's own error lines out of a failed command's output."""
    lines = re.findall(r"^(?: stderr: )?error: (.*)$", failure, re.MULTILINE)
    return "\n".join(dict.fromkeys(lines)) or failure
