"""Every command that a document prints runs, in its order, from clone to destroy, on the simulated cloud."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from starters.template import Starter
from tests.cli.shell import opened
from tests.docs.blocks import DOCUMENTS, ROOT, Block, blocks
from tests.docs.walk import READER, walk
from tests.long import mostly_long

pytestmark = pytest.mark.engine

DOCS = ROOT / "docs"
STARTS = {"aws": "aws-dev", "azure": "azure-dev", "gcp": "gcp-dev", "own-cluster": "local-dev"}
CLONE = 'git clone "$REPOSITORY" rasa-platform && cd rasa-platform'
SECRETS = """
pulumi config set --secret rasa:license "$RASA_PRO_LICENSE"
pulumi config set --secret --path rasa:llmKeys.OPENAI_API_KEY "$OPENAI_API_KEY"
"""
LOCAL = f"""
make stack NAME=local-dev CLOUD=none PROFILE=dev
pulumi stack init local-dev
{SECRETS}
pulumi config set --secret --path rasa:cluster.kubeconfig "$(kubectl config view --raw --minify --flatten)"
pulumi config set --path rasa:assistant.model assistant-1.0.0
"""
RELEASES = """
git -C "$REPOSITORY" tag v0.1.0
git -C "$REPOSITORY" commit -q --allow-empty -m "The next one"
git -C "$REPOSITORY" tag v0.2.0
git init -q --bare mine.git
MY_REPOSITORY="$PWD/mine.git"
"""
A_SECRET_FILE = """
printf -- '-----BEGIN PRIVATE KEY-----\nplanted\n-----END PRIVATE KEY-----\n' > client.pem
"""
WITH_VAULT = f"""
{CLONE}
make stack NAME=azure-dev CLOUD=azure REGION=westeurope PROFILE=dev
pulumi stack init azure-dev
{SECRETS}
pulumi config set --path 'rasa:cluster.admins[0]' "user:$(az ad signed-in-user show --query id --output tsv)"
pulumi config set --path rasa:assistant.model assistant-1.0.0
pulumi config set --path rasa:secretsManager.from in-cluster
ARN=arn:aws:secretsmanager:eu-central-1:123456789012:secret:vault VAULT=rasa-vault SECRET=vault
"""
IN_A_NETWORK = f"""
{CLONE}
make stack NAME=aws-dev CLOUD=aws REGION=eu-central-1 PROFILE=dev
pulumi stack init aws-dev
{SECRETS}
pulumi config set --path rasa:assistant.model assistant-1.0.0
VPC=vpc-0c0a0b0e000000001 STORES_A=subnet-0c0a0b0e0000000b1 STORES_B=subnet-0c0a0b0e0000000b2
NODES_A=subnet-0c0a0b0e0000000a1 NODES_B=subnet-0c0a0b0e0000000a2
"""
PRINTED = """
mkdir -p models && cp "$MODEL" models/assistant-1.0.0.tar.gz
make stack NAME=local-dev CLOUD=none PROFILE=dev | sed -n 's/^  //p' > commands.sh
grep -q '^make up STACK=local-dev$' commands.sh
. ./commands.sh
"""
"""`make stack` prints, indented, what comes next; it is run as it is."""
BOOTSTRAPPED = f"""
{CLONE}
make stack NAME=aws-dev CLOUD=aws REGION=eu-central-1 PROFILE=dev
pulumi stack init aws-dev
{SECRETS}
cd bootstrap/aws
cp Pulumi.example.yaml Pulumi.mine.yaml
pulumi stack init mine
"""
IN_THE_PROJECT = """
cd ../..
AWS_BACKEND_URL=s3://states?region=eu-central-1 AWS_SECRETS_PROVIDER=awskms://alias/states?region=eu-central-1
"""
BEFORE: Mapping[str, Mapping[int, str]] = {
    "README.md": {0: CLONE, 1: LOCAL, 2: "pulumi preview"},
    "backends.md": {0: BOOTSTRAPPED, 1: IN_THE_PROJECT},
    "companions.md": {0: CLONE, 1: PRINTED + A_SECRET_FILE},
    "existing-network.md": {0: IN_A_NETWORK},
    "own-rules.md": {0: f"{CLONE}{LOCAL}"},
    "registry.md": {0: CLONE + LOCAL, 1: "REGISTRY_USER=puller REGISTRY_PASSWORD=planted-pull"},
    "upgrading.md": {0: RELEASES, 2: LOCAL},
    "vault.md": {0: WITH_VAULT},
}
"""What a reader has done before a block of a document that does not begin at the beginning."""
UP = """
pulumi stack output --json > outputs.json
pulumi refresh --skip-preview > first-refresh.txt
pulumi refresh --expect-no-changes
"""
"""What is asked of a quick start's stack before its `make destroy`."""
FILLED_IN = {"azure": ("+customDnsConfigs", "+customDnsConfigs", "+customDnsConfigs", "+natGateway")}
"""What a cloud fills in after `up`, and the program ignores: the first refresh alone shows it."""
UNDO = """
cat commands.sh
pulumi login file://~
pulumi stack select mine
pulumi config set deletionProtection false
pulumi up --skip-preview
pulumi destroy --skip-preview
pulumi stack rm --yes
"""
"""The end of a bootstrap, in its folder."""
AFTER = {"README.md": UNDO}
LEFT_OUT = {"README.md": "make test"}
"""A line that no walk runs: it is `make test` that runs the walks."""
IN_AWS = "outputs.md"
"""Its commands read outputs of a stack that is up: they run before the AWS quick start's `make destroy`."""
BOOTSTRAP = "cp Pulumi.example.yaml Pulumi.mine.yaml"


@pytest.mark.parametrize("start", mostly_long(STARTS, now=["own-cluster"]))
def test_quick_start(start: str, tmp_path: Path) -> None:
    stack = STARTS[start]
    with opened(tmp_path) as shell:
        printed = walk(shell, list(_quick_start(start)))
        # The conversation took place, on a stack that was up; and nothing is left of it.
        assert "created" in printed
        assert '"text": "Hello!"' in printed
        assert f"Stack '{stack}' has been removed" in printed
        assert dict(shell.account.records) == {}
        # What the reader would commit holds no secret in plain text, nor does what the commands printed.
        clone = shell.clone / "rasa-platform"
        stack_file = (clone / "stacks" / f"Pulumi.{stack}.yaml").read_text()
        for secret in (READER["OPENAI_API_KEY"], READER["RASA_PRO_LICENSE"], "token-of-the-walk"):
            assert secret not in stack_file
            assert secret not in printed
        assert "secure" in yaml.safe_load(stack_file)["config"]["rasa:license"]
        assert json.loads((clone / "outputs.json").read_text())["model"] == "assistant-1.0.0"
        shown = (clone / "first-refresh.txt").read_text()
        assert tuple(sorted(re.findall(r"\[diff: (.+)\]", shown))) == FILLED_IN.get(start, ()), shown


@pytest.mark.long
@pytest.mark.parametrize("name", BEFORE)
def test_document(name: str, tmp_path: Path) -> None:
    document = ROOT / name if name == "README.md" else DOCS / name
    with opened(tmp_path) as shell:
        blocks_of_it = list(_with_what_comes_before(_walked(document), BEFORE[name]))
        printed = walk(shell, [*blocks_of_it, AFTER.get(name, "")])
        if name in AFTER:
            assert "gh variable set AWS_" in printed
            assert dict(shell.account.records) == {}


@pytest.mark.long
@pytest.mark.parametrize(("cloud", "system"), [("azure", "github"), ("gcp", "gitlab")])
def test_bootstrap_of_another_cloud(cloud: str, system: str, tmp_path: Path) -> None:
    """The README prints the commands for one cloud; the commands that they print run, too."""
    (block,) = (one for one in blocks(ROOT / "README.md") if BOOTSTRAP in one.text)
    there = replace(block, text=block.text.replace("bootstrap/aws", f"bootstrap/{cloud}"))
    assert there.text != block.text
    ask = f"EDITOR='sed -i s/:ci:.github/:ci:\\x20{system}/'"
    with opened(tmp_path) as shell:
        printed = walk(shell, [CLONE, ask, there, UNDO])
        tool = "glab" if system == "gitlab" else "gh"
        assert f"{tool} variable set {cloud.upper()}_" in printed
        assert f"{cloud}-dev: no resources yet" in printed
        assert dict(shell.account.records) == {}


@pytest.mark.parametrize("cloud", ["aws", "azure", "gcp", "none"])
def test_what_make_stack_prints_stands_in_the_quick_start_which_is_walked(cloud: str) -> None:
    start = DOCS / f"quick-start-{'own-cluster' if cloud == 'none' else cloud}.md"
    commands = {command for block in blocks(start) for command in block.commands}
    starter = Starter(name="mine", cloud=cloud, region="", profile="dev")
    assert [one for one in starter.commands() if one not in commands] == []


def test_every_document_is_walked() -> None:
    walked = {*(f"quick-start-{start}.md" for start in STARTS), *BEFORE, IN_AWS}
    assert {path.name for path in DOCUMENTS if blocks(path)} == walked


def _quick_start(start: str) -> Iterator[Block | str]:
    for block in blocks(DOCS / f"quick-start-{start}.md"):
        if "make destroy" in block.text:
            yield UP
            if start == "aws":
                yield from blocks(DOCS / IN_AWS)
        yield block


def _walked(document: Path) -> Iterator[Block]:
    left_out = LEFT_OUT.get(document.name)
    lines = [line for block in blocks(document) for line in block.text.splitlines(keepends=True)]
    assert left_out is None or sum(line.startswith(left_out) for line in lines) == 1
    for block in blocks(document):
        kept = (
            line
            for line in block.text.splitlines(keepends=True)
            if not (left_out and line.startswith(left_out))
        )
        yield replace(block, text="".join(kept))


def _with_what_comes_before(found: Iterable[Block], before: Mapping[int, str]) -> Iterator[Block | str]:
    for number, block in enumerate(found):
        if number in before:
            yield before[number]
        yield block
