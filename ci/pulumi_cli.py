"""Runs Pulumi on a real stack: preview, up, drift. The only place that calls it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, cast

from ci import backends, digest, stacks, tokens
from ci.digest import Preview
from ci.drift import Finding, findings
from ci.errors import JobError
from ci.stacks import ROOT

PACK = "policy/pack"
MODEL, UPLOAD = "rasa:assistant.model", "rasa:assistant.upload"
SHA256 = "rasa:assistant.sha256"
REMEDIES: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        (  # AWS; Entra ID, no credential has this subject; Google, the provider's condition and its account
            "AssumeRoleWithWebIdentity",
            "AADSTS70021[13]?:",
            "rejected by the attribute condition",
            r"iam\.serviceAccounts\.getAccessToken",
        ),
        "The cloud's trust refuses this job: bootstrap/ was told of another repository or environment.",
    ),
    (
        ("incorrect token audience", "invalid.audience", "AADSTS700212", "audience.*does not match"),
        "The token has another audience than the trust expects: set it to the one in bootstrap/audiences.py.",
    ),
    (
        ("ACTIONS_ID_TOKEN_REQUEST_URL", "unable to get OIDC", "id-token"),
        "The job may not ask for an identity: give it `permissions: id-token: write`.",
    ),
    (
        ("AADSTS700024", "ExpiredToken", "token (?:is|has) expired", "ID Token .* is stale"),
        "The token or the session ended before the job did: run the job again.",
    ),
    (
        (
            "incorrect passphrase",
            "kms.*(?:AccessDenied|PermissionDenied)",
            r"vault\.azure\.net.*Forbidden",
            "failed to decrypt",
        ),
        "The secrets cannot be decrypted: this identity needs decrypt on the key of bootstrap/.",
    ),
    (
        (
            "NoSuchBucket",
            "bucket (?:does not exist|doesn't exist)",
            "(?:could not|unable to) (?:list|read|open) bucket",
            "ContainerNotFound",
            "AuthorizationPermissionMismatch",
            r"storage\.objects\.\w+ access",
            "unable to check if state",
            "no such host",
            "PULUMI_ACCESS_TOKEN must be set",
            "invalid access token",
        ),
        "The state cannot be reached: check PULUMI_BACKEND_URL, and that this identity may read it.",
    ),
    (
        ("the stack is currently locked",),
        (
            "Another run holds the stack, or died holding it: if none runs, `pulumi cancel --stack {stack}`,"
            " then `.venv/bin/python -m ci recover {stack}` (docs/recovery.md)."
        ),
    ),
    (
        ("no stack named",),
        "The stack has no state yet: run once `… -m ci move-state {stack} …`, as bootstrap/ printed it.",
    ),
)
"""What the clouds and Pulumi say when something is missing → what mends it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How a command ended."""

    code: int
    stdout: str = field(repr=False)
    stderr: str = field(repr=False)


class Runner(Protocol):
    """Runs a command; `live` shows its output while it runs."""

    def __call__(self, *command: str, live: bool = False) -> Outcome: ...


def run(*command: str, live: bool = False) -> Outcome:
    """Run a command in the project's folder."""
    return _run(command, {}, live=live)


def runner_at(url: str) -> Runner:
    """Runs commands in the project's folder against a back end; "" is the one that Pulumi is logged in to."""
    where = {backends.URL: url} if url else {}

    def run_there(*command: str, live: bool = False) -> Outcome:
        return _run(command, where, live=live)

    return run_there


def _run(command: Sequence[str], further: Mapping[str, str], *, live: bool) -> Outcome:
    environment: Mapping[str, str] = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true", **further}
    try:
        with tokens.kept_fresh():
            done = subprocess.run(  # noqa: S603 - our own words, no shell
                command, cwd=ROOT, env=environment, capture_output=not live, text=True, check=False
            )
    except FileNotFoundError:
        raise JobError(
            f"there is no `{command[0]}` on PATH",
            remedy="Install it before this step; see https://www.pulumi.com/docs/install/.",
        ) from None
    return Outcome(code=done.returncode, stdout=done.stdout or "", stderr=done.stderr or "")


def preview(stack: str, *, packs: bool = True, runner: Runner = run) -> Preview:
    """Preview a stack; a failure is a preview with errors, so that it can be shown as well."""
    pack = ("--policy-pack", PACK) if packs else ()
    done = runner(
        "pulumi", "preview", "--stack", backends.full_name(stack), "--json", "--non-interactive", *pack
    )
    if "{" not in done.stdout:
        return digest.failed(stack, [explain(stack, done.stderr)])
    found = digest.read(stack, done.stdout)
    if done.code == 0 or (found.errors and found.errors != (digest.FAILED,)):
        return found
    # The document leaves policies out (pkg/backend/display/json.go): what they said is asked for again.
    said = runner(
        "pulumi",
        "preview",
        "--stack",
        backends.full_name(stack),
        "--non-interactive",
        "--color",
        "never",
        *pack,
    )
    violations = said.stdout.partition("\nPolicies:")[2].partition("\nResources:")[0].strip()
    error = violations or explain(stack, said.stderr or done.stderr)
    return Preview(stack=stack, changes=found.changes, errors=(error,))


def up(stack: str, *, runner: Runner = run) -> None:
    """Bring a stack up, without a preview of its own: it was judged already."""
    done = runner(
        "pulumi", "up", "--stack", backends.full_name(stack), "--yes", "--skip-preview", "--non-interactive",
        "--suppress-outputs", live=True,
    )  # fmt: skip
    if done.code:
        raise JobError(
            f"`pulumi up` of {stack} ended with status {done.code}; what was done by then is in its state",
            remedy="Read the error above, mend it and run this job again: it goes on from where it stopped.",
        )


def drift(stack: str, *, runner: Runner = run) -> list[Finding]:
    """What differs between a stack's state and the cloud; nothing is changed, not even the state.

    Not what is inside Kubernetes, nor the first model, nor Google's Redis, whose password comes with its
    settings: the identity that reads must read none of these, and one refusal would end the whole look.
    """
    done = runner(
        "pulumi", "refresh", "--stack", backends.full_name(stack), "--preview-only", "--json",
        "--exclude", "**kubernetes:**", "--exclude", "**::model-storage-upload-*",
        "--exclude", "**gcp:redis/instance:Instance**", "--non-interactive",
    )  # fmt: skip
    if done.code or "{" not in done.stdout:
        raise JobError(f"the state of {stack} could not be compared", remedy=explain(stack, done.stderr))
    return findings(stack, done.stdout)


def settle(stack: str, *, runner: Runner = run) -> list[str]:
    """Read anew what services change and the program ignores; the URNs of what was read.

    The engine fills ignored inputs from the state, and a provider that sends the whole resource
    (azure-native) would send the value of the last `up`: the disk's former size, refused, or fewer units.
    """
    done = runner("pulumi", "stack", "export", "--stack", backends.full_name(stack), "--non-interactive")
    if done.code:
        return []  # no state yet: what follows says whatever is wrong
    latest = cast("dict[str, Any]", json.loads(done.stdout or "{}")).get("deployment", {})
    urns = [
        str(one["urn"])
        for one in cast("list[dict[str, Any]]", latest.get("resources") or [])
        # Server-side apply sends no field that the program does not give.
        if one.get("ignoreChanges") and one.get("custom") and not str(one["type"]).startswith("kubernetes:")
    ]
    if urns:
        done = runner(
            "pulumi", "refresh", "--stack", backends.full_name(stack), "--yes", "--skip-preview",
            "--non-interactive", "--suppress-outputs", *(word for urn in urns for word in ("--target", urn)),
        )  # fmt: skip
        if done.code:
            raise JobError(
                f"what services change in {stack} could not be read; nothing was changed",
                remedy=explain(stack, done.stderr),
            )
    return urns


def output(stack: str, name: str, *, runner: Runner = run) -> str:
    """One output of a stack, in plain text."""
    done = runner(
        "pulumi",
        "stack",
        "output",
        name,
        "--stack",
        backends.full_name(stack),
        "--show-secrets",
        "--non-interactive",
    )
    if done.code:
        raise JobError(f"stack {stack} has no output {name!r}", remedy=explain(stack, done.stderr))
    return done.stdout.strip()


def outputs(stack: str, *, runner: Runner = run) -> dict[str, object]:
    """The outputs of a stack that are no secrets; none before its first `up`."""
    done = runner(
        "pulumi", "stack", "output", "--json", "--stack", backends.full_name(stack), "--non-interactive"
    )
    if done.code:
        raise JobError(f"the outputs of {stack} cannot be read", remedy=explain(stack, done.stderr))
    return dict(json.loads(done.stdout or "{}"))


def set_model(stack: str, model: str, sha256: str, *, runner: Runner = run) -> None:
    """Write the model that is served into a stack's settings, in this checkout, and the hash of its file.

    "" is a model whose hash nobody knows: the preflight then compares nothing.

    It is in the storage already. Without `assistant.upload` nobody asks for the first model's file, which a
    pipeline's checkout need not have, when a release goes back to it.
    """
    if stacks.upload(stack) is not None:
        runner("pulumi", "config", "rm", "--path", UPLOAD, "--stack", backends.full_name(stack))
    _set_text(stack, MODEL, model, runner)
    if sha256:
        _set_text(stack, SHA256, sha256, runner)
    else:
        runner("pulumi", "config", "rm", "--path", SHA256, "--stack", backends.full_name(stack))


def _set_text(stack: str, key: str, value: str, runner: Runner) -> None:
    """As text: hexadecimal digits may look like a number."""
    where = ("--stack", backends.full_name(stack))
    done = runner("pulumi", "config", "set", "--path", key, value, "--type", "string", *where)
    if done.code:
        raise JobError(f"{key} could not be set to {value}", remedy=explain(stack, done.stderr))


def explain(stack: str, said: str, otherwise: str = "") -> str:
    """An error as it was said, with its remedy as the last line where one is known."""
    for patterns, remedy in REMEDIES:
        if re.search("|".join(patterns), said, re.DOTALL | re.IGNORECASE):
            return f"{said.strip()}\n{remedy.format(stack=stack)}"
    if otherwise:
        return f"{said.strip()}\n{otherwise}"
    return said.strip() or f"Pulumi said nothing; run `pulumi preview --stack {stack}` to see."


def write_private(path: Path, text: str) -> None:
    """Write a file that only this user reads."""
    path.touch(mode=0o600, exist_ok=True)
    path.chmod(0o600)
    path.write_text(text)
