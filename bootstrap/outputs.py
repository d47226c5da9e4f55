"""What bootstrap prints: lines to run as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pulumi import Output, RunError

from bootstrap.audiences import pulumi_audience
from bootstrap.config import Settings
from bootstrap.issuers import ANY_UUID, MAIN


def commands(
    settings: Settings,
    variables: Mapping[str, Output[str]],
    secrets_provider: Output[str],
    cluster_admin: Output[str] | None = None,
) -> Output[str]:
    """All that is left to do, in this order."""
    lines = [*_variables(settings, variables), *map(Output.from_input, _environments(settings))]
    lines += map(Output.from_input, _trust_of_pulumi_cloud(settings))
    lines.append(Output.from_input('cd "$(git rev-parse --show-toplevel)"'))
    url = variables_url(variables)
    lines += [_move(settings, stack, url, secrets_provider) for stack in settings.asked.environments]
    lines.append(Output.concat("pulumi login '", url, "'"))
    lines += map(Output.from_input, _tiers(settings))
    if cluster_admin is not None:
        who = "pulumi config set --path 'rasa:cluster.admins[0]' "
        lines += [Output.concat(who, cluster_admin, f" --stack {one}") for one in settings.asked.environments]
    return Output.all(*lines).apply("\n".join)


def _tiers(settings: Settings) -> Iterator[str]:
    """The lines of the file that says what is deployed; a stack's name ends in its tier, or is one of dev."""
    yield "# stacks/tiers.yaml says what pipelines deploy; its lines, with those of your other clouds:"
    names = settings.asked.environments
    later = ("staging", "production")
    for tier in ("dev", *later):
        mine = [
            name for name in names if next((one for one in later if name.endswith(f"-{one}")), "dev") == tier
        ]
        yield f"#   {tier}: [{', '.join(mine)}]"


def variables_url(variables: Mapping[str, Output[str]]) -> Output[str]:
    """Where the states are."""
    return next(value for name, value in variables.items() if name.endswith("_BACKEND_URL"))


def backend_url(settings: Settings, bucket: Output[str] | None) -> Output[str]:
    """Where the states are."""
    if settings.pulumi_cloud is not None:
        return Output.from_input(settings.pulumi_cloud.url)
    if bucket is None:
        raise RunError("there is neither a bucket nor an organisation of Pulumi Cloud for the states")
    return bucket


def in_pulumi_cloud(settings: Settings) -> dict[str, Output[str]]:
    """The variable by which jobs know whose the states are, where no bucket keeps them."""
    if settings.pulumi_cloud is None:
        return {}
    return {"PULUMI_ORGANIZATION": Output.from_input(settings.pulumi_cloud.organization)}


def _move(settings: Settings, stack: str, url: Output[str], secrets_provider: Output[str]) -> Output[str]:
    """A stack that was started by hand moves; one that is new is made (ci/move_state.py)."""
    whose = f"PULUMI_ORGANIZATION={settings.pulumi_cloud.organization} " if settings.pulumi_cloud else ""
    command = f"{whose}.venv/bin/python -m ci move-state {stack} --to '"
    return Output.concat(command, url, "' --secrets-provider '", secrets_provider, "'")


def _trust_of_pulumi_cloud(settings: Settings) -> Iterator[str]:
    """What somebody enters there by hand, as its API wants an administrator's token."""
    cloud, trust = settings.pulumi_cloud, settings.trust
    if cloud is None:
        return
    yield f"# Pulumi Cloud, Settings > Access Management > OIDC Issuers: register https://{trust.host} with"
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


def _environments(settings: Settings) -> Iterator[str]:
    """GitHub: close the environments to other branches, and production to all without a review.

    The subject of a job names its environment, not its branch: this rule is what binds it to main.
    """
    if settings.asked.system != "github":
        return
    for environment in settings.asked.environments:
        path = f"repos/{settings.asked.repository}/environments/{environment}"
        reviewers = settings.reviewers if environment.endswith("-production") else ()
        yield (
            f"gh api -X PUT {path} -F 'deployment_branch_policy[protected_branches]=false'"
            " -F 'deployment_branch_policy[custom_branch_policies]=true'"
            + "".join(
                f" -F 'reviewers[][type]=User' -F \"reviewers[][id]=$(gh api users/{login} --jq .id)\""
                for login in reviewers
            )
        )
        yield f"gh api -X POST {path}/deployment-branch-policies -f name={MAIN}"
