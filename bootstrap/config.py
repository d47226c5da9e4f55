"""The config that the bootstrap projects share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pulumi import Config

from bootstrap.issuers import Asked, Trust, trust


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What a person decides, the same on every cloud."""

    asked: Asked
    trust: Trust
    reviewers: Sequence[str]
    """GitHub: logins of those who let production be deployed."""
    protect: bool
    """Refuse to delete the state and its key."""


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
    return Settings(
        asked=asked,
        trust=trust(asked),
        reviewers=config.get_object("reviewers") or [],
        protect=protect is None or protect,
    )
