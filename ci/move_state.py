"""Moves a stack's state to the back end that bootstrap/ made, and its secrets to the key that goes with it.

A stack that was started by hand has its state in a folder or in Pulumi Cloud, and its secrets under a
passphrase. Without this, `pulumi stack init` in the new back end makes a second, empty stack of the same
name, whose first `up` would make everything again beside what is running.

The secrets go first, in the old back end: from then on the state and the stack file are encrypted by the new
key wherever they are, so nothing is ever written in plain text, and a move that is cut off is taken up by
running it again (pulumi/pulumi, pkg/cmd/pulumi/stack/stack_change_secrets_provider.go).
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import yaml

from ci import backends
from ci.errors import JobError
from ci.pulumi_cli import Runner, explain, runner_at, write_private
from ci.stacks import FOLDER, ROOT

PASSPHRASE = ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE")
RunnerAt = Callable[[str], Runner]


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """What is asked for."""

    stack: str
    to: str
    """URL of the new back end."""
    secrets_provider: str
    """URL of the key, such as `awskms:///…`."""
    source: str | None = None
    """URL of the old back end; None: the one that Pulumi is logged in to."""
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    runner_at: RunnerAt = runner_at
    root: Path = ROOT


def move(asked: Move) -> str:
    """Move a stack, or make it where there is none yet; what was done, for people."""
    if "://" not in asked.secrets_provider:
        raise JobError(
            f"--secrets-provider is {asked.secrets_provider!r}, must be the URL of a key",
            remedy="Take what bootstrap/ printed as …_SECRETS_PROVIDER, such as awskms:///…?region=…",
        )
    here = asked.source or _present(asked)
    old, new = _Stack(asked, here), _Stack(asked, asked.to)
    after = new.export()
    before = None if _same(here, asked.to) else old.export()
    if after is not None and _urns(after):
        return _already(asked, old, before, after)
    if before is None:
        if after is None:
            _refuse_stranger(asked, here)
            new.make(asked.secrets_provider)
        return f"{asked.stack}: no resources yet; its empty state is in {asked.to}"
    _refuse_pending(asked, before)
    old.encrypt_by(asked.secrets_provider, before)
    before = old.export()
    if after is None:
        new.make(asked.secrets_provider)
    new.take(before)
    _compare(asked, before, new.export())
    new.decrypt()
    return (
        f"{asked.stack}: {len(_urns(before))} resources moved from {here} to {asked.to}\n"
        "The copy in the old back end is of no use any more, and must not be brought up again. Remove it:\n"
        f"{backends.URL}='{here}' pulumi stack rm {old.name} --force --preserve-config --yes"
    )


class _Stack:
    """A stack in one back end."""

    def __init__(self, asked: Move, url: str) -> None:
        self._asked, self._url = asked, url
        self.name = backends.full_name(asked.stack, asked.environment, url=url, root=asked.root)
        self._run = asked.runner_at(url)

    def export(self) -> dict[str, Any] | None:
        """Its state, secrets encrypted; None if there is no such stack."""
        done = self._run("pulumi", "stack", "export", "--stack", self.name, "--non-interactive")
        if done.code == 0:
            return cast("dict[str, Any]", json.loads(done.stdout))
        if "no stack named" in done.stderr:
            return None
        raise JobError(
            f"the back end {self._url} cannot be asked for {self.name}",
            remedy=explain(self._asked.stack, done.stderr),
        )

    def make(self, secrets_provider: str) -> None:
        """Make it, empty."""
        self._do("init", self.name, "--no-select", "--secrets-provider", secrets_provider)

    def encrypt_by(self, secrets_provider: str, state: Mapping[str, Any]) -> None:
        """Encrypt the state and the stack file by another key, unless they are already."""
        used = _provider(state)
        if used == secrets_provider:
            return
        if used == "passphrase" and not any(name in self._asked.environment for name in PASSPHRASE):
            raise JobError(
                f"the secrets of {self.name} are under a passphrase, and {PASSPHRASE[0]} is not set",
                remedy=f"Set it to the passphrase of now, then run this again: read -rs {PASSPHRASE[0]} &&"
                f" export {PASSPHRASE[0]}",
            )
        self._do("change-secrets-provider", secrets_provider, "--stack", self.name)

    def take(self, state: Mapping[str, Any] | None) -> None:
        """Take over a state."""
        with tempfile.TemporaryDirectory(prefix="state-") as folder:
            path = Path(folder) / "state.json"
            write_private(path, json.dumps(state))
            self._do("import", "--stack", self.name, "--file", str(path))

    def decrypt(self) -> None:
        """Make sure that the stack file's secrets can be read here."""
        done = self._run("pulumi", "config", "--stack", self.name, "--show-secrets", "--non-interactive")
        if done.code:
            raise JobError(
                f"{self.name} is in {self._url}, but the secrets in its stack file cannot be decrypted",
                remedy=explain(self._asked.stack, done.stderr),
            )

    def _do(self, *words: str) -> None:
        done = self._run("pulumi", "stack", *words, "--non-interactive")
        if done.code:
            raise JobError(
                f"`pulumi stack {words[0]}` of {self.name} failed in {self._url}; no resource was touched",
                remedy=explain(self._asked.stack, done.stderr)
                + "\nMend that and run the same command again: it goes on from here.",
            )


def _present(asked: Move) -> str:
    """The back end that Pulumi is logged in to."""
    given = asked.environment.get(backends.URL)
    if given:
        return given
    done = asked.runner_at("")("pulumi", "whoami", "--json", "--non-interactive")
    if done.code:
        raise JobError(
            "Pulumi is logged in nowhere, so that it cannot be seen whether the stack exists already",
            remedy="Log in where the stack was started (`pulumi login file://~`, `pulumi login`), or name"
            " that back end with --from.",
        )
    return str(json.loads(done.stdout)["url"])


def _same(one: str, other: str) -> bool:
    return one.rstrip("/") == other.rstrip("/")


def _already(asked: Move, old: _Stack, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> str:
    there = _urns(after)
    if before is not None and _urns(before) and _urns(before) != there:
        raise JobError(
            f"{asked.stack} has {len(_urns(before))} resources in the old back end, and {len(there)} others"
            f" in {asked.to}",
            remedy="Only you know which are real. Look at both (`pulumi stack --stack` "
            f"{old.name}`), and remove the wrong one (`pulumi stack rm`).",
        )
    return f"{asked.stack}: its {len(there)} resources are in {asked.to} already; nothing was done"


def _refuse_stranger(asked: Move, here: str) -> None:
    """A stack file with secrets in it belongs to a stack that was started somewhere: not here, it seems."""
    path = asked.root / FOLDER / f"Pulumi.{asked.stack}.yaml"
    text = path.read_text() if path.is_file() else ""
    document = cast("Mapping[str, object]", yaml.safe_load(text) or {})
    if document.get("secretsprovider") == asked.secrets_provider:
        return
    if document.get("encryptionsalt") or document.get("encryptedkey") or _has_secure(document.get("config")):
        raise JobError(
            f"{FOLDER}/{path.name} holds secrets of a stack that was started already, and {here} has no"
            f" stack {asked.stack}",
            remedy="Name the back end that it was started in: --from file://~ (or https://api.pulumi.com, …)."
            " If that is gone for good, take the secrets out of the file and set them again afterwards.",
        )


def _has_secure(value: object) -> bool:
    if isinstance(value, dict):
        block = cast("Mapping[str, object]", value)
        return set(block) == {"secure"} or any(_has_secure(part) for part in block.values())
    return isinstance(value, list) and any(_has_secure(part) for part in cast("Sequence[object]", value))


def _refuse_pending(asked: Move, state: Mapping[str, Any]) -> None:
    pending: list[Any] = state["deployment"].get("pending_operations", [])
    if pending:
        raise JobError(
            f"an `up` of {asked.stack} was cut off: {len(pending)} operations have no known end",
            remedy=f"Settle them first: .venv/bin/python -m ci recover {asked.stack}\nThen run this again.",
        )


def _provider(state: Mapping[str, Any]) -> str:
    """What encrypts a state: the URL of a key, else the kind, such as `passphrase`."""
    told: dict[str, Any] = state["deployment"].get("secrets_providers", {})
    of_kind: dict[str, Any] = told.get("state", {})
    return str(of_kind.get("url") or told.get("type", ""))


def _urns(state: Mapping[str, Any] | None) -> list[str]:
    resources: list[dict[str, Any]] = [] if state is None else state["deployment"].get("resources", [])
    return [str(resource["urn"]) for resource in resources]


def _compare(asked: Move, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> None:
    if _urns(before) != _urns(after):
        raise JobError(
            f"{len(_urns(before))} resources went to {asked.to}, and {len(_urns(after))} are there",
            remedy="The old back end still has them all: go on working there, and report this.",
        )
