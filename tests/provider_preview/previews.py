"""Previews with the real provider plugins, made-up credentials and no account."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from simcloud.wire import walk
from simcloud.workspace import Workspace
from tests.clone import copy
from tests.stacks import EXAMPLES, ROOT, STACKS

CLOUDS = ("aws", "azure", "gcp")
PASSPHRASE = "made up"
LOGIN = ("AADSTS", "unauthorized_client", "invalid_client", "Invalid Credentials", "401", "UNAUTHENTICATED")
"""What a cloud answers to made-up credentials: as far as a preview without an account goes."""
UNREACHABLE = ("configured Kubernetes cluster is unreachable", "no such host")
"""What the Kubernetes provider says of a cluster that is made up."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """How one preview ended."""

    project: str
    passed: bool
    said: Sequence[str] = ()
    """Errors; of one that passed, where the clouds' answer ended it."""


def environment(folder: Path, sts: str) -> dict[str, str]:
    """Credentials that no cloud knows; AWS's are asked of an emulator, which answers with an account."""
    return {
        **{
            key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "ARM_", "GOOGLE_"))
        },
        "HOME": str(folder),
        "PULUMI_HOME": os.environ.get("PULUMI_HOME", str(folder / ".pulumi")),
        "PULUMI_BACKEND_URL": f"file://{folder}",
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "AWS_ACCESS_KEY_ID": "made-up",
        "AWS_SECRET_ACCESS_KEY": "made-up",
        "AWS_ENDPOINT_URL_STS": sts,
        "GOOGLE_OAUTH_ACCESS_TOKEN": "made-up",
        "ARM_TENANT_ID": "11111111-1111-4111-8111-111111111111",
        "ARM_SUBSCRIPTION_ID": "00000000-0000-4000-8000-000000000000",
        "ARM_CLIENT_ID": "33333333-3333-4333-8333-333333333333",
        "ARM_CLIENT_SECRET": "made-up",
    }


def clone(folder: Path) -> Path:
    """A fresh clone with the environment of the tests."""
    made = folder / "clone"
    copy(made)
    (made / ".venv").symlink_to(sys.prefix)
    return made


def names() -> list[str]:
    """The reference stacks, and the bootstrap of each cloud."""
    return [*STACKS, *(f"bootstrap/{cloud}" for cloud in CLOUDS)]


def preview(project: str, checkout: Path, variables: Mapping[str, str]) -> Verdict:
    """Preview one of `names()`."""
    folder = checkout / project if project.startswith("bootstrap/") else checkout
    stack = "example" if project.startswith("bootstrap/") else project
    if folder == checkout:
        write_example(stack, folder, variables)
    else:
        _pulumi(folder, variables, "stack", "init", stack, "--no-select")
    done = _pulumi(folder, variables, "preview", "--stack", stack, "--non-interactive", "--color", "never")
    return judge(project, done.returncode, done.stdout + done.stderr)


def judge(project: str, code: int, text: str) -> Verdict:
    """A preview passes that ends well, or at nothing but the answer to made-up credentials."""
    errors = [line.strip() for line in text.splitlines() if "error:" in line]
    ours = [
        line for line in errors if not any(word in text_of(line, text) for word in (*LOGIN, *UNREACHABLE))
    ]
    told = [line for line in ours if "preview failed" not in line]
    passed = code == 0 or (bool(errors) and not told)
    return Verdict(project=project, passed=passed, said=told if not passed else errors[:1])


def text_of(line: str, text: str) -> str:
    """An error with the lines that follow it, up to the next one."""
    rest = text[text.index(line) + len(line) :]
    return line + rest.partition("error:")[0]


def write_example(stack: str, folder: Path, variables: Mapping[str, str]) -> None:
    """An example as a person would have it: secrets set and encrypted."""
    workspace = Workspace(ROOT, stack, folder.parent / "planted", EXAMPLES)
    secrets = {path[:-1]: str(value) for path, value, _ in walk(workspace.config) if path[-1] == "secure"}
    plain: dict[str, Any] = yaml.safe_load((EXAMPLES / f"Pulumi.{stack}.yaml").read_text())
    (folder / "stacks" / f"Pulumi.{stack}.yaml").write_text(yaml.safe_dump(plain))
    _pulumi(folder, variables, "stack", "init", stack, "--no-select")
    for path, value in secrets.items():
        key = "".join(f"[{part}]" if isinstance(part, int) else f'["{part}"]' for part in path[1:])
        words = ("config", "set", "--stack", stack, "--secret", "--path", f"{path[0]}{key}")
        _pulumi(folder, variables, *words, "--", value)


def _pulumi(folder: Path, variables: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["pulumi", *words], cwd=folder, env=variables, capture_output=True, text=True, check=False
    )
