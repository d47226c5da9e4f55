"""Whether a stack is production, and what a change would lose: judged by what is up, not by the change alone.

A pull request may set `rasa:profile: dev` beside what deletes the database, and a push to `main` is that
change, merged. So the stack's state is asked first (its outputs, what it protects), then its files as they
were before the change; the files of the change only add to that. Any of them is enough.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from ci import stacks
from ci.digest import Preview
from ci.stacks import ROOT, TIERS_FILE
from policy.data_stores import Loss, losses, unprotected

BEFORE = ("HEAD^1", "origin/main")
"""The commits that a change is compared with: GitHub checks a pull request out as its merge into the
protected branch, and `up` runs on a merge; GitLab checks out the branch itself."""
PROFILE, PROTECTION = "rasa:profile", "rasa:deletionProtection"


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """What the guard of the data stores goes by."""

    lost: Sequence[Loss]
    why: str
    """Why the stack counts as production; "" if it does not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Claim:
    """What one witness says of a stack."""

    witness: str
    profile: bool = False
    """Its profile is `production`."""
    protected: bool = False
    """Its data stores refuse to be deleted."""
    listed: bool = False
    """It is listed under `production`, which says nothing of its config."""


def judge(preview: Preview, root: Path = ROOT) -> Judged:
    """Judge a preview."""
    before = [*_of_state(preview), *_of_commits(preview.stack, root)]
    now = _of_files(preview.stack, root)
    why = [claim.witness for claim in (*before, *now) if claim.profile or claim.protected or claim.listed]
    return Judged(
        lost=[*losses(preview.changes), *_lifted(preview, before)],
        why=why[0] if why else "",
    )


def _of_state(preview: Preview) -> Iterator[_Claim]:
    told = preview.outputs
    yield _Claim(
        witness="its state says so",
        profile=told.get("profile") == "production",
        protected=told.get("protected") is True,
    )
    # States of versions that did not tell: what they protect is production's.
    yield _Claim(witness="its state protects what would change", protected=preview.protects)


def _of_commits(stack: str, root: Path) -> Iterator[_Claim]:
    for commit in BEFORE:
        file = _at(commit, f"{stacks.FOLDER}/Pulumi.{stack}.yaml", root)
        if file is not None:
            yield _of_text(f"its file says so in {commit}", stack, file)
        tiers = _at(commit, f"{stacks.FOLDER}/{TIERS_FILE}", root)
        if tiers is not None and stack in (_mapping(tiers).get("production") or ()):
            yield _Claim(witness=f"{TIERS_FILE} lists it in {commit}", listed=True)


def _of_files(stack: str, root: Path) -> Iterator[_Claim]:
    yield _of_text("its file says so", stack, (root / stacks.FOLDER / f"Pulumi.{stack}.yaml").read_text())
    if stack in stacks.tiers(root)["production"]:
        yield _Claim(witness=f"{TIERS_FILE} lists it", listed=True)


def _of_text(witness: str, stack: str, text: str) -> _Claim:
    file = stacks.parse(stack, text)
    return _Claim(witness=witness, profile=file.production, protected=file.protected)


def _lifted(preview: Preview, before: Sequence[_Claim]) -> Iterator[Loss]:
    """The loss of protection, which the engine calls no change: the change after it could delete."""
    if not preview.config:
        return
    profile = preview.config.get(PROFILE, "dev")
    protection = preview.config.get(PROTECTION, "true" if profile == "production" else "false")
    because = [PROFILE] if profile != "production" and any(one.profile for one in before) else []
    if protection != "true" and any(one.protected for one in before):
        because.append(PROTECTION if PROTECTION in preview.config else PROFILE)
    if because:
        yield unprotected(f"urn::{preview.stack}", tuple(dict.fromkeys(because)))


def _mapping(text: str) -> Mapping[str, list[str] | None]:
    return yaml.safe_load(text) or {}


def _at(commit: str, path: str, root: Path) -> str | None:
    """A file as it was in a commit; None if the checkout has no such commit, or the commit no such file."""
    command = ["git", "show", f"{commit}:{path}"]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603 - git, our words
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None
