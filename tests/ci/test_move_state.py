"""A stack that was started by hand moves to what bootstrap/ made: the real engine, KMS and S3 of moto.

The old back end is a folder, its secrets are under a passphrase, as the quick start leaves them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from ci import backends
from simcloud import engine
from tests.aws_emulator import aws_emulator
from tests.ci.uploads import QUIET, sdk

pytestmark = [pytest.mark.engine, pytest.mark.filterwarnings(*QUIET)]

ROOT = Path(__file__).parents[2]
STACK = "own-dev"
MARK = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
"""Of a secret in a state (sdk/go/common/resource/sig.go)."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """What bootstrap/aws made."""

    state: str
    key: str
    environment: dict[str, str]


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    with aws_emulator() as url:
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}

        def client(name: str) -> Any:
            return sdk("boto3").client(name, region_name="eu-central-1", endpoint_url=url, **keys)

        where = {"LocationConstraint": "eu-central-1"}
        client("s3").create_bucket(Bucket="state", CreateBucketConfiguration=where)
        arn = client("kms").create_key()["KeyMetadata"]["Arn"]
        yield Account(
            state="s3://state?region=eu-central-1&awssdk=v2",
            key=f"awskms:///{arn}?region=eu-central-1&awssdk=v2",
            environment={
                "AWS_ENDPOINT_URL": url,
                **{name.upper(): value for name, value in keys.items()},
            },
        )


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """A clone of the project, and a person who works in it."""

    folder: Path
    old: str
    account: Account

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        pulumi = Path(str(engine.find().command)).parent
        return subprocess.run(
            words,
            cwd=self.folder,
            env={
                "PATH": f"{pulumi}{os.pathsep}{os.environ['PATH']}",
                "HOME": str(self.folder.parent),
                "PULUMI_HOME": str(self.folder.parent / "pulumi"),
                "PULUMI_SKIP_UPDATE_CHECK": "true",
                "PYTHONPATH": str(self.folder),
                **self.account.environment,
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def pulumi(self, backend: str, *words: str, passphrase: str | None = None) -> str:
        given = {} if passphrase is None else {"PULUMI_CONFIG_PASSPHRASE": passphrase}
        done = self.run("pulumi", *words, "--stack", STACK, PULUMI_BACKEND_URL=backend, **given)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def move(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        given = {"PULUMI_CONFIG_PASSPHRASE": "before", **environment}
        arguments = ("--to", self.account.state, "--secrets-provider", self.account.key, *words)
        return self.run(sys.executable, "-m", "ci", "move-state", STACK, *arguments, **given)

    @property
    def stack_file(self) -> Path:
        return self.folder / "stacks" / f"Pulumi.{STACK}.yaml"


@pytest.fixture
def checkout(account: Account, tmp_path: Path) -> Checkout:
    client: Any = sdk("boto3").resource(
        "s3",
        endpoint_url=account.environment["AWS_ENDPOINT_URL"],
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )
    client.Bucket("state").objects.all().delete()
    folder = tmp_path / "checkout"
    for name in ("ci", "bootstrap", "policy", "simcloud", "components"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "Pulumi.yaml", folder)
    (folder / "stacks").mkdir()
    (tmp_path / "old").mkdir()
    made = Checkout(folder=folder, old=f"file://{tmp_path / 'old'}", account=account)
    done = made.run("pulumi", "login", made.old)
    assert done.returncode == 0, done.stderr
    return made


def started(checkout: Checkout) -> Checkout:
    """A stack with a licence, two resources and a secret output, started by hand."""

    def pulumi(*words: str) -> str:
        return checkout.pulumi(checkout.old, *words, passphrase="before")

    pulumi("stack", "init")
    pulumi("config", "set", "--secret", "rasa:license", "planted-license")
    state = json.loads(pulumi("stack", "export"))
    urn = f"urn:pulumi:{STACK}::rasa"
    state["deployment"]["resources"] = [
        {
            "urn": f"{urn}::pulumi:pulumi:Stack::rasa-{STACK}",
            "custom": False,
            "type": "pulumi:pulumi:Stack",
            "outputs": {"token": {**MARK, "plaintext": '"planted-output"'}},
        },
        {
            "urn": f"{urn}::rasa:aws:Foundation::foundation",
            "custom": False,
            "type": "rasa:aws:Foundation",
            "parent": f"{urn}::pulumi:pulumi:Stack::rasa-{STACK}",
        },
    ]
    path = checkout.folder / "state.json"
    path.write_text(json.dumps(state))
    pulumi("stack", "import", "--file", str(path))
    path.unlink()
    return checkout


def test_resources_and_secrets_move(checkout: Checkout) -> None:
    started(checkout)
    done = checkout.move()
    assert done.returncode == 0, done.stderr
    assert "2 resources moved" in done.stdout
    state = checkout.account.state
    # No passphrase any more: the key alone opens everything.
    assert "planted-license" in checkout.pulumi(state, "config", "--show-secrets")
    assert "planted-output" in checkout.pulumi(state, "stack", "output", "token", "--show-secrets")
    assert "planted" not in checkout.stack_file.read_text() + checkout.pulumi(state, "stack", "export")
    file = yaml.safe_load(checkout.stack_file.read_text())
    assert file["secretsprovider"] == checkout.account.key
    assert "encryptionsalt" not in file
    urns = [
        one["urn"] for one in json.loads(checkout.pulumi(state, "stack", "export"))["deployment"]["resources"]
    ]
    assert [urn.rpartition("::")[2] for urn in urns] == [f"rasa-{STACK}", "foundation"]
    # The command that it prints for the old copy works as printed.
    removal = done.stdout.splitlines()[-1]
    assert checkout.run("bash", "-c", removal).returncode == 0
    assert (
        "no stack named"
        in checkout.run("pulumi", "stack", "export", "--stack", STACK, PULUMI_BACKEND_URL=checkout.old).stderr
    )
    assert "planted-license" in checkout.pulumi(state, "config", "--show-secrets")


def test_a_move_is_taken_up_and_not_done_twice(checkout: Checkout) -> None:
    started(checkout)
    # Cut off after the secrets went over, with an empty stack made beside it.
    checkout.pulumi(
        checkout.old, "stack", "change-secrets-provider", checkout.account.key, passphrase="before"
    )
    other = checkout.folder / "stacks" / "Pulumi.other.yaml"
    shutil.copy(checkout.stack_file, other)
    done = checkout.run(
        "pulumi", "stack", "init", STACK, "--secrets-provider", checkout.account.key,
        PULUMI_BACKEND_URL=checkout.account.state,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    done = checkout.move()
    assert "2 resources moved" in done.stdout, done.stderr
    again = checkout.move()
    assert "2 resources are in s3://state" in again.stdout, again.stderr
    assert "nothing was done" in again.stdout


def test_a_new_stack_is_made_with_the_key(checkout: Checkout) -> None:
    done = checkout.move()
    assert done.returncode == 0, done.stderr
    assert yaml.safe_load(checkout.stack_file.read_text())["secretsprovider"] == checkout.account.key
    checkout.pulumi(checkout.account.state, "config", "set", "--secret", "rasa:license", "planted")
    assert checkout.move().returncode == 0, "asked for twice"


def test_a_stack_of_another_back_end_is_not_made_a_second_time(checkout: Checkout, tmp_path: Path) -> None:
    started(checkout)
    (tmp_path / "elsewhere").mkdir()
    done = checkout.move(PULUMI_BACKEND_URL=f"file://{tmp_path / 'elsewhere'}")
    assert done.returncode == 1
    assert "holds secrets of a stack that was started already" in done.stderr
    assert "--from file://~" in done.stderr.splitlines()[-1]
    assert checkout.move("--from", checkout.old).returncode == 0


def test_what_stands_in_the_way_is_said(checkout: Checkout) -> None:
    started(checkout)
    before = checkout.stack_file.read_text()
    refused = checkout.run(
        sys.executable, "-m", "ci", "move-state", STACK, "--to", checkout.account.state,
        "--secrets-provider", checkout.account.key,
    )  # fmt: skip
    assert refused.returncode == 1
    assert "read -rs PULUMI_CONFIG_PASSPHRASE" in refused.stderr.splitlines()[-1]
    wrong = checkout.move(PULUMI_CONFIG_PASSPHRASE="wrong")
    assert wrong.returncode == 1
    assert "incorrect passphrase" in wrong.stderr
    assert "no resource was touched" in wrong.stderr
    unknown = checkout.run(
        sys.executable, "-m", "ci", "move-state", STACK, "--to", checkout.account.state,
        "--secrets-provider", "passphrase",
    )  # fmt: skip
    assert "must be the URL of a key" in unknown.stderr
    nowhere = checkout.move(PULUMI_HOME=str(checkout.folder / "nowhere"))
    assert "Log in where the stack was started" in nowhere.stderr.splitlines()[-1]
    assert checkout.stack_file.read_text() == before


def test_two_different_ones_are_left_to_people(checkout: Checkout) -> None:
    started(checkout)
    assert checkout.move().returncode == 0
    state = json.loads(checkout.pulumi(checkout.account.state, "stack", "export"))
    state["deployment"]["resources"].pop()
    path = checkout.folder / "state.json"
    path.write_text(json.dumps(state))
    checkout.pulumi(checkout.account.state, "stack", "import", "--file", str(path))
    done = checkout.move()
    assert done.returncode == 1
    assert "2 resources in the old back end, and 1 others" in done.stderr


def test_a_cut_off_up_is_looked_at_first(checkout: Checkout) -> None:
    started(checkout)
    # Pulumi itself leaves such operations out of what it imports.
    path = Path(checkout.old.removeprefix("file://")) / ".pulumi" / "stacks" / "rasa" / f"{STACK}.json"
    state = json.loads(path.read_text())
    latest = state["checkpoint"]["latest"]
    latest["pending_operations"] = [{"resource": latest["resources"][1], "type": "creating"}]
    path.write_text(json.dumps(state))
    done = checkout.move()
    assert done.returncode == 1
    assert "-m ci recover " in done.stderr.splitlines()[-2]


def test_names_in_pulumi_cloud_are_whole() -> None:
    there = {"PULUMI_BACKEND_URL": "https://api.pulumi.com", "PULUMI_ORGANIZATION": "acme"}
    assert backends.full_name("aws-dev", there) == "acme/rasa/aws-dev"
    assert backends.full_name("aws-dev", {**there, "PULUMI_BACKEND_URL": "s3://state"}) == "aws-dev"
    assert backends.full_name("aws-dev", there, url="file://~") == "aws-dev"
    assert backends.full_name("aws-dev", {"PULUMI_BACKEND_URL": "https://api.pulumi.com"}) == "aws-dev"
