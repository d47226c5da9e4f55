"""An air-gapped stack: all comes from the mirror, each pod pulls with the Secret, all is in the list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast

import pytest

from ci.images import settings_of
from components.config.installed import charts, used_images
from components.contract.images import CHARTS, OCI, PULL_SECRET, RASA, in_mirror, split
from components.kubernetes.image_sources import OPERATORS_IMAGES, OPERATORS_PODS, POD_SPECS, RELEASE
from policy.stack import at, members
from tests.recorder import Recorded, Recording
from tests.stacks import EXAMPLES
from tests.variants import AIR_GAPPED, MIRROR, PULL_PASSWORD, record_variant, record_with

STACKS = (
    "local-dev",
    "aws-production",
    "azure-production",
    "gcp-production",
    "openshift-production",
    "existing-production",
)
"""One of each cloud and of each kind of cluster."""
REGISTRIES = re.compile(
    r"(docker|quay|ghcr|gcr)\.io|pkg\.dev|mcr\.microsoft\.com|registry\.k8s|public\.ecr|registry\.[\w.]*redhat"
    r"|hashicorp\.com|github\.io"
)
NAMES = {"image", "imageName", "repository", "registry", "defaultImageRegistry", "chart"}
"""Keys under which an object, a chart's values or a Release names something to be pulled."""


def recorded(stack: str) -> Recording[Any]:
    return (
        record_variant("local-dev-air-gapped")
        if stack == "local-dev"
        else record_with(stack, {"rasa:registry": AIR_GAPPED})
    )


def objects(recording: Recording[Any]) -> list[Recorded]:
    return [one for one in recording.resources if one.type.startswith("kubernetes:")]


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from texts([*cast("dict[str, object]", value).values()])
    elif isinstance(value, list):
        for member in cast("list[object]", value):
            yield from texts(member)


def chart_of(release: Recorded) -> Any:
    """The row of the table whose copy a Release installs."""
    copies = {f"{OCI}{in_mirror(chart.source, MIRROR)}": chart for chart in CHARTS.values()}
    return copies.get(release.inputs["chart"], RASA)


def pulled(recording: Recording[Any]) -> Iterator[str]:
    """The images that pods of the stack's own name, and those that it names to charts and operators."""
    for one in objects(recording):
        if one.type in POD_SPECS:
            pod = at(one.inputs, ".".join(POD_SPECS[one.type]))
            yield from (each["image"] for each in [*pod["containers"], *pod.get("initContainers", ())])
        if one.type in OPERATORS_IMAGES:
            yield at(one.inputs, ".".join(OPERATORS_IMAGES[one.type]))
        if one.type == RELEASE:
            for path in chart_of(one).named:
                found: Any = at(one.inputs["values"], path)
                if isinstance(found, str):
                    yield f"{found}:{at(one.inputs['values'], path.replace('repository', 'tag'))}"
                else:
                    yield from (each["image"] for each in found or ())


@pytest.mark.parametrize("stack", STACKS)
def test_an_air_gapped_stack(stack: str) -> None:
    recording = recorded(stack)
    _nothing_comes_from_elsewhere(recording)
    _every_pod_has_the_secret(recording)
    _the_list_is_what_is_pulled(stack, recording)


def _nothing_comes_from_elsewhere(recording: Recording[Any]) -> None:
    host = split(MIRROR)[0]
    for one in objects(recording):
        for key, value in members(one.inputs):
            if key in NAMES and isinstance(value, str):
                assert value.removeprefix(OCI).startswith(f"{host}/"), f"{one.urn}: {key}: {value}"
        for text in texts(one.inputs):
            left = text.replace(f"{MIRROR}/", "\0")
            outside = [found[0] for found in REGISTRIES.finditer(left) if "\0" not in left[: found.start()]]
            assert not outside, f"{one.urn}: {text}"
        assert one.type != RELEASE or at(one.inputs, "repositoryOpts.repo") is None


def _every_pod_has_the_secret(recording: Recording[Any]) -> None:
    wanted = [{"name": PULL_SECRET}]
    made = [one for one in objects(recording) if at(one.inputs, "metadata.name") == PULL_SECRET]
    there = {at(one.inputs, "metadata.namespace"): one for one in made}
    for secret in made:
        assert secret.inputs["type"] == "kubernetes.io/dockerconfigjson"
        assert PULL_PASSWORD in secret.inputs["stringData"][".dockerconfigjson"]
        assert "stringData" in secret.secret_inputs
    pods = 0
    for one in objects(recording):
        if one.type == RELEASE:
            given, namespace = at(one.inputs["values"], chart_of(one).pull_secrets), one.inputs["namespace"]
            assert one.inputs["repositoryOpts"] == {"username": "puller", "password": PULL_PASSWORD}
            assert "repositoryOpts" in one.secret_inputs
        elif one.type in POD_SPECS or one.type in OPERATORS_PODS:
            path = {**POD_SPECS, **OPERATORS_PODS}[one.type]
            given = at(one.inputs, ".".join((*path, "imagePullSecrets")))
            namespace = at(one.inputs, "metadata.namespace")
        else:
            # Whatever has containers makes pods, but for a patch of somebody else's.
            assert one.type.endswith("Patch") or not any(
                key == "containers" for key, _ in members(one.inputs)
            ), one.urn
            continue
        pods += 1
        assert given == wanted, one.urn
        assert there[namespace].urn in recording.waits_for(one), f"{one.urn}: comes before its Secret"
    assert pods >= 2


def _the_list_is_what_is_pulled(stack: str, recording: Recording[Any]) -> None:
    """`make images` reads it off the settings, and the objects say what is true."""
    settings = settings_of(stack, EXAMPLES)
    brought = {image for chart in charts(settings) for image in chart.images}
    listed = {in_mirror(image, MIRROR) for image in set(used_images(settings)) - brought}
    assert listed == set(pulled(recording))
    releases = {one.inputs["chart"] for one in objects(recording) if one.type == RELEASE}
    assert {f"{OCI}{in_mirror(chart.source, MIRROR)}" for chart in charts(settings)} == releases


def test_a_secret_that_exists_reaches_pods_and_none_is_made() -> None:
    recording = record_with("existing-production", {"rasa:registry": {"existingPullSecret": "company"}})
    assert not [one for one in objects(recording) if at(one.inputs, "metadata.name") == PULL_SECRET]
    (job,) = (one for one in recording.of("kubernetes:batch/v1:Job") if one.name == "rasa-preflight")
    assert at(job.inputs, "spec.template.spec.imagePullSecrets") == [{"name": "company"}]
    release = recording.one(RELEASE, "rasa-release").inputs
    assert release["values"]["imagePullSecrets"] == [{"name": "company"}]
    # Without a mirror each image comes from where it has always come from.
    assert release["chart"] == RASA.ref
    assert release["values"]["rasa"]["image"]["repository"].startswith("europe-west3-docker.pkg.dev/")
