"""Runs the commands of a document in their order, as a reader would who has just cloned the repository.

What is the project's runs for real: git, make, Python modules, the Pulumi CLI over the simulated cloud. What
is outside answers from stand_ins.yaml: the clouds' CLIs, kubectl, curl, gh; a folder stands in for a bucket
of states, and a passphrase for its key. A clone finds the environment of the tests instead of making its own,
and `uv`, which `make environment` calls, stands in, too.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

from tests.ci.models import write_model
from tests.cli.shell import Shell
from tests.docs.blocks import ROOT, Block

HERE = Path(__file__).parent
SECONDS = 3600
"""After which a command hangs, and is not merely slow on a machine that has much to do."""
READER = {
    "AZURE_SUBSCRIPTION": "rasa-dev",
    "EDITOR": "editor",
    "OPENAI_API_KEY": "sk-walk-7d793037a0760186574b0282f2f435e7",
    "OPENAI_RESOURCE_ID": "/subscriptions/0/providers/Microsoft.CognitiveServices/accounts/a",
    "PROJECT": "rasa-walk",
    "PULUMI_CONFIG_PASSPHRASE": "walk",
    "RASA_PRINCIPAL_ID": "00000000-0000-4000-8000-000000000002",
    "RASA_PRO_LICENSE": "licence-walk-5d41402abc4b2a76b9719d911017c592",
}
"""What the documents ask the reader to set, besides addresses of repositories and the path of a model."""
BUCKET_AND_KEY = """\
case ${{PULUMI_BACKEND_URL-}} in
  s3://* | gs://* | azblob://*) export PULUMI_BACKEND_URL="file://{bucket}" ;;
esac
for word; do
  shift
  case $word in
    s3://* | gs://* | azblob://*) word="file://{bucket}" ;;
    awskms://* | gcpkms://* | azurekeyvault://*) word=passphrase ;;
  esac
  set -- "$@" "$word"
done
# A passphrase instead of a passphrase: Pulumi then reads the new one from its standard input.
case $* in *change-secrets-provider*) exec {pulumi} "$@" <<END
$PULUMI_CONFIG_PASSPHRASE
END
esac
exec {pulumi} "$@"
"""
UV_VERSION = re.compile(r"^UV_VERSION := (\S+)$", re.MULTILINE)


def walk(shell: Shell, blocks: Sequence[Block | str]) -> str:
    """Run blocks, and lines of a test's own between them, in one bash; return what was printed.

    It stops at the first command that fails, with the place of its block.
    """
    script = "".join(
        f"\necho '::: {block.place}'\n{block.text}" if isinstance(block, Block) else f"\n{block}\n"
        for block in blocks
    )
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=shell.clone,  # the reader's clone comes below it, where the simulated cloud looks for stack files
        env={**shell.environment, **READER, **_files(shell), **_git(shell)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def _files(shell: Shell) -> dict[str, str]:
    """What lies at the reader's: the repository, a model, and the tools that stand in."""
    for tool in yaml.safe_load((HERE / "stand_ins.yaml").read_text()):
        shell.stand_in(tool, f"exec '{sys.executable}' '{HERE / 'stand_in.py'}' {tool} \"$@\"")
    pulumi = shell.bin / "pulumi"
    if "awskms" not in pulumi.read_text():
        pulumi.rename(shell.bin / "pulumi-with-plugins")
        (shell.home / "bucket").mkdir()
        shell.stand_in(
            "pulumi", BUCKET_AND_KEY.format(bucket=shell.home / "bucket", pulumi=f"{pulumi}-with-plugins")
        )
    model = write_model(shell.home / "20261125-101500.tar.gz")
    return {"REPOSITORY": str(shell.clone), "MODEL": str(model)}


def _git(shell: Shell) -> dict[str, str]:
    """Git with a name, without settings of the machine, and whose clones find the environment."""
    hook = shell.home / "template" / "hooks" / "post-checkout"
    hook.parent.mkdir(parents=True)
    (version,) = UV_VERSION.findall((ROOT / "Makefile").read_text())
    hook.write_text(
        "#!/bin/sh\n"
        f"[ -e .venv ] || {{ mkdir .venv; ln -s '{sys.prefix}'/* .venv/; touch .venv/.ready; }}\n"
        f"[ -e .uv ] || {{ mkdir -p .uv/bin; touch .uv/{version}; ln -s '{shell.bin}/uv' .uv/bin/uv; }}\n"
    )
    hook.chmod(0o755)
    people = {f"GIT_{role}_NAME": "Reader" for role in ("AUTHOR", "COMMITTER")}
    addresses = {f"GIT_{role}_EMAIL": "reader@example.com" for role in ("AUTHOR", "COMMITTER")}
    files = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    return {**people, **addresses, **files, "GIT_TEMPLATE_DIR": str(hook.parents[1])}
