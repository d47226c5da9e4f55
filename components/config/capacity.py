"""How much there may be of what: pods of the assistant, and connections of the databases that clouds make.

Here, and not with the databases, so that a stack whose pods want more connections than its server takes is
refused before a cloud's SDK is imported (seconds) and before anything is made.
`tests/config/test_capacity.py` holds the table against each cloud's own.
"""

from __future__ import annotations

from collections.abc import Mapping

from components.config.assistant import Assistant
from components.contract.terms import Profile

REPLICAS: Mapping[Profile, int] = {"dev": 1, "production": 2}
"""Pods where the settings do not say: production survives the loss of one."""
GROWTH: Mapping[Profile, int] = {"dev": 1, "production": 2}
"""How many times as many pods the autoscaler may make of them: a peak, and not a bill without end."""


def assistant_replicas(assistant: Assistant, profile: Profile) -> tuple[int, int]:
    """Pods of Rasa at least and at most."""
    least = assistant.replicas or REPLICAS[profile]
    return least, max(least, assistant.max_replicas or least * GROWTH[profile])
