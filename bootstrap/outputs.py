"""What bootstrap prints: lines to run as they are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import get_args

from pulumi import Output, RunError, export

from bootstrap.audiences import pulumi_audience
from bootstrap.config import Settings
from bootstrap.issuers import ANY_UUID, MAIN
from bootstrap.tiers import Tier, preview_environment, tier, variable

TIERS = get_args(Tier)
PROTECTION = json.dumps(
    {
        "required_pull_request_reviews": {
            "required_approving_review_count": 1,
            "dismiss_stale_reviews": True,
        },
        "required_status_checks": {"strict": True, "contexts": ["Tests"]},
        "enforce_admins": True,
        "restrictions": None,
        "allow_force_pushes": False,
        "allow_deletions": False,
    }
)
"""GitHub REST API, "Update branch protection": nobody pushes to main, and a review goes with its commit."""


Variables = Mapping[str, Output[str]]
"""Of one stack, by name; none is a secret."""


def export_all(
    settings: Settings,
    url: Output[str],
    variables: Mapping[str, Variables],
    admins: Mapping[str, Output[str]] | None = None,
) -> None:
    """Export each stack's variables, and all that is left to do.

    `admins`: whom a stack's cluster must let in, where its maker does not enter by having made it.
    """
    named = {variable(name, stack): value for stack, own in variables.items() for name, value in own.items()}
    if settings.pulumi_cloud is not None:
        named["PULUMI_ORGANIZATION"] = Output.from_input(settings.pulumi_cloud.organization)
    for name, value in named.items():
        export(name, value)
    providers = {
        stack: value
        for stack, own in variables.items()
        for name, value in own.items()
        if name.endswith("_SECRETS_PROVIDER")
    }
    export("commands", _commands(settings, named, url, providers, admins or {}))


def _commands(
    settings: Settings,
    variables: Variables,
    url: Output[str],
    providers: Mapping[str, Output[str]],
    admins: Mapping[str, Output[str]],
) -> Output[str]:
    """All that is left to do, in this order."""
    lines = [*_variables(settings, variables), *map(Output.from_input, _github(settings))]
    lines += map(Output.from_input, _trust_of_pulumi_cloud(settings))
    lines.append(Output.from_input('cd "$(git rev-parse --show-toplevel)"'))
    lines += [_move(settings, stack, url, provider) for stack, provider in providers.items()]
    lines.append(Output.concat("pulumi login '", url, "'"))
    lines += map(Output.from_input, _tiers(settings))
    who = "pulumi config set --path 'rasa:cluster.admins[0]' "
    lines += [Output.concat(who, admin, f" --stack {stack}") for stack, admin in admins.items()]
    return Output.all(*lines).apply("\n".join)


def _tiers(settings: Settings) -> Iterator[str]:
    """The lines of the file that says what is deployed; a stack's name ends in its tier, or is one of dev."""
    yield "# stacks/tiers.yaml says what pipelines deploy; its lines, with those of your other clouds:"
    for each in TIERS:
        yield f"#   {each}: [{', '.join(one for one in settings.asked.environments if tier(one) == each)}]"


def backend_url(settings: Settings, bucket: Output[str] | None) -> Output[str]:
    """Where the states are."""
    if settings.pulumi_cloud is not None:
        return Output.from_input(settings.pulumi_cloud.url)
    if bucket is None:
        raise RunError("there is neither a bucket nor an organisation of Pulumi Cloud for the states")
    return bucket


def _move(settings: Settings, stack: str, url: Output[str], secrets_provider: Output[str]) -> Output[str]:
    """A stack that was started by hand moves; one that is new is made (ci/move_state.py)."""
    whose = f"PULUMI_ORGANIZATION={settings.pulumi_cloud.organization} " if settings.pulumi_cloud else ""
    command = f"{whose}.venv/bin/python -m ci move-state {stack} --to '"
    return Output.concat(command, url, "' --secrets-provider '", secrets_provider, "'")


def _trust_of_pulumi_cloud(settings: Settings) -> Iterator[str]:
    """What somebody enters there by hand, as its API wants an administrator's token."""
    cloud = settings.pulumi_cloud
    if cloud is None:
        return
    host = next(iter(settings.trusts.values())).host
    yield f"# Pulumi Cloud, Settings > Access Management > OIDC Issuers: register https://{host} with"
    for trust in settings.trusts.values():
        for identity, subjects in (("preview", trust.preview), ("deploy", trust.deploy)):
            for subject in subjects:
                claims = f"aud={pulumi_audience(cloud.organization)} sub={subject.replace(ANY_UUID, '*')}"
                yield f"#   a policy for {identity}: allow, token type organization (or team), {claims}"


def _variables(settings: Settings, variables: Mapping[str, Output[str]]) -> Iterator[Output[str]]:
    """How each CI system is given a variable that is no secret."""
    repository = settings.asked.repository
    for name, value in variables.items():
        match settings.asked.system:
            case "github":
                yield Output.concat(f"gh variable set {name} --repo {repository} --body '", value, "'")
            case "gitlab":
                yield Output.concat(f"glab variable set {name} --repo {repository} --value '", value, "'")
            case "circleci":
                # Both contexts: which identity a job takes is its own choice, and the trust's.
                organisation = repository.partition("/")[0]
                for context in ("preview", "deploy"):
                    store = f"circleci context store-secret --org-id {organisation} {context} {name}"
                    yield Output.concat("printf %s '", value, f"' | {store}")
            case _:
                yield Output.concat(f"# Manage Jenkins > System > Global properties: {name}=", value)


def _github(settings: Settings) -> Iterator[str]:
    """GitHub: protect main, close the environments to other branches, have production approved.

    The subject of a job names its environment, not its branch: these rules are what binds it.
    """
    if settings.asked.system != "github":
        return
    repository = settings.asked.repository
    path = f"repos/{repository}/branches/{MAIN}/protection"
    yield f"gh api -X PUT {path} --input - <<'RULE'\n{PROTECTION}\nRULE"
    yield from _environment(repository, "assistant", only_main=True)
    for stack in settings.asked.environments:
        reviewers = settings.reviewers if tier(stack) == "production" else ()
        yield from _environment(repository, stack, reviewers, only_main=True)
        # Pull requests come from other branches; to production's somebody says yes.
        yield from _environment(repository, preview_environment(stack), reviewers, only_main=False)


def _environment(
    repository: str, name: str, reviewers: Sequence[str] = (), *, only_main: bool
) -> Iterator[str]:
    path = f"repos/{repository}/environments/{name}"
    branches = (
        " -F 'deployment_branch_policy[protected_branches]=false'"
        " -F 'deployment_branch_policy[custom_branch_policies]=true'"
    )
    yield (
        f"gh api -X PUT {path}"
        + (branches if only_main else "")
        + "".join(
            f" -F 'reviewers[][type]=User' -F \"reviewers[][id]=$(gh api users/{login} --jq .id)\""
            for login in reviewers
        )
    )
    if only_main:
        yield f"gh api -X POST {path}/deployment-branch-policies -f name={MAIN}"
