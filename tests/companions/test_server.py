"""A server beside Rasa: what it is made of, and how Rasa is told."""

from __future__ import annotations

from typing import Any

import pytest

from components.config.load import parse
from components.contract.companions import ActionServer
from components.stack.platform import Platform, build_platform
from tests.contract.test_connections import stack_file
from tests.recorder import Recording, record, value_of

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
IMAGE = "registry.example/server:1"
BLOCKS: dict[str, dict[str, Any]] = {
    "nlgServer": {"from": "in-cluster", "image": IMAGE},
    "actions": {"from": "in-cluster", "image": IMAGE, "secrets": {"CRM_TOKEN": "planted-crm"}},
    "duckling": {"from": "in-cluster"},
}
NAMES = {"nlgServer": "nlg-server", "actions": "action-server", "duckling": "duckling"}


def run(profile: str = "production", **blocks: Any) -> Recording[Platform]:
    raw = {**stack_file("none", "postgres", profile), "nlgServer": {}, **BLOCKS, **blocks}
    settings = parse(raw, secret_keys=frozenset(raw), stack=f"none-{profile}")
    return record(lambda: build_platform(settings, tags={}, stack="test"))


@pytest.mark.parametrize("key", NAMES)
def test_production_has_pods_to_spare(key: str) -> None:
    recording, name = run(), NAMES[key]
    spec = recording.one(DEPLOYMENT, name).inputs["spec"]
    assert "replicas" not in spec, "the autoscaler says how many"
    assert spec["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    scaler = recording.one("kubernetes:autoscaling/v2:HorizontalPodAutoscaler", name).inputs["spec"]
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (2, 4)
    budget = recording.one("kubernetes:policy/v1:PodDisruptionBudget", name).inputs["spec"]
    assert budget["selector"] == spec["selector"]


def test_dev_has_one_and_nothing_around_it() -> None:
    recording = run("dev")
    for deployment in recording.of(DEPLOYMENT):
        assert deployment.inputs["spec"]["replicas"] == 1
    assert not recording.of("kubernetes:autoscaling/v2:HorizontalPodAutoscaler")
    assert not recording.of("kubernetes:policy/v1:PodDisruptionBudget")


def test_actions_by_grpc_tell_their_health_by_it() -> None:
    recording = run(actions={"from": "in-cluster", "image": IMAGE, "protocol": "grpc", "port": 5060})
    (container,) = recording.one(DEPLOYMENT, "action-server").inputs["spec"]["template"]["spec"]["containers"]
    assert container["ports"] == [{"name": "grpc", "containerPort": 5060}]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["grpc"] == {"port": 5060, "service": "ActionServer"}
        assert "httpGet" not in container[probe]
    (port,) = recording.one("kubernetes:core/v1:Service", "action-server").inputs["spec"]["ports"]
    assert port == {"name": "grpc", "port": 5060, "targetPort": "grpc"}
    actions = recording.result.companions.actions
    assert isinstance(actions, ActionServer)
    assert value_of(actions.url) == "grpc://test-action-server-0a1b2c.rasa.svc:5060"


@pytest.mark.parametrize("key", NAMES)
def test_a_pod_may_nothing_that_it_does_not_need(key: str) -> None:
    pod = run().one(DEPLOYMENT, NAMES[key]).inputs["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert [mount["mountPath"] for mount in container["volumeMounts"]] == ["/tmp"]  # noqa: S108 (the pod's)
    assert container["resources"]["limits"].keys() == {"memory"}
    assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys()
    pause = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pod["terminationGracePeriodSeconds"] > pause


def test_the_image_may_write_where_it_says_so() -> None:
    actions = {**BLOCKS["actions"], "writable": True, "user": 1001}
    pod = run(actions=actions).one(DEPLOYMENT, "action-server").inputs["spec"]["template"]["spec"]
    assert pod["containers"][0]["securityContext"]["readOnlyRootFilesystem"] is False
    assert pod["securityContext"]["runAsUser"] == 1001


def test_secrets_come_from_a_secret_that_is_named_anew() -> None:
    recording = run()
    secret = recording.one("kubernetes:core/v1:Secret", "action-server")
    assert (secret.inputs["immutable"], secret.secret_inputs) == (True, {"stringData"})
    (container,) = recording.one(DEPLOYMENT, "action-server").inputs["spec"]["template"]["spec"]["containers"]
    assert container["env"][0]["valueFrom"]["secretKeyRef"]["key"] == "CRM_TOKEN"
    assert "planted" not in str(recording.one(DEPLOYMENT, "action-server").inputs)


def test_rasa_is_told_the_address_and_the_policies_the_pods() -> None:
    recording = run()
    platform = recording.result
    actions, duckling = platform.companions.actions, platform.companions.duckling
    assert platform.nlg_server is not None
    told = {
        "nlg-server": (platform.nlg_server, ".svc:5056/nlg"),
        "action-server": (actions, ".svc:5055/webhook"),
        "duckling": (duckling, ".svc:8000"),
    }
    for name, (connection, end) in told.items():
        found: Any = connection
        assert value_of(found.url).endswith(end)
        labels = recording.one(DEPLOYMENT, name).inputs["spec"]["selector"]["matchLabels"]
        assert dict(found.pods.labels) == labels
        ready = {value_of(resource.urn) for resource in found.ready}
        assert recording.one(DEPLOYMENT, name).urn in ready, "the preflight must not come before it"


def test_duckling_names_a_user_unless_the_cluster_does() -> None:
    assert (
        run().one(DEPLOYMENT, "duckling").inputs["spec"]["template"]["spec"]["securityContext"]["runAsUser"]
    )
