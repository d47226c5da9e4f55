"""Policies for what the stack makes inside Kubernetes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policy.stack import Policy, Stack, at, demand, members, present

JOB = "kubernetes:batch/v1:Job"
RELEASE = "kubernetes:helm.sh/v3:Release"
WITHHELD = re.compile(r"(PASSWORD|TOKEN|SECRET|LICENSE|KEY)$")
"""How the name of a variable ends whose value is a secret; `…_SECRET_ID` says where one is."""


def pods_are_restricted(stack: Stack) -> Iterator[str]:
    """No root, no privilege, no capability: the `restricted` standard of Kubernetes."""
    for job in stack.of(JOB):
        pod = at(job.inputs, "spec.template.spec")
        for container in pod["containers"]:
            if at(container, "securityContext.allowPrivilegeEscalation") is not False:
                yield f"{job.type} {job.name}: a container may gain privileges"
            if at(container, "securityContext.capabilities.drop") != ["ALL"]:
                yield f"{job.type} {job.name}: a container keeps capabilities"
        if not at(pod, "securityContext.runAsNonRoot"):
            yield f"{job.type} {job.name}: may run as root"


def secrets_come_by_reference(stack: Stack) -> Iterator[str]:
    """A variable that holds a secret names a Secret; its value stands nowhere."""
    for resource in stack.of(JOB, RELEASE):
        lists = [value for key, value in members(resource.inputs) if key in {"env", "additionalEnv"}]
        for variable in (variable for variables in lists for variable in variables):
            name = str(at(variable, "name"))
            if WITHHELD.search(name) and at(variable, "value"):
                yield f"{resource.type} {resource.name}: {name} has its value in plain text"


def the_chart_is_pinned(stack: Stack) -> Iterator[str]:
    """A chart or an image without a version changes under our feet."""
    for release in stack.of(RELEASE):
        yield from demand(release, "version", present)
        if at(release.inputs, "values.rasa.image.tag") in {None, "", "latest"}:
            yield f"{release.type} {release.name}: no tag of the image"


def rasa_is_ready_only_with_its_model(stack: Stack) -> Iterator[str]:
    """Readiness asks /status: `/` answers 200 without a model (facts T3)."""
    for release in stack.of(RELEASE):
        probe = at(release.inputs, "values.rasa.readinessProbe")
        # The chart's default is a GET of /, which only an explicit null takes away.
        if "/status" not in str(at(probe, "exec")) or "httpGet" not in probe or probe["httpGet"] is not None:
            yield f"{release.type} {release.name}: readiness does not ask /status alone"


POLICIES: Sequence[Policy] = (
    pods_are_restricted,
    secrets_come_by_reference,
    the_chart_is_pinned,
    rasa_is_ready_only_with_its_model,
)
