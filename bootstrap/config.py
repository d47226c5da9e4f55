"""The config that the bootstrap projects share."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulumi import Config, RunError

from bootstrap.issuers import Asked, Trust, trust
from bootstrap.tiers import tier


@dataclass(frozen=True, kw_only=True, slots=True)
class PulumiCloud:
    """Keeps the states, in place of a bucket."""

    organization: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What a person decides, the same on every cloud."""

    asked: Asked
    trusts: Mapping[str, Trust]
    """Stack → the jobs that may preview and deploy it."""
    reviewers: Sequence[str]
    """GitHub: logins of those who let production be deployed."""
    protect: bool
    """Refuse to delete the state and its key."""
    pulumi_cloud: PulumiCloud | None
    """None: the states are in a bucket, which is made here."""


def load(config: Config) -> Settings:
    """Read it from the config of the stack."""
    asked = Asked(
        system=config.get("ci") or "github",
        repository=config.require("repository"),
        environments=config.get_object("environments") or [],
        ids=config.get("ids") or "",
        origin=config.get("origin") or "",
    )
    _check_stacks(asked, config)
    protect = config.get_bool("deletionProtection")
    organization = config.get("pulumiOrganization") or ""
    return Settings(
        asked=asked,
        trusts={stack: trust(asked, stack) for stack in asked.environments},
        reviewers=config.get_object("reviewers") or [],
        protect=protect is None or protect,
        pulumi_cloud=PulumiCloud(
            organization=_checked(organization), url=config.get("pulumiUrl") or "https://api.pulumi.com"
        )
        if organization
        else None,
    )


def _check_stacks(asked: Asked, config: Config) -> None:
    tiers = {tier(stack) for stack in asked.environments}
    if not tiers:
        raise RunError(
            "environments names no stack, and each stack has a key and identities of its own:"
            " pulumi config set --path 'environments[0]' aws-dev"
        )
    for key in ("environments", "reviewers"):
        names: list[str] = config.get_object(key) or []
        for index, name in enumerate(names):
            if name in names[:index]:
                raise RunError(
                    f"{key}[{index}] is {name}, which is in the list already:"
                    f" pulumi config rm --path '{key}[{index}]'"
                )
    if "production" not in tiers:
        return
    if len(tiers) > 1:
        raise RunError(
            f"environments is {', '.join(asked.environments)}: an identity that deploys may change all of its"
            " account, so production has an account of its own. Take the others to another stack of this"
            " project, with a session of another account: cp Pulumi.example.yaml Pulumi.others.yaml"
        )
    if asked.system == "github" and not config.get_object("reviewers"):
        raise RunError(
            "reviewers names nobody, and production wants somebody who approves its previews and deployments:"
            " pulumi config set --path 'reviewers[0]' <GitHub login>"
        )


def _checked(organization: str) -> str:
    if not re.fullmatch(r"[\w-]+", organization, re.ASCII):
        raise RunError(
            f"pulumiOrganization is {organization!r}, must be an organisation of Pulumi Cloud:"
            " pulumi config set pulumiOrganization …"
        )
    return organization
