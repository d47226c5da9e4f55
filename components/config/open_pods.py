"""Says in each run of a production stack that no network policy guards its pods."""

from __future__ import annotations

import pulumi

from components.config.messages import rm_command
from components.config.settings import Settings


def warn_of_open_pods(settings: Settings) -> None:
    """Of a stack that has turned the policies off knowingly, so that the next person knows it, too."""
    if settings.profile == "production" and not settings.network_policies.enabled:
        pulumi.log.warn(
            "rasa:networkPolicies.enabled is false: no network policy guards Rasa's pods, so every pod of "
            "the cluster may call Rasa and the stores beside it, and they may call anybody. Have policies "
            "made again with: " + rm_command("rasa:networkPolicies.enabled")
        )
