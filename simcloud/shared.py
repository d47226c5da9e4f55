"""One simulated cloud for all `pulumi` commands of a shell, whatever stack and provider instance calls it."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import yaml
from pulumi.runtime.proto import provider_pb2

from simcloud.account import Account
from simcloud.clock import Clock
from simcloud.connection import Cloud
from simcloud.outside import named_in
from simcloud.provider import Context, Provider, Server
from simcloud.wire import Value, as_list, as_map


class SharedProvider(Provider):
    """Serves any number of engine runs; it reads from files what `run.Simulation` gets from its caller."""

    def __init__(self, account: Account, project: Path, home: Path) -> None:
        super().__init__(Cloud(account))
        self._engines: dict[str, str] = {}
        """Peer → the address of its engine, which is another in each preview and update."""
        self._previews: dict[str, Cloud] = {}
        """What previews make, by the engine's address."""
        self._lock = threading.Lock()
        self._project, self._home = project, home

    def Handshake(  # noqa: N802 - the protocol's name
        self, request: provider_pb2.ProviderHandshakeRequest, context: Context
    ) -> provider_pb2.ProviderHandshakeResponse:
        """Remember the engine of this instance, and forget an earlier run's instance on the same port."""
        self._connections.pop(context.peer(), None)
        self._engines[context.peer()] = request.engine_address
        return super().Handshake(request, context)

    def Configure(  # noqa: N802
        self, request: provider_pb2.ConfigureRequest, context: Context
    ) -> provider_pb2.ConfigureResponse:
        """Look at the stack files and states, then remember what this connection addresses."""
        account = self.cloud.account
        account.outside = frozenset(self._named_outside())
        account.deleted_with = {**account.deleted_with, **dict(self._deleted_with())}
        if self.cloud.clock.cancelled.is_set():
            self.cloud.clock = Clock()
        return super().Configure(request, context)

    def cloud_of(self, request: object, context: Context) -> Cloud:
        """A preview makes its resources in a copy of the account, and refers to them there."""
        engine = self._engines.get(context.peer(), "")
        with self._lock:
            if getattr(request, "preview", False) and engine not in self._previews:
                scratch = self.cloud.account.scratch()
                self._previews[engine] = Cloud(scratch, self.cloud.clock, self.cloud.faults)
            return self._previews.get(engine, self.cloud)

    def _named_outside(self) -> Generator[str]:
        """What the stack files name exists, though not in this account (`outside.py`)."""
        for path in self._project.rglob("Pulumi.*.yaml"):
            yield from named_in(cast("Value", yaml.safe_load(path.read_text())), *path.parents)

    def _deleted_with(self) -> Generator[tuple[str, str]]:
        for path in self._home.rglob(".pulumi/stacks/**/*.json"):
            try:
                state = as_map(cast("Value", json.loads(path.read_text())))
            except json.JSONDecodeError:
                continue  # the engine is writing it; its resources are none that this run deletes
            for one in map(
                as_map, as_list(as_map(as_map(state.get("checkpoint")).get("latest")).get("resources"))
            ):
                if one.get("deletedWith"):
                    yield str(one["urn"]), str(one["deletedWith"])


@contextmanager
def serving(account_file: Path, project: Path, home: Path) -> Generator[tuple[int, Account]]:
    """Serve the account in a file, on the port that comes first; the account is kept for the next time.

    `project` holds the stack files, `home` the states of a `file://` back end.
    """
    account = Account(account_file)
    try:
        with Server(SharedProvider(account, project, home)) as server:
            yield server.port, account
    finally:
        account.save()
