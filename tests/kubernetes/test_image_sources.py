"""What is in a mirror is under its own name there, and nothing else of an object changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from pulumi_kubernetes.core import v1

from components.contract.images import CHARTS, CLOUDNATIVE_PG, RASA, STRIMZI, in_mirror
from components.kubernetes.fields import read, within, written
from components.kubernetes.image_sources import RELEASE, ImageSources

MIRROR = "registry.example.com:5000/a/b"
DIGEST = f"sha256:{'0' * 64}"
SOURCES = ImageSources(mirror=MIRROR, pull_secret="pull")
NOTHING = ImageSources(mirror=None, pull_secret="pull")


@pytest.mark.parametrize(
    ("reference", "copy"),
    [
        ("valkey", f"{MIRROR}/docker.io/library/valkey"),
        ("valkey:9.1", f"{MIRROR}/docker.io/library/valkey:9.1"),
        ("rasa/duckling:0.2", f"{MIRROR}/docker.io/rasa/duckling:0.2"),
        ("docker.io/library/haproxy:3.2", f"{MIRROR}/docker.io/library/haproxy:3.2"),
        ("localhost/x:1", f"{MIRROR}/localhost/x:1"),
        ("host:80/x:1", f"{MIRROR}/host:80/x:1"),
        (f"quay.io/a/b:1@{DIGEST}", f"{MIRROR}/quay.io/a/b:1@{DIGEST}"),
        ("quay.io/", f"{MIRROR}/quay.io"),
        ("registry.example.com:5000/bots/ours:1", "registry.example.com:5000/bots/ours:1"),
        ("registry.example.com/bots/ours:1", f"{MIRROR}/registry.example.com/bots/ours:1"),
        (f"{MIRROR}/quay.io/a/b:1", f"{MIRROR}/quay.io/a/b:1"),
    ],
)
def test_in_mirror(reference: str, copy: str) -> None:
    assert in_mirror(reference, MIRROR) == copy


def job(container: object) -> Mapping[str, Any]:
    return {"spec": {"template": {"spec": {"containers": [container], "serviceAccountName": "rasa"}}}}


@pytest.mark.parametrize("container", [{"image": "a/b:1"}, v1.ContainerArgs(name="c", image="a/b:1")])
def test_a_pod_in_either_spelling(container: object) -> None:
    pod = SOURCES.apply("kubernetes:batch/v1:Job", job(container))["spec"]["template"]["spec"]
    assert [read(one, "image") for one in pod["containers"]] == [f"{MIRROR}/docker.io/a/b:1"]
    assert pod["imagePullSecrets"] == [{"name": "pull"}]
    assert pod["serviceAccountName"] == "rasa"


def test_what_makes_no_pods_stays() -> None:
    props = {"data": {"image": "a/b:1"}}
    assert SOURCES.apply("kubernetes:core/v1:ConfigMap", props) is props
    assert SOURCES.apply("aws:ecr/repository:Repository", props) is props


def release(chart: str, **values: Any) -> dict[str, Any]:
    return {"chart": chart, "version": "1.0.0", "values": values, "repository_opts": None}


@pytest.mark.parametrize("ref", ["./charts/rasa", "/charts/rasa.tgz"])
def test_a_chart_on_this_machine_is_in_no_mirror_but_its_images_are(ref: str) -> None:
    made = SOURCES.apply(RELEASE, release(ref, rasa={"image": {"repository": "a/b", "tag": "1"}}))
    assert made["chart"] == ref
    assert made["values"]["rasa"]["image"] == {"repository": f"{MIRROR}/docker.io/a/b", "tag": "1"}


def test_what_rasa_is_told_is_no_image() -> None:
    settings = {"endpoints": {"image": "a/b:1", "repository": "c/d"}}
    made = SOURCES.apply(RELEASE, release(RASA.ref, rasa={"settings": settings}))
    assert made["values"]["rasa"]["settings"] == settings


def test_a_chart_takes_the_versions_of_the_table() -> None:
    made = SOURCES.apply(RELEASE, release(STRIMZI.ref))["values"]
    images = [f"{made['defaultImageRegistry']}/strimzi/operator:{made['defaultImageTag']}"]
    assert images == [in_mirror(STRIMZI.images[0], MIRROR)]
    made = SOURCES.apply(RELEASE, release(CLOUDNATIVE_PG.ref))["values"]
    assert f"{made['image']['repository']}:{made['image']['tag']}" == in_mirror(
        CLOUDNATIVE_PG.images[0], MIRROR
    )


def test_without_a_mirror_only_the_secret_is_added() -> None:
    for ref in CHARTS:
        before = release(ref, server={"image": {"repository": "a/b"}})
        made = NOTHING.apply(RELEASE, before)
        assert made["chart"] == ref
        assert made["repository_opts"] is None
        assert made["values"]["server"] == before["values"]["server"]


def test_a_path_is_made_where_it_is_missing_and_left_alone_where_nothing_is() -> None:
    block = {"a": {"b": 1}}
    assert written(block, ("a", "c", "d"), 2) == {"a": {"b": 1, "c": {"d": 2}}}
    assert within(block, ("a", "x", "y"), str) is block
    assert block == {"a": {"b": 1}}, "the block that was given is another's"
