"""What the chart has no value for: budget, spread, shutdown; and how many pods there are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from components.rasa.args import AssistantArgs
from components.rasa.assistant import Assistant
from components.rasa.spec.connection_pools import ANALYTICS_CONNECTIONS, budget
from components.rasa.spec.versions import Image
from tests.rasa import samples
from tests.rasa.assistants import recorded
from tests.rasa.samples import environment
from tests.rasa.samples_companions import ALL_COMPANIONS, analytics
from tests.rasa.test_values import written
from tests.recorder import Recorded, Recording

PATCH = "kubernetes:apps/v1:DeploymentPatch"
BUDGET = "kubernetes:policy/v1:PodDisruptionBudget"
RELEASE = "kubernetes:helm.sh/v3:Release"
FLUSH_SECONDS, SANIC_SECONDS = 30, 15


def run(args: AssistantArgs = samples.BASE) -> Recording[Assistant]:
    return recorded(args)


def patched(recording: Recording[Assistant]) -> tuple[Recorded, dict[str, Any]]:
    patch = recording.one(PATCH)
    return patch, patch.inputs["spec"]["template"]["spec"]


def test_the_patch_owns_three_fields_of_the_charts_deployment() -> None:
    recording = run()
    patch, pod = patched(recording)
    assert patch.inputs["metadata"]["name"] == recording.one(RELEASE).inputs["name"]
    assert set(patch.inputs["spec"]) == {"template"}
    assert set(pod) == {"terminationGracePeriodSeconds", "topologySpreadConstraints", "containers"}
    (container,) = pod["containers"]
    assert set(container) == {"name", "lifecycle"}, "a field more is a field that the chart no longer has"
    assert container["name"] == "rasa"
    assert recording.one(RELEASE).urn in patch.depends_on, "there is no Deployment before"
    assert patch.inputs["metadata"]["annotations"] == {"pulumi.com/patchForce": "true"}


def test_a_pod_stops_after_its_last_event_is_flushed() -> None:
    _, pod = patched(run())
    pause = pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pause > 0
    assert pod["terminationGracePeriodSeconds"] >= pause + SANIC_SECONDS + FLUSH_SECONDS


def test_pods_are_spread_over_zones_and_start_though_one_is_out() -> None:
    _, pod = patched(run())
    first = pod["topologySpreadConstraints"][0]
    assert first["topologyKey"] == "topology.kubernetes.io/zone"
    assert first["whenUnsatisfiable"] == "ScheduleAnyway"
    assert first["matchLabelKeys"] == ["pod-template-hash"]


def test_the_budget_lets_one_go_at_a_time() -> None:
    spec = run().one(BUDGET).inputs["spec"]
    assert spec["maxUnavailable"] == 1
    assert spec["unhealthyPodEvictionPolicy"] == "AlwaysAllow"
    labels = {"app.kubernetes.io/name": "rasa", "app.kubernetes.io/instance": "rasa"}
    assert spec["selector"] == {"matchLabels": labels}


def test_an_autoscaler_has_a_maximum_that_the_database_takes() -> None:
    fixed, scaled = samples.BASE, replace(samples.BASE, replicas=2, most_replicas=8)
    assert "autoscaling" not in written(fixed)["rasa"]
    wanted = written(scaled)["rasa"]["autoscaling"]
    assert (wanted["enabled"], wanted["minReplicas"], wanted["maxReplicas"]) == (True, 2, 8)
    plain = environment(scaled).plain
    each = int(str(plain["SQL_POOL_SIZE"])) + int(str(plain["SQL_MAX_OVERFLOW"]))
    assert (8 + 1) * each <= budget(samples.RDS.max_connections)
    assert run(scaled).one(RELEASE).inputs["timeout"] > run(fixed).one(RELEASE).inputs["timeout"]


@pytest.mark.parametrize("beside", [True, False])
def test_the_analytics_takes_its_part_of_the_connections(*, beside: bool) -> None:
    wanted = analytics(samples.EVENT_BROKERS["msk-iam"], beside_rasa=beside)
    args = replace(samples.BASE, companions=replace(ALL_COMPANIONS, analytics=wanted))
    plain, alone = environment(args).plain, environment(samples.BASE).plain
    each = int(str(plain["SQL_POOL_SIZE"])) + int(str(plain["SQL_MAX_OVERFLOW"]))
    usable = budget(samples.RDS.max_connections) - (ANALYTICS_CONNECTIONS if beside else 0)
    assert (samples.BASE.replicas + 1) * each <= usable
    assert (plain["SQL_MAX_OVERFLOW"] == alone["SQL_MAX_OVERFLOW"]) is not beside


def test_an_image_can_be_pinned_by_its_digest() -> None:
    pinned = Image(repository="registry.example/rasa", tag="3.21.0", digest="sha256:" + "ab" * 32)
    name = f"registry.example/rasa:3.21.0@sha256:{'ab' * 32}"
    image = written(replace(samples.BASE, image=pinned))["rasa"]["image"]
    assert f"{image['repository']}:{image['tag']}" == name  # as the chart joins them
    recording = run(replace(samples.BASE, image=pinned))
    jobs = recording.of("kubernetes:batch/v1:Job")
    assert {job.inputs["spec"]["template"]["spec"]["containers"][0]["image"] for job in jobs} == {name}
