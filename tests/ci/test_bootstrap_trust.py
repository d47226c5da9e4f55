"""Who can take on the identities of bootstrap/, judged as each cloud judges what is rendered for it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pulumi import RunError

from bootstrap.audiences import Cloud
from bootstrap.azure.identities import exact, slug
from bootstrap.issuers import Asked, trust
from tests.ci.trust import admits, like, rendered
from tests.recorder import Recording

ROOT = Path(__file__).parents[2]
CLOUDS: tuple[Cloud, ...] = ("aws", "azure", "gcp")
DEV, PRODUCTION = "aws-dev", "aws-production"
ORG, PROJECT = "0a8c1f5e-0000-4000-8000-000000000001", "0a8c1f5e-0000-4000-8000-000000000002"
USER, ORIGIN = "0a8c1f5e-0000-4000-8000-000000000003", "github.com/acme/rasa"
SYSTEMS = {
    "github": Asked(system="github", repository="acme/rasa"),
    "numbered": Asked(system="github", repository="acme/rasa", ids="1/2"),
    "gitlab": Asked(system="gitlab", repository="acme/rasa"),
    "circleci": Asked(system="circleci", repository=f"{ORG}/{PROJECT}", origin=ORIGIN),
    "jenkins": Asked(system="jenkins", repository="acme/rasa", origin="ci.acme.test"),
}
TRUSTS = {system: trust(asked, DEV) for system, asked in SYSTEMS.items()}
IN_PRODUCTION = {system: trust(asked, PRODUCTION) for system, asked in SYSTEMS.items()}


def circle(ref: str, project: str = PROJECT, origin: str = ORIGIN) -> str:
    return f"org/{ORG}/project/{project}/user/{USER}/vcs-origin/{origin}/vcs-ref/{ref}"


def gitlab(ref: str, project: str = "acme/rasa") -> str:
    return f"project_path:{project}:ref_type:branch:ref:{ref}"


def jenkins(job: str, project: str = "acme/job/rasa", host: str = "ci.acme.test") -> str:
    return f"https://{host}/job/{project}/job/{job}/"


DEPLOYS = [
    ("github", "repo:acme/rasa:environment:aws-dev"),
    ("numbered", "repo:acme@1/rasa@2:environment:aws-dev"),
    ("gitlab", gitlab("main")),
    ("circleci", circle("refs/heads/main")),
    ("jenkins", jenkins("main")),
]
PULL_REQUESTS = [
    ("github", "repo:acme/rasa:environment:aws-dev-preview"),
    ("numbered", "repo:acme@1/rasa@2:environment:aws-dev-preview"),
    ("gitlab", gitlab("feature")),
    ("circleci", circle("refs/heads/feature")),
    ("jenkins", jenkins("PR-7")),
]
STRANGERS = [
    ("github", "repo:mallory/rasa:environment:aws-production"),
    ("github", "repo:mallory/rasa:pull_request"),
    ("github", "repo:mallory/rasa:ref:refs/heads/main"),
    ("github", "repo:acme/rasa-fork:environment:aws-production"),
    # Somebody took the name after it was given up.
    ("numbered", "repo:acme@3/rasa@4:environment:aws-dev"),
    ("numbered", "repo:acme@1/rasa@4:pull_request"),
    ("numbered", "repo:acme/rasa:pull_request"),
    ("gitlab", gitlab("main", "mallory/rasa")),
    ("gitlab", gitlab("feature", "mallory/rasa")),
    ("gitlab", "project_path:mallory/x:ref_type:branch:ref:project_path:acme/rasa:ref_type:branch:ref:main"),
    ("gitlab", "project_path:acme/rasa:ref_type:tag:ref:main"),
    ("circleci", circle("refs/heads/main", project=USER)),
    ("circleci", circle("refs/heads/main", origin="github.com/mallory/rasa")),
    ("circleci", circle("refs/heads/main", origin="githubXcom/acme/rasa")),
    ("jenkins", jenkins("main", project="acme/job/other")),
    ("jenkins", jenkins("main", host="ci.mallory.test")),
]
OTHER_JOBS = [
    *PULL_REQUESTS,
    ("github", "repo:acme/rasa:ref:refs/heads/main"),
    ("github", "repo:acme/rasa:ref:refs/heads/environment:aws-dev"),
    # The other tier's, and a job that names no environment.
    ("github", "repo:acme/rasa:environment:aws-production"),
    ("numbered", "repo:acme@1/rasa@2:environment:aws-production"),
    ("github", "repo:acme/rasa:pull_request"),
    ("github", "repo:acme/rasa:environment:aws-production-2"),
    ("github", "repo:acme/rasa:environment:staging"),
    ("gitlab", gitlab("main-2")),
    ("gitlab", gitlab("x:ref:main")),
    # A branch that is named like the end of the subject that is trusted.
    ("circleci", circle(f"refs/heads/x/vcs-origin/{ORIGIN}/vcs-ref/refs/heads/main")),
    ("jenkins", jenkins("main-2")),
    ("jenkins", jenkins("PR-main")),
]


@cache
def made(cloud: Cloud, system: str) -> Recording[Any]:
    return rendered(cloud, TRUSTS[system])


def taken(cloud: Cloud, system: str, identity: str, subject: str, **other: str) -> bool:
    given = TRUSTS[system]
    claims = {"iss": given.host, "aud": given.audiences[cloud], "sub": subject, **other}
    return admits(cloud, made(cloud, system), identity, claims)


def cases(subjects: list[tuple[str, str]]) -> list[tuple[Cloud, str, str]]:
    """Each subject on each cloud; Azure cannot tell CircleCI's apart and takes none."""
    return [
        (cloud, system, subject)
        for cloud in CLOUDS
        for system, subject in subjects
        if (cloud, system) != ("azure", "circleci")
    ]


@pytest.mark.parametrize(("cloud", "system", "subject"), cases(DEPLOYS))
def test_the_environment_deploys(cloud: Cloud, system: str, subject: str) -> None:
    assert taken(cloud, system, "deploy", subject)
    assert not taken(cloud, system, "deploy", subject, aud="https://another.test")


@pytest.mark.parametrize(("cloud", "system", "subject"), cases(PULL_REQUESTS))
def test_pull_requests_preview(cloud: Cloud, system: str, subject: str) -> None:
    # Azure compares as a whole: a subject that names a branch cannot be listed beforehand.
    known = cloud != "azure" or system in {"github", "numbered"}
    assert taken(cloud, system, "preview", subject) is known


@pytest.mark.parametrize(("cloud", "system", "subject"), cases([*STRANGERS, *OTHER_JOBS]))
def test_another_repository_branch_or_pull_request_does_not_deploy(
    cloud: Cloud, system: str, subject: str
) -> None:
    assert not taken(cloud, system, "deploy", subject)


@pytest.mark.parametrize(("cloud", "system", "subject"), cases(STRANGERS))
def test_a_fork_does_not_even_preview(cloud: Cloud, system: str, subject: str) -> None:
    assert not taken(cloud, system, "preview", subject)


@pytest.mark.parametrize("cloud", CLOUDS)
def test_another_issuer_is_refused(cloud: Cloud) -> None:
    recording = made(cloud, "github")
    for identity, subject in (("deploy", DEPLOYS[0][1]), ("preview", PULL_REQUESTS[0][1])):
        claims = {"aud": TRUSTS["github"].audiences[cloud], "sub": subject}
        assert admits(cloud, recording, identity, {**claims, "iss": TRUSTS["github"].host})
        if cloud != "aws":
            assert not admits(cloud, recording, identity, {**claims, "iss": "gitlab.com"})


OF_ANOTHER_STACK = [
    ("github", "repo:acme/rasa:environment:aws-production-preview"),
    ("github", "repo:acme/rasa:environment:aws-production"),
    ("github", "repo:acme/rasa:pull_request"),
    ("numbered", "repo:acme@1/rasa@2:pull_request"),
]


@pytest.mark.parametrize(("cloud", "system", "subject"), cases(OF_ANOTHER_STACK))
def test_a_preview_of_one_stack_opens_no_other(cloud: Cloud, system: str, subject: str) -> None:
    assert not taken(cloud, system, "preview", subject)


@pytest.mark.parametrize("system", SYSTEMS)
def test_production_is_previewed_only_where_somebody_approves(system: str) -> None:
    """On GitHub by the environment's reviewers; elsewhere a subject cannot say it: main alone comes in."""
    subjects = {
        "github": "repo:acme/rasa:environment:aws-production-preview",
        "numbered": "repo:acme@1/rasa@2:environment:aws-production-preview",
    }
    branches = [one for name, one in PULL_REQUESTS if name == system]
    trusted = IN_PRODUCTION[system].preview
    assert (subjects[system] in trusted) if system in subjects else len(trusted) == 1
    assert not [one for one in branches for pattern in trusted if like(pattern, one)]


def test_drift_is_looked_for_on_main() -> None:
    mains = {
        "github": "repo:acme/rasa:ref:refs/heads/main",
        "gitlab": gitlab("main"),
        "jenkins": jenkins("main"),
    }
    for cloud in CLOUDS:
        for system, subject in mains.items():
            assert taken(cloud, system, "preview", subject)
    assert taken("aws", "circleci", "preview", circle("refs/heads/main"))


def test_azure_refuses_what_it_cannot_compare() -> None:
    with pytest.raises(RunError, match="compares subjects as a whole"):
        exact(TRUSTS["circleci"].deploy)
    subjects = [subject for given in TRUSTS.values() for subject in given.preview]
    assert all(3 <= len(slug(subject)) <= 80 for subject in subjects)


def test_credentials_of_an_identity_are_written_one_after_the_other() -> None:
    type_ = "azure-native:managedidentity:FederatedIdentityCredential"
    found = [one for one in made("azure", "github").of(type_) if one.name.startswith("ci-preview")]
    first, second = sorted(found, key=lambda one: len(one.depends_on))
    assert first.urn in second.depends_on


@pytest.mark.parametrize(
    "asked",
    [
        *(
            Asked(system="github", repository=text)
            for text in ("acme", "acme/*", "*/rasa", "acme/ra?a", "a'/b")
        ),
        Asked(system="github", repository="acme/rasa", environments=["aws-*"]),
        Asked(system="github", repository="acme/rasa", ids="acme/rasa"),
        Asked(system="gitlab", repository="acme"),
        Asked(system="circleci", repository="acme/rasa", origin=ORIGIN),
        Asked(system="circleci", repository=f"{ORG}/{PROJECT}"),
        Asked(system="jenkins", repository="rasa", origin="https://ci.acme.test"),
    ],
    ids=lambda asked: f"{asked.system}-{asked.repository}",
)
def test_patterns_and_parts_are_refused(asked: Asked) -> None:
    with pytest.raises(RunError, match=r"must be .*, without patterns"):
        trust(asked, next(iter(asked.environments), DEV))


def test_another_system_is_refused() -> None:
    with pytest.raises(RunError, match="must be one of github, gitlab, circleci, jenkins"):
        trust(Asked(system="travis", repository="acme/rasa"), DEV)
