"""Alert policies of Cloud Monitoring: created in every profile, notifying only where a channel is configured.

A policy on a metric that does not exist is refused, so only metrics that Google documents are named here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pulumi import Input, Output, Resource, ResourceOptions
from pulumi_gcp import monitoring

from components.gcp.placement import Placement

AUTO_CLOSE_SECONDS = 24 * 60 * 60
"""After a day without data an incident closes; by default it stays open for a week."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """One row of a dependency's table of alarms: what is too much, or too little, over how long."""

    metric: str
    """Full type, `redis.googleapis.com/…`."""
    above: float | None = None
    below: float | None = None
    statistic: Literal["MEAN", "MAX", "DELTA", "COUNT_TRUE", "PERCENTILE_99"] = "MEAN"
    """How the points of one time series become one; DELTA is the growth of a counter."""
    total: bool = False
    """Whether the time series of one resource (its databases, its topics) are added up."""
    minutes: int = 5
    where: str = ""
    """A further condition on the metric's labels."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """Which resource the alarms are about, as Cloud Monitoring names it."""

    type: str
    label: str
    value: Input[str]


def create_alarms(
    name: str, alarms: Sequence[Alarm], watched: Watched, place: Placement, *, parent: Resource
) -> None:
    """Create one policy per row, named `<name>-<metric>`."""
    for alarm in alarms:
        threshold, comparison = _threshold(alarm)
        short = alarm.metric.partition("/")[2].replace("/", "-")
        says = f"{short} {'above' if comparison == 'COMPARISON_GT' else 'below'} {threshold:g}"
        condition = monitoring.AlertPolicyConditionConditionThresholdArgs(
            filter=_filter(alarm, watched),
            comparison=comparison,
            threshold_value=threshold,
            # Fires at once: the aggregation covers the whole period already.
            duration="0s",
            aggregations=[
                monitoring.AlertPolicyConditionConditionThresholdAggregationArgs(
                    alignment_period=f"{alarm.minutes * 60}s",
                    per_series_aligner=f"ALIGN_{alarm.statistic}",
                    cross_series_reducer="REDUCE_SUM" if alarm.total else None,
                )
            ],
        )
        _policy(
            f"{name}-{short}",
            Output.concat(f"Rasa: {says}, ", watched.value),
            monitoring.AlertPolicyConditionArgs(display_name=says, condition_threshold=condition),
            place,
            parent=parent,
        )


def create_deadline_alarm(
    name: str, says: str, epoch_seconds: Output[int], place: Placement, *, parent: Resource
) -> None:
    """Create a policy that fires from a moment on: no metric tells how old a certificate is.

    `vector(time())` needs no metric; Google's own examples of rules fire on `vector(1)`
    (GoogleCloudPlatform/prometheus-engine/examples/rules.yaml).
    """
    condition = monitoring.AlertPolicyConditionConditionPrometheusQueryLanguageArgs(
        query=epoch_seconds.apply(lambda end: f"vector(time()) > {end}"),
        duration="0s",
        evaluation_interval="3600s",
        disable_metric_validation=True,
    )
    _policy(
        name,
        Output.from_input(f"Rasa: {says}"),
        monitoring.AlertPolicyConditionArgs(display_name=says, condition_prometheus_query_language=condition),
        place,
        parent=parent,
    )


def _policy(
    name: str,
    title: Output[str],
    condition: monitoring.AlertPolicyConditionArgs,
    place: Placement,
    *,
    parent: Resource,
) -> None:
    monitoring.AlertPolicy(
        name,
        project=place.apis.monitoring,
        display_name=title,
        combiner="OR",
        conditions=[condition],
        notification_channels=[] if place.alarm_channel is None else [place.alarm_channel],
        alert_strategy=monitoring.AlertPolicyAlertStrategyArgs(auto_close=f"{AUTO_CLOSE_SECONDS}s"),
        opts=ResourceOptions(parent=parent),
    )


def _filter(alarm: Alarm, watched: Watched) -> Output[str]:
    fixed = f'resource.type = "{watched.type}" AND metric.type = "{alarm.metric}"'
    where = f" AND {alarm.where}" if alarm.where else ""
    return Output.concat(f'{fixed}{where} AND resource.labels.{watched.label} = "', watched.value, '"')


def _threshold(alarm: Alarm) -> tuple[float, Literal["COMPARISON_GT", "COMPARISON_LT"]]:
    if alarm.above is not None:
        return alarm.above, "COMPARISON_GT"
    if alarm.below is not None:
        return alarm.below, "COMPARISON_LT"
    raise ValueError(f"alarm on {alarm.metric} says neither `above` nor `below`")
