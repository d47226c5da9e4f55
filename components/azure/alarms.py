"""Metric alerts: created in every profile, notifying only where an action group is configured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pulumi import Input, Resource, ResourceOptions
from pulumi_azure_native import monitor

from components.azure.placement import Placement

SINGLE_RESOURCE = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
SEVERITY = 2
"""From 0 (critical) to 4: to be looked at today. The action group decides who is notified, and how."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """One row of a dependency's table of alarms: what is too much, or too little, for how long."""

    metric: str
    above: float | None = None
    below: float | None = None
    statistic: Literal["Average", "Maximum", "Minimum", "Total", "Count"] = "Average"
    minutes: Literal[5, 15, 30, 60] = 5
    """Length of the window, which is evaluated every five minutes; Azure takes no other lengths."""
    only: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    """Dimension of the metric → the values that count."""


def create_alarms(
    name: str,
    alarms: Sequence[Alarm],
    *,
    namespace: str,
    resource_id: Input[str],
    place: AlarmPlace,
    parent: Resource,
) -> None:
    """Create one alert per row, named `<name>-<metric>`; Azure refuses a metric that it does not know."""
    for alarm in alarms:
        threshold, operator = _threshold(alarm)
        criterion = monitor.MetricCriteriaArgs(
            criterion_type="StaticThresholdCriterion",
            name=alarm.metric,
            metric_namespace=namespace,
            metric_name=alarm.metric,
            operator=operator,
            threshold=threshold,
            time_aggregation=alarm.statistic,
            dimensions=[
                monitor.MetricDimensionArgs(name=dimension, operator="Include", values=values)
                for dimension, values in alarm.only.items()
            ],
        )
        monitor.MetricAlert(
            f"{name}-{alarm.metric}",
            resource_group_name=place.resource_group,
            location="global",  # Azure takes no other location for metric alerts
            scopes=[resource_id],
            criteria=monitor.MetricAlertSingleResourceMultipleMetricCriteriaArgs(
                odata_type=SINGLE_RESOURCE, all_of=[criterion]
            ),
            evaluation_frequency="PT5M",
            window_size="PT1H" if alarm.minutes == HOUR else f"PT{alarm.minutes}M",
            severity=SEVERITY,
            enabled=True,
            auto_mitigate=True,
            actions=_actions(place.action_group_id),
            tags=place.tags,
            opts=ResourceOptions(parent=parent),
        )


HOUR = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class AlarmPlace:
    """The resource group of alerts, and the action group that they notify."""

    resource_group: Input[str]
    action_group_id: str | None
    tags: Mapping[str, str]

    @classmethod
    def of(cls, place: Placement) -> AlarmPlace:
        """The same as everything else of a dependency."""
        return cls(
            resource_group=place.resource_group, action_group_id=place.action_group_id, tags=place.tags
        )


def _actions(group_id: str | None) -> list[monitor.MetricAlertActionArgs]:
    return [] if group_id is None else [monitor.MetricAlertActionArgs(action_group_id=group_id)]


def _threshold(alarm: Alarm) -> tuple[float, str]:
    if alarm.above is not None:
        return alarm.above, "GreaterThan"
    if alarm.below is not None:
        return alarm.below, "LessThan"
    raise ValueError(f"alarm on {alarm.metric} says neither `above` nor `below`")
