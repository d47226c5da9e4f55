"""CloudWatch alarms: created in every profile, notifying only where a topic is configured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi_aws as aws
from pulumi import Input, Resource, ResourceOptions


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """One row of a dependency's table of alarms: what is too much, or too little, for how long."""

    metric: str
    above: float | None = None
    below: float | None = None
    statistic: Literal["Average", "Maximum", "Minimum", "Sum"] = "Average"
    minutes: int = 5
    """Length of a period; the alarm fires after one period that breaches."""
    missing: Literal["missing", "notBreaching", "breaching"] = "missing"


def create_alarms(
    name: str,
    alarms: Sequence[Alarm],
    *,
    namespace: str,
    dimensions: Mapping[str, Input[str]],
    topic_arn: str | None,
    parent: Resource,
) -> None:
    """Create one alarm per row, named `<name>-<metric>`; `dimensions` say which resource is watched."""
    for alarm in alarms:
        threshold, comparison = _threshold(alarm)
        aws.cloudwatch.MetricAlarm(
            f"{name}-{alarm.metric}",
            namespace=namespace,
            metric_name=alarm.metric,
            dimensions=dimensions,
            statistic=alarm.statistic,
            period=alarm.minutes * 60,
            evaluation_periods=1,
            threshold=threshold,
            comparison_operator=comparison,
            treat_missing_data=alarm.missing,
            actions_enabled=topic_arn is not None,
            alarm_actions=[] if topic_arn is None else [topic_arn],
            ok_actions=[] if topic_arn is None else [topic_arn],
            opts=ResourceOptions(parent=parent),
        )


def _threshold(alarm: Alarm) -> tuple[float, str]:
    if alarm.above is not None:
        return alarm.above, "GreaterThanThreshold"
    if alarm.below is not None:
        return alarm.below, "LessThanThreshold"
    raise ValueError(f"alarm on {alarm.metric} says neither `above` nor `below`")
