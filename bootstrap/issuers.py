"""Whose word the clouds take for what a CI job is: issuer, audiences and subjects of the four CI systems.

Subjects are matched as a whole. Where a part cannot be known (the user of a CircleCI job) its length is
fixed: a `*` would also swallow slashes, and a branch may be named like the rest of a subject.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pulumi import RunError

from bootstrap.audiences import AUDIENCES, Cloud
from bootstrap.tiers import preview_environment, tier

MAIN = "main"
"""The protected branch."""
ANY_UUID = "-".join("?" * length for length in (8, 4, 4, 4, 12))


@dataclass(frozen=True, kw_only=True, slots=True)
class Trust:
    """Who may come."""

    system: str
    host: str
    """Of the issuer, with its path and without https://."""
    audiences: Mapping[Cloud, str]
    preview: tuple[str, ...]
    """Subjects of the jobs that may read; `?` and `*` as in IAM's StringLike."""
    deploy: tuple[str, ...]
    """Subjects of the jobs that may change."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What the config of a bootstrap project says of the CI system."""

    system: str
    repository: str
    environments: Sequence[str] = ()
    """The stacks that are deployed; on GitHub also the environments that deploy them."""
    ids: str = ""
    """GitHub: `<owner id>/<repository id>`, where the repository's subjects hold them."""
    origin: str = ""
    """CircleCI: the repository, as in github.com/owner/name. Jenkins: its own address."""


def trust(asked: Asked, stack: str) -> Trust:
    """The trust in the jobs of one stack, in a repository of a CI system."""
    system = SYSTEMS.get(asked.system)
    if system is None:
        raise RunError(
            f"ci is {asked.system!r}, must be one of {', '.join(SYSTEMS)}: pulumi config set ci github"
        )
    _check("environments", stack, "names in full", r"[\w.-]+")
    return system(asked, stack)


def is_exact(subject: str) -> bool:
    """Whether a subject names one job and is no pattern."""
    return not set(subject) & set("*?")


def _github(asked: Asked, stack: str) -> Trust:
    """Subjects of GitHub (docs.github.com, "OpenID Connect reference").

    Repositories made or renamed since July 2026 have the numbers of owner and repository in their subjects
    (GitHub changelog 2026-04-23, "Immutable subject claims"). The environment's own rules keep other branches
    out of a deployment, and pull requests that nobody approved out of a preview of production
    (bootstrap/outputs.py prints the commands): a subject that names it does not name the branch.
    """
    _check("repository", asked.repository, "owner/name", r"[\w.-]+/[\w.-]+")
    repository = asked.repository
    if asked.ids:
        _check("ids", asked.ids, "the owner's number/the repository's number", r"\d+/\d+")
        named, numbered = repository.split("/"), asked.ids.split("/")
        repository = "/".join(f"{name}@{number}" for name, number in zip(named, numbered, strict=True))
    return Trust(
        system=asked.system,
        host="token.actions.githubusercontent.com",
        audiences=AUDIENCES,
        # The second is the nightly look for drift.
        preview=(
            f"repo:{repository}:environment:{preview_environment(stack)}",
            f"repo:{repository}:ref:refs/heads/{MAIN}",
        ),
        deploy=(f"repo:{repository}:environment:{stack}",),
    )


def _gitlab(asked: Asked, stack: str) -> Trust:
    """Subjects of GitLab (docs.gitlab.com, "Configure OpenID Connect in AWS"): the project and the ref.

    A merge request from a fork has the fork's path in its subject, also where its pipeline runs in the
    parent project (gitlab-org/gitlab#563038).
    """
    _check("repository", asked.repository, "group/project", r"[\w.-]+(/[\w.-]+)+")
    project = f"project_path:{asked.repository}:ref_type:branch:ref:"
    return Trust(
        system=asked.system,
        host="gitlab.com",
        audiences=AUDIENCES,
        preview=_unless_production(stack, f"{project}*", f"{project}{MAIN}"),
        deploy=(f"{project}{MAIN}",),
    )


def _circleci(asked: Asked, stack: str) -> Trust:
    """Subjects of CircleCI (circleci.com/docs/openid-connect-tokens, version 2): …/vcs-origin/…/vcs-ref/…."""
    uuid = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    _check("repository", asked.repository, "organisation id/project id", f"{uuid}/{uuid}")
    _check("origin", asked.origin, "such as github.com/owner/name", r"[\w.-]+(/[\w.-]+){2,}")
    organisation, _, project = asked.repository.partition("/")
    who = f"org/{organisation}/project/{project}/user/{ANY_UUID}"
    job = f"{who}/vcs-origin/{asked.origin}/vcs-ref/refs/heads/"
    return Trust(
        system=asked.system,
        host=f"oidc.circleci.com/org/{organisation}",
        # Of the token that every job has; no choice of ours.
        audiences=dict.fromkeys(AUDIENCES, organisation),
        preview=_unless_production(stack, f"{job}*", f"{job}{MAIN}"),
        deploy=(f"{job}{MAIN}",),
    )


def _jenkins(asked: Asked, stack: str) -> Trust:
    """Subjects of Jenkins (plugin oidc-provider, "Claims"): the address of the job.

    `origin` is Jenkins' own address, `repository` the path of the multibranch project in it. Jenkins names a
    pull request from a fork like any other: the project must not build those (ci/jenkins/Jenkinsfile).
    """
    _check("origin", asked.origin, "Jenkins' address, such as ci.example.com", r"[\w.-]+(:\d+)?(/[\w.-]+)*")
    _check("repository", asked.repository, "folder/project", r"[\w.-]+(/[\w.-]+)*")
    project = f"https://{asked.origin}/job/" + asked.repository.replace("/", "/job/")
    return Trust(
        system=asked.system,
        host=f"{asked.origin}/oidc",
        audiences=AUDIENCES,
        preview=_unless_production(stack, f"{project}/job/PR-*/", f"{project}/job/{MAIN}/"),
        deploy=(f"{project}/job/{MAIN}/",),
    )


def _unless_production(stack: str, changes: str, main: str) -> tuple[str, ...]:
    """Subjects of jobs that preview, where a subject cannot say that somebody approved the job.

    A change to production is previewed on the simulated cloud there; on main the look for drift reads.
    """
    return (main,) if tier(stack) == "production" else (changes, main)


SYSTEMS: Mapping[str, Callable[[Asked, str], Trust]] = {
    "github": _github,
    "gitlab": _gitlab,
    "circleci": _circleci,
    "jenkins": _jenkins,
}


def _check(key: str, value: str, wanted: str, pattern: str) -> None:
    if not re.fullmatch(pattern, value, re.ASCII):
        raise RunError(f"{key} is {value!r}, must be {wanted}, without patterns: pulumi config set {key} …")
