"""What is said for all pods stands beside what an object says itself, and on no other object."""

from __future__ import annotations

from pulumi_kubernetes.core import v1
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.kubernetes.pod_settings import ACCOUNT, SERVICE, PodSettings

SETTINGS = PodSettings(
    pods={"labels": {"team": "bots", "own": "not this"}, "tolerations": [{"key": "b"}]},
    services={"labels": {"mesh": "in"}},
)


def test_an_object_keeps_what_it_says() -> None:
    spec = v1.PodSpecArgs(containers=[], tolerations=[v1.TolerationArgs(key="a")])
    template = v1.PodTemplateSpecArgs(metadata=ObjectMetaArgs(labels={"own": "this"}), spec=spec)
    made = SETTINGS.apply("kubernetes:apps/v1:Deployment", {"spec": {"template": template}})
    changed = made["spec"]["template"]
    assert changed.metadata.labels == {"team": "bots", "own": "this"}
    assert [getattr(one, "key", None) or one["key"] for one in changed.spec.tolerations] == ["a", "b"]


def test_what_two_objects_share_is_changed_for_one() -> None:
    shared = ObjectMetaArgs(labels={"app": "rasa"})
    made = SETTINGS.apply(SERVICE, {"metadata": shared})
    assert made["metadata"].labels == {"app": "rasa", "mesh": "in"}
    assert shared.labels == {"app": "rasa"}


def test_where_nothing_is_said_nothing_changes() -> None:
    props = {"metadata": ObjectMetaArgs(labels={"app": "rasa"})}
    assert SETTINGS.apply(ACCOUNT, props) is props
    assert PodSettings(pods={}).apply("kubernetes:batch/v1:Job", props) is props
