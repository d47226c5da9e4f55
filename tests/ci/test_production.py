"""The guard of the data stores judges by what is up: no line of a change opens it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ci import digest, jobs, stacks
from ci.digest import Change, Preview, State
from ci.errors import JobError
from ci.preview_comment import render
from ci.production import judge
from tests.stacks import EXAMPLES

STACK = "aws-production"
TOPIC = "aws:msk/topic:Topic"
UP: Mapping[str, Any] = {"profile": "production", "protected": True}
DEV = {"rasa:cloud": "aws", "rasa:profile": "dev"}
DROPPED = {"rasa:cloud": "aws"}
UNCHANGED = {"rasa:cloud": "aws", "rasa:profile": "production"}


def deletion(*, retained: bool = False) -> Change:
    urn = f"urn:pulumi:{STACK}::rasa::{TOPIC}::rasa-events"
    return Change(
        urn=urn, type=TOPIC, op="delete", keys=(), state=State(type=TOPIC, retain_on_delete=retained)
    )


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone whose protected branch has the stack as the examples have it."""
    shutil.copytree(EXAMPLES, tmp_path / stacks.FOLDER)
    monkeypatch.setattr(stacks, "ROOT", tmp_path)
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    commit(tmp_path)
    return tmp_path


def git(root: Path, *words: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *words], cwd=root, check=True)


def commit(root: Path) -> None:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "change")


def edit(root: Path, old: str, new: str, file: str = f"Pulumi.{STACK}.yaml") -> None:
    path = root / stacks.FOLDER / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


LINES = [("  rasa:profile: production\n", "  rasa:profile: dev\n"), ("  rasa:profile: production\n", "")]


@pytest.mark.parametrize(("old", "new"), LINES)
@pytest.mark.parametrize("config", [DEV, DROPPED])
def test_the_state_says_what_a_stack_is(
    repository: Path, old: str, new: str, config: Mapping[str, str]
) -> None:
    edit(repository, old, new)
    edit(repository, f"{STACK}, ", "", "tiers.yaml")
    commit(repository)
    commit(repository)  # the branch before the change has it, too: only the state is left
    preview = Preview(stack=STACK, changes=(deletion(),), outputs=UP, config=config)
    judged = judge(preview, repository)
    assert judged.why == "its state says so"
    assert next((loss.op, loss.name) for loss in judged.lost) == ("delete", "rasa-events")


@pytest.mark.parametrize(("old", "new"), LINES)
def test_without_a_word_in_the_state_the_branch_before_the_change_says(
    repository: Path, old: str, new: str
) -> None:
    edit(repository, f"{STACK}, ", "", "tiers.yaml")
    commit(repository)
    edit(repository, old, new)
    commit(repository)
    judged = judge(Preview(stack=STACK, changes=(deletion(),), config=DEV), repository)
    assert judged.why == "its file says so in HEAD^1"
    assert {loss.op for loss in judged.lost} == {"delete", "unprotect"}


def test_where_a_stack_is_listed_says_it_too(repository: Path) -> None:
    edit(repository, *LINES[0])
    commit(repository)
    commit(repository)
    judged = judge(Preview(stack=STACK, changes=(deletion(),), config=DEV), repository)
    assert judged.why == "tiers.yaml lists it in HEAD^1"


def test_protection_in_the_state_of_an_older_version_says_it(repository: Path) -> None:
    document = (
        '{"config": {"rasa:cloud": "aws"}, "steps": [{"op": "update", "urn": "a::b",'
        ' "oldState": {"type": "aws:rds/instance:Instance", "protect": true},'
        ' "newState": {"type": "aws:rds/instance:Instance", "protect": false}}]}'
    )
    judged = judge(digest.read("aws-dev", document), repository)
    assert judged.why == "its state protects what would change"
    assert [loss.op for loss in judged.lost] == ["unprotect"]


def test_dev_stays_dev(repository: Path) -> None:
    outputs = {"profile": "dev", "protected": False}
    judged = judge(Preview(stack="aws-dev", changes=(deletion(),), outputs=outputs, config=DEV), repository)
    assert judged.why == ""
    assert [loss.op for loss in judged.lost] == ["delete"]


@pytest.mark.parametrize(
    ("config", "because"),
    [
        (DEV, ("rasa:profile", "rasa:profile")),
        (DROPPED, ("rasa:profile", "rasa:profile")),
        ({**UNCHANGED, "rasa:deletionProtection": "false"}, ("rasa:deletionProtection",)),
    ],
)
def test_protection_is_lifted_by_nobodys_slip(config: Mapping[str, str], because: tuple[str, ...]) -> None:
    """Such a change deletes nothing yet: the one after it could, and its state would say `dev`."""
    preview = Preview(stack=STACK, outputs=UP, config=config)
    (loss,) = judge(preview).lost
    assert (loss.op, set(loss.because)) == ("unprotect", set(because))
    with pytest.raises(JobError, match=r"(?s)is production.*unprotect.*allow-data-loss"):
        jobs.guard(preview, judge(preview), allowed=False)
    jobs.guard(preview, judge(preview), allowed=True)
    text = render(preview, judge(preview))
    assert "Data stores will not be protected any more" in text
    assert "Data will be lost" not in text


def test_what_is_as_it_was_is_no_loss() -> None:
    assert judge(Preview(stack=STACK, outputs=UP, config=UNCHANGED)).lost == []
    # Its config is not known: a preview that failed early.
    assert judge(Preview(stack=STACK, outputs=UP)).lost == []


def test_what_the_cloud_keeps_is_not_lost() -> None:
    assert judge(Preview(stack=STACK, changes=(deletion(retained=True),), outputs=UP)).lost == []
