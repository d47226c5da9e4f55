"""What bootstrap prints: lines to run as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pulumi import Output

from bootstrap.config import Settings
from bootstrap.issuers import MAIN


def commands(
    settings: Settings,
    variables: Mapping[str, Output[str]],
    secrets_provider: Output[str],
    cluster_admin: Output[str] | None = None,
) -> Output[str]:
    """All that is left to do, in this order."""
    lines = [*_variables(settings, variables), *map(Output.from_input, _environments(settings))]
    lines.append(Output.concat("pulumi login '", variables_url(variables), "'"))
    lines += [
        Output.concat(f"pulumi stack init {stack} --secrets-provider '", secrets_provider, "'")
        for stack in settings.asked.environments
    ]
    if cluster_admin is not None:
        who = "pulumi config set --path 'rasa:cluster.admins[0]' "
        lines += [Output.concat(who, cluster_admin, f" --stack {one}") for one in settings.asked.environments]
    return Output.all(*lines).apply("\n".join)


def variables_url(variables: Mapping[str, Output[str]]) -> Output[str]:
    """Where the states are."""
    return next(value for name, value in variables.items() if name.endswith("_BACKEND_URL"))


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
