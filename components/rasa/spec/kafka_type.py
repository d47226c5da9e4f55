"""Which of Rasa Pro's two classes for Kafka a stack gets."""

from __future__ import annotations


def kafka_type(*, anonymized: bool) -> str:
    """The `type` of `event_broker`; `anonymized`: it writes topics without personal data, too.

    With `kafka`, an exception of the producer aborts every save of a conversation, and only the log says so
    (docs/rasa-pro.md, Kafka over TLS). Topics without personal data come with that type alone
    (docs/rasa-pro.md, Events without personal data).
    """
    return "kafka" if anonymized else "concurrent_kafka"
