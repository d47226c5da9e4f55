"""Policies for what the stack makes inside Kubernetes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policy import availability, network
from policy.availability import DEPLOYMENT
from policy.charts import RELEASE
from policy.stack import Policy, Stack, at, demand, members, present, unsure

JOB = "kubernetes:batch/v1:Job"
PODS = "kubernetes:apps/v1:StatefulSet"
CRON_JOB = "kubernetes:batch/v1:CronJob"
ROLE_BINDING = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"
WITHHELD = re.compile(r"(PASSWORD|TOKEN|SECRET|LICENSE|KEY)$")
"""How the name of a variable ends whose value is a secret; `…_SECRET_ID` says where one is."""


def pods_are_restricted(stack: Stack) -> Iterator[str]:
    """No root, no privilege, no capability: the standard `restricted`; and no needless token."""
    bound = {
        at(subject, "name")
        for binding in stack.of(ROLE_BINDING)
        for subject in at(binding.inputs, "subjects") or ()
    }
    for maker in stack.of(JOB, CRON_JOB, PODS, DEPLOYMENT):
        inner = "spec.jobTemplate.spec" if maker.type == CRON_JOB else "spec"
        pod = at(maker.inputs, f"{inner}.template.spec")
        if unsure(pod):
            continue
        for container in [*pod["containers"], *pod.get("initContainers", [])]:
            if at(container, "securityContext.allowPrivilegeEscalation") is not False:
                yield f"{maker.type} {maker.name}: a container may gain privileges"
            if at(container, "securityContext.capabilities.drop") != ["ALL"]:
                yield f"{maker.type} {maker.name}: a container keeps capabilities"
            if at(container, "securityContext.readOnlyRootFilesystem") is not True:
                yield f"{maker.type} {maker.name}: a container may write to its image"
        if not at(pod, "securityContext.runAsNonRoot"):
            yield f"{maker.type} {maker.name}: may run as root"
        account = pod.get("serviceAccountName")
        if pod.get("automountServiceAccountToken") is not False and account not in bound:
            yield f"{maker.type} {maker.name}: has a token of the Kubernetes API, and no right that it is for"


def secrets_come_by_reference(stack: Stack) -> Iterator[str]:
    """A variable that holds a secret names a Secret; its value stands nowhere."""
    for resource in stack.of(JOB, CRON_JOB, PODS, DEPLOYMENT, RELEASE):
        lists = [value for key, value in members(resource.inputs) if key in {"env", "additionalEnv"}]
        for variable in (variable for variables in lists for variable in variables):
            name = str(at(variable, "name"))
            if WITHHELD.search(name) and at(variable, "value"):
                yield f"{resource.type} {resource.name}: {name} has its value in plain text"


def the_chart_is_pinned(stack: Stack) -> Iterator[str]:
    """A chart or an image without a version changes under our feet."""
    for release in stack.of(RELEASE):
        yield from demand(release, "version", present)
        for part in ("rasa", "rasaProServices", "server"):
            of_part = at(release.inputs, f"values.{part}")
            used = of_part is not None and at(of_part, "enabled") is not False
            if used and at(of_part, "image.tag") in {None, "", "latest"}:
                yield f"{release.type} {release.name}: no tag of {part}'s image"
    for deployment in stack.of(DEPLOYMENT):
        for container in at(deployment.inputs, "spec.template.spec.containers"):
            name = str(container["image"]).rpartition("/")[2]
            if ":" not in name or name.endswith(":latest"):
                yield f"{deployment.type} {deployment.name}: image {container['image']} has no version"


def nobody_writes_secrets_but_by_name(stack: Stack) -> Iterator[str]:
    """A right to Secrets that names none is a right to all of them."""
    for role in stack.of("kubernetes:rbac.authorization.k8s.io/v1:Role"):
        for rule in role.inputs["rules"]:
            if "secrets" in rule["resources"] and not rule.get("resourceNames"):
                yield f"{role.type} {role.name}: a right to every Secret of the namespace"


POLICIES: Sequence[Policy] = (
    pods_are_restricted,
    secrets_come_by_reference,
    the_chart_is_pinned,
    nobody_writes_secrets_but_by_name,
    *availability.POLICIES,
    *network.POLICIES,
)
