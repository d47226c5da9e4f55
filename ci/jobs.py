"""The jobs of the infrastructure's pipeline: what each CI system calls."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ci import production, pulumi_cli, stacks
from ci.digest import Preview
from ci.drift import render as render_drift
from ci.errors import JobError
from ci.forges import Forge
from ci.preview_comment import ALLOW_LABEL, marker, render
from policy.data_stores import refusal

COMMIT = re.compile(r"[0-9a-f]{40}")
"""How the assistant's pipeline names a model."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """What a CI system says of the job."""

    request: str
    """Number of the pull request; "" if there is none."""
    commit: str
    url: str
    """Of the log."""
    summary: Path | None
    """A file whose Markdown the CI system shows (GitHub)."""


def this_job(environment: Mapping[str, str] = os.environ) -> Job:
    """Read what the four CI systems call the same things."""

    def first(*names: str) -> str:
        return next((environment[name] for name in names if environment.get(name)), "")

    run = environment.get("GITHUB_RUN_ID")
    github = (
        f"{environment.get('GITHUB_SERVER_URL')}/{environment.get('GITHUB_REPOSITORY')}/actions/runs/{run}"
    )
    summary = environment.get("GITHUB_STEP_SUMMARY")
    return Job(
        request=first("PULL_REQUEST", "CI_MERGE_REQUEST_IID", "CHANGE_ID")
        or first("CIRCLE_PULL_REQUEST").rpartition("/")[2],
        commit=first("GITHUB_SHA", "CI_COMMIT_SHA", "CIRCLE_SHA1", "GIT_COMMIT"),
        url=github if run else first("CI_JOB_URL", "CIRCLE_BUILD_URL", "BUILD_URL"),
        summary=Path(summary) if summary else None,
    )


def preview(stack: str, job: Job, forge: Forge | None) -> None:
    """Preview a real stack and say in the pull request what it would do."""
    _keep_released_model(stack)
    found = pulumi_cli.preview(stack)
    show(found, job, forge)


def show(found: Preview, job: Job, forge: Forge | None) -> None:
    """Say what a preview found: in the log, the summary and the pull request."""
    text = render(found, production.judge(found), run_url=job.url)
    print(text)  # noqa: T201 - the log shows it too
    if job.summary:
        with job.summary.open("a") as summary:
            summary.write(text)
    if forge and job.request:
        forge.comment(job.request, marker(found.stack), text)
    if found.errors:
        raise JobError(f"the preview of {found.stack} failed", remedy=found.errors[-1])


def up(stack: str, job: Job, forge: Forge | None, *, allow_data_loss: bool = False) -> None:
    """Bring a real stack up, if it is listed; in production not if that would lose data."""
    stacks.refuse_unlisted(stack)
    pulumi_cli.settle(stack)
    found = pulumi_cli.preview(stack)
    judged = production.judge(found)
    print(render(found, judged, run_url=job.url), flush=True)  # noqa: T201
    guard(found, judged, allowed=allow_data_loss or _labelled(job, forge))
    if found.changes:
        pulumi_cli.up(stack)


def guard(found: Preview, judged: production.Judged, *, allowed: bool) -> None:
    """Refuse a preview that failed, and one that would lose data of production."""
    if found.errors:
        raise JobError(
            f"the preview of {found.stack} failed; nothing was changed", remedy="\n".join(found.errors)
        )
    if judged.lost and judged.why and not allowed:
        problem, _, remedy = refusal(found.stack, judged.lost, judged.why).rpartition("\n")
        raise JobError(problem, remedy=remedy)


def drift(stack: str, job: Job, forge: Forge | None) -> None:
    """Look whether the cloud still is as the state says; an issue tells of it, and is kept current."""
    found = pulumi_cli.drift(stack)
    text = render_drift(stack, found, job.url)
    if not any(one.is_drift for one in found):
        print(f"{stack}: no drift\n\n{text}" if found else f"{stack}: the cloud is as its state says")  # noqa: T201
        return
    if forge:
        forge.issue(f"Drift: {stack}", text)
    count = sum(one.is_drift for one in found)
    raise JobError(
        f"{text}\nstack {stack} has drifted: {count} {'finding' if count == 1 else 'findings'}",
        remedy="The last column says what `pulumi up` puts back; to keep what was done by hand, write it into"
        " the program first.",
    )


def _keep_released_model(stack: str) -> None:
    """The stack's file names the first model; the assistant's pipeline has released commits since.

    What is up stands in the state, which is all that a preview may read. Without this each preview would show
    the assistant going back.
    """
    # Whatever is wrong with the state, the preview that follows says it.
    with contextlib.suppress(JobError):
        told = pulumi_cli.outputs(stack)
        model = str(told.get("model"))
        # The first one is there, too, and its file need not be in this checkout.
        if COMMIT.fullmatch(model) or model == stacks.upload(stack):
            pulumi_cli.set_model(stack, model, str(told.get("modelSha256", "")))


def _labelled(job: Job, forge: Forge | None) -> bool:
    return bool(forge and job.commit and ALLOW_LABEL in forge.labels(job.commit))
