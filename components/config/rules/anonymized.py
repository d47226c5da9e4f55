"""Rules for events without personal data: who makes the topic, what personal data is, and that none gets in.

The reasons are told in docs/rasa-pro.md, Events without personal data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from components.config.event_broker import ExistingRabbitMq
from components.config.messages import rm_command, set_command, set_with
from components.config.rules.runner import Rule
from components.config.settings import Settings

TOPICS, ENDPOINTS = "rasa:topics.anonymized", "rasa:assistant.extraEndpoints"


def _topics(settings: Settings) -> Iterator[str]:
    if not settings.topics.anonymized:
        return
    if isinstance(settings.event_broker, ExistingRabbitMq):
        yield (
            f"{TOPICS} names topics, and rasa:eventBroker is a RabbitMQ, which has none; "
            f"remove it with: {rm_command(TOPICS)}"
        )
    elif "privacy" not in settings.assistant.extra_endpoints:
        rule = f"{ENDPOINTS}.privacy.rules[0]"
        how = set_command(f"{rule}.anonymization.type", "redact")
        yield (
            f"{TOPICS} names topics, and no rule says what personal data is: Rasa Pro would write nothing to "
            f"them; {set_with(f'{rule}.slot', '<slot>')} && {how}"
        )


def _laid_over(settings: Settings) -> Iterator[str]:
    """What `extraEndpoints` says about it."""
    block = settings.assistant.extra_endpoints.get("event_broker")
    if not isinstance(block, Mapping):
        return
    laid, path = cast("Mapping[str, object]", block), f"{ENDPOINTS}.event_broker"
    if "anonymization_topics" in laid:
        at = f"{path}.anonymization_topics"
        yield (
            f"{at} takes the place of {TOPICS}, from which the stack makes topics and gives rights to them; "
            f"name them there: {set_command(f'{TOPICS}[0]', '<topic>')} && {rm_command(at)}"
        )
    elif settings.topics.anonymized and str(laid.get("type", "kafka")).lower() == "concurrent_kafka":
        at = f"{path}.type"
        yield (
            f"{at} is 'concurrent_kafka', with which Rasa Pro writes nothing to {TOPICS}; "
            f"remove it with: {rm_command(at)}"
        )
    if laid.get("anonymization_queues") and laid.get("stream_pii", True) is not False:
        at = f"{path}.stream_pii"
        yield (
            f"{path}.anonymization_queues names queues of the exchange that the plain events go to, and each "
            f"of its queues gets every event, personal data included; {set_with(at, 'false')}"
        )


RULES: Sequence[Rule] = (_topics, _laid_over)
