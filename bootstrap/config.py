"""The config that the bootstrap projects share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pulumi import Config, RunError

from bootstrap.issuers import Asked, Trust, trust


@dataclass(frozen=True, kw_only=True, slots=True)
class PulumiCloud:
    """Keeps the states, in place of a bucket."""

    organization: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What a person decides, the same on every cloud."""

    asked: Asked
    trust: Trust
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
    protect = config.get_bool("deletionProtection")
    organization = config.get("pulumiOrganization") or ""
    return Settings(
        asked=asked,
        trust=trust(asked),
        reviewers=config.get_object("reviewers") or [],
        protect=protect is None or protect,
        pulumi_cloud=PulumiCloud(
            organization=_checked(organization), url=config.get("pulumiUrl") or "https://api.pulumi.com"
        )
        if organization
        else None,
    )


def _checked(organization: str) -> str:
    if not re.fullmatch(r"[\w-]+", organization, re.ASCII):
        raise RunError(
            f"pulumiOrganization is {organization!r}, must be an organisation of Pulumi Cloud:"
            " pulumi config set pulumiOrganization …"
        )
    return organization
