"""The Kafka topics, which brokers, Rasa and the analytics share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Topics:
    """The Kafka topics by what they are for; each name is said here and nowhere else."""

    events: str = "rasa-events"
    """Every conversation event, keyed by conversation."""
    analytics_dead_letter: str = "rasa-analytics-dlq"
    """What Rasa Pro Services could not process."""
    analytics_group: str = "rasa-analytics-group"
    """Its consumer group (the chart's default)."""
    anonymized: tuple[str, ...] = ()
    """Every event once more, without personal data."""

    @property
    def written(self) -> dict[str, str]:
        """Purpose → topic, of those that Rasa writes conversation events to."""
        return {"events": self.events, **{f"anonymized-{topic}": topic for topic in self.anonymized}}
