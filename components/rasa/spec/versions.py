"""The image of Rasa Pro, and the names of the preflight's checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from components.contract.images import RASA_REPOSITORY, RASA_TAG

Check = Literal[
    "endpoints",
    "identity",
    "secrets_manager",
    "tracker_store",
    "lock_store",
    "timer_store",
    "event_broker",
    "model",
    "nlg",
    "action_endpoint",
]
"""What the preflight tries (`jobs/preflight/endpoints.py`), as far as the connections have it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """The Rasa Pro image; the setup Jobs run on it too, for its drivers match Rasa's."""

    repository: str = RASA_REPOSITORY
    tag: str = RASA_TAG
    digest: str | None = None
    """`sha256:…`: these bytes, whatever the tag comes to mean."""

    @property
    def name(self) -> str:
        """As a pod's spec wants it."""
        return f"{self.repository}:{self.tag_and_digest}"

    @property
    def tag_and_digest(self) -> str:
        """The chart puts it behind `repository:`; a runtime that is given both takes the digest."""
        return self.tag if self.digest is None else f"{self.tag}@{self.digest}"
