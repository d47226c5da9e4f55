"""Each alarm's metric, unit, statistic and dimensions against what the vendors publish."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from tests.behaviour.test_recorded import PROFILED, made
from tests.recorder import Recorded, Recording
from tests.stacks import STACKS, record_stack

TABLE: dict[str, dict[str, dict[str, dict[str, Any]]]] = yaml.safe_load(
    (Path(__file__).parent / "alarm_metrics.yaml").read_text()
)
MOST = {"percent": 100, "ratio": 1}
"""Unit → what its values never exceed."""
LEAST = {"percent": 1, "bytes": 2**20, "milliseconds": 1}
"""Unit → the least threshold: a smaller one was meant in another unit, such as a ratio, GiB or seconds."""
ALIGNERS = {
    # Cloud Monitoring API, `Aligner`: which kinds and types each takes
    "MEAN": {("GAUGE", "INT64"), ("GAUGE", "DOUBLE")},
    "MAX": {("GAUGE", "INT64"), ("GAUGE", "DOUBLE")},
    "DELTA": {("DELTA", "INT64"), ("CUMULATIVE", "INT64")},
    "COUNT_TRUE": {("GAUGE", "BOOL")},
    "PERCENTILE_99": {("GAUGE", "DISTRIBUTION"), ("DELTA", "DISTRIBUTION")},
}


@dataclass(frozen=True, kw_only=True)
class Watch:
    """One alarm, as its cloud understands it."""

    cloud: str
    namespace: str
    metric: str
    statistic: str
    threshold: float
    below: bool
    minutes: float
    dimensions: frozenset[str] = field(default_factory=frozenset[str])

    @property
    def published(self) -> dict[str, Any]:
        return TABLE[self.cloud][self.namespace][self.metric]


def watches(recording: Recording[Any]) -> Iterator[Watch]:
    for one in recording.resources:
        if one.type == "aws:cloudwatch/metricAlarm:MetricAlarm":
            yield _aws(one)
        elif one.type == "azure-native:monitor:MetricAlert":
            yield _azure(one)
        elif one.type == "gcp:monitoring/alertPolicy:AlertPolicy":
            (condition,) = one.inputs["conditions"]
            if "conditionThreshold" in condition:  # the other kind asks the clock and no metric
                yield _google(condition["conditionThreshold"])


def _aws(alarm: Recorded) -> Watch:
    given = alarm.inputs
    return Watch(
        cloud="aws",
        namespace=given["namespace"],
        metric=given["metricName"],
        statistic=given["statistic"],
        threshold=given["threshold"],
        below=given["comparisonOperator"].startswith("Less"),
        minutes=given["period"] / 60,
        dimensions=frozenset(given["dimensions"]),
    )


def _azure(alarm: Recorded) -> Watch:
    (criterion,) = alarm.inputs["criteria"]["allOf"]
    window = re.fullmatch(r"PT(\d+)([MH])", alarm.inputs["windowSize"])
    assert window
    return Watch(
        cloud="azure",
        namespace=criterion["metricNamespace"],
        metric=criterion["metricName"],
        statistic=criterion["timeAggregation"],
        threshold=criterion["threshold"],
        below=criterion["operator"].startswith("Less"),
        minutes=int(window[1]) * (60 if window[2] == "H" else 1),
        dimensions=frozenset(one["name"] for one in criterion.get("dimensions", ())),
    )


def _google(threshold: dict[str, Any]) -> Watch:
    named = dict(re.findall(r'(resource\.type|metric\.type) = "([^"]+)"', threshold["filter"]))
    (aggregation,) = threshold["aggregations"]
    return Watch(
        cloud="gcp",
        namespace=named["resource.type"],
        metric=named["metric.type"],
        statistic=aggregation["perSeriesAligner"].removeprefix("ALIGN_"),
        threshold=threshold["thresholdValue"],
        below=threshold["comparison"] == "COMPARISON_LT",
        minutes=int(aggregation["alignmentPeriod"].removesuffix("s")) / 60,
    )


def wrong(watch: Watch) -> Iterator[str]:
    published = TABLE[watch.cloud].get(watch.namespace, {}).get(watch.metric)
    if published is None:
        yield f"{watch.namespace} {watch.metric} is not in alarm_metrics.yaml: look it up and add it"
        return
    dimensions = frozenset(cast("list[str]", published.get("dimensions", [])))
    if watch.cloud == "gcp":
        if (published["kind"], published["type"]) not in ALIGNERS[watch.statistic]:
            yield f"{watch.metric} cannot be aligned by {watch.statistic}"
    elif watch.statistic not in published["statistics"]:
        yield f"{watch.metric} has no {watch.statistic} that says something"
    if watch.cloud == "aws" and watch.dimensions != dimensions:
        yield f"{watch.metric} is published by {sorted(dimensions)}, not by {sorted(watch.dimensions)}"
    if watch.cloud == "azure" and not watch.dimensions <= dimensions:
        yield f"{watch.metric} has no dimensions {sorted(watch.dimensions - dimensions)}"
    yield from _wrong_threshold(watch, published)


def _wrong_threshold(watch: Watch, published: dict[str, Any]) -> Iterator[str]:
    unit = published["unit"]
    most = published.get("most", MOST.get(unit, watch.threshold))
    if watch.threshold > most:
        yield f"{watch.metric} in {unit} never exceeds {most}"
    if 0 < watch.threshold < LEAST.get(unit, 0):
        yield f"{watch.metric} is in {unit}: {watch.threshold} was meant in another unit"
    if watch.below != published.get("low_is_bad", False):
        yield f"{watch.metric} is well on that side of {watch.threshold}"
    if "samples" in published and watch.threshold < 0.8 * watch.minutes * published["samples"]:
        yield f"{watch.metric} above {watch.threshold} is less than most of {watch.minutes:g} minutes"


@pytest.mark.parametrize("stack", STACKS)
def test_alarms_of_stacks_are_on_metrics_as_published(stack: str) -> None:
    assert [text for one in watches(record_stack(stack)) for text in wrong(one)] == []


@pytest.mark.parametrize(("cloud", "store", "profile"), PROFILED)
def test_alarms_of_stores_are_on_metrics_as_published(cloud: str, store: str, profile: str) -> None:
    found = list(watches(made(cloud, store, profile, "small")))
    assert found or (cloud, store) == ("gcp", "vault-unseal"), "a key there has no metrics"
    assert [text for one in found for text in wrong(one)] == []


@pytest.mark.parametrize(("cloud", "store", "profile"), PROFILED)
def test_no_alarm_waits_for_what_never_happens(cloud: str, store: str, profile: str) -> None:
    """Nothing is evicted from a store that refuses to, and nothing lags where there is one copy."""
    needed = {
        str(one.published["needs"])
        for one in watches(made(cloud, store, profile, "small"))
        if "needs" in one.published
    }
    assert needed <= ({"replica"} if profile == "production" else set())


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"metric": "CpuUtilisation"}, "is not in alarm_metrics.yaml"),
        ({"statistic": "Sum"}, "no Sum that says something"),
        ({"dimensions": frozenset({"DBClusterIdentifier"})}, "is published by ['DBInstanceIdentifier']"),
        ({"threshold": 800}, "never exceeds 100"),
        ({"threshold": 0.8}, "was meant in another unit"),
        ({"below": True}, "is well on that side of 80"),
    ],
)
def test_a_wrong_alarm_is_seen(change: dict[str, Any], text: str) -> None:
    good: dict[str, Any] = {
        "cloud": "aws",
        "namespace": "AWS/RDS",
        "metric": "CPUUtilization",
        "statistic": "Average",
        "threshold": 80,
        "below": False,
        "minutes": 15,
        "dimensions": frozenset({"DBInstanceIdentifier"}),
    }
    assert list(wrong(Watch(**good))) == []
    (found,) = wrong(Watch(**{**good, **change}))
    assert text in found


def test_google_containers_that_nobody_can_change_are_left_out() -> None:
    for stack in ("gcp-dev", "gcp-production"):
        filters = [
            condition["conditionThreshold"]["filter"]
            for policy in record_stack(stack).of("gcp:monitoring/alertPolicy:AlertPolicy")
            for condition in policy.inputs["conditions"]
            if "kubernetes.io/container" in str(condition)
        ]
        assert len(filters) == 2
        assert all('resource.labels.namespace_name = "rasa"' in one for one in filters)
