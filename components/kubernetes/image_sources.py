"""Where pods and charts are pulled from, and with which Secret: one function for all that makes pods. Pure.

The stack applies it to each resource as it is registered (`stack/registry.py`), so that no component need
know of it, and none can forget it. Here stands where an object names images and Secrets; which images there
are stands in `contract/images.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from pulumi import Output
from pulumi_kubernetes.helm.v3 import RepositoryOptsArgs

from components.contract.images import CHARTS, OCI, RASA, in_mirror
from components.kubernetes.fields import Path, path_of, read, within, written

POD_SPECS: Mapping[str, Path] = {
    "kubernetes:apps/v1:DaemonSet": ("spec", "template", "spec"),
    "kubernetes:apps/v1:Deployment": ("spec", "template", "spec"),
    "kubernetes:apps/v1:StatefulSet": ("spec", "template", "spec"),
    "kubernetes:batch/v1:CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    "kubernetes:batch/v1:Job": ("spec", "template", "spec"),
    "kubernetes:core/v1:Pod": ("spec",),
}
"""Type → its pod's spec."""
OPERATORS_PODS: Mapping[str, Path] = {
    "kubernetes:kafka.strimzi.io/v1:Kafka": ("spec", "entityOperator", "template", "pod"),
    "kubernetes:kafka.strimzi.io/v1:KafkaNodePool": ("spec", "template", "pod"),
    "kubernetes:postgresql.cnpg.io/v1:Cluster": ("spec",),
}
"""Type → what its operator copies into its pods, with a list `imagePullSecrets` as pods have it."""
OPERATORS_IMAGES: Mapping[str, Path] = {
    "kubernetes:postgresql.cnpg.io/v1:Cluster": ("spec", "imageName"),
}
"""Type → the image that it names; Strimzi's operator chooses those of its objects (`images.STRIMZI`)."""
RELEASE = "kubernetes:helm.sh/v3:Release"
PULL_SECRETS = "imagePullSecrets"


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageSources:
    """Where the stack's pods and charts come from, if not from where their vendors have them."""

    mirror: str | None
    """Registry and path; None: each image and chart comes from its vendor's registry."""
    pull_secret: str | None
    """Name of a Secret in each namespace; None: the nodes themselves may pull, or everybody may."""
    login: tuple[str, Output[str]] | None = None
    """User and password at the mirror, for the charts; None: those of the machine that runs Pulumi."""

    def apply(self, type_: str, props: Mapping[str, Any]) -> Mapping[str, Any]:
        """The inputs of a resource with another source; the same where it makes no pods."""
        if type_ == RELEASE:
            return self._release(props)
        if type_ in POD_SPECS:
            return within(props, POD_SPECS[type_], self._pod)
        if type_ in OPERATORS_IMAGES and self.mirror is not None:
            props = within(props, OPERATORS_IMAGES[type_], self._mirrored)
        if type_ in OPERATORS_PODS and self.pull_secret is not None:
            props = written(props, (*OPERATORS_PODS[type_], PULL_SECRETS), self._secrets())
        return props

    def _secrets(self) -> list[Mapping[str, str]]:
        return [{"name": str(self.pull_secret)}]

    def _pod(self, pod: object) -> object:
        for key in ("containers", "initContainers"):
            pod = within(pod, (key,), self._mirrored)
        return pod if self.pull_secret is None else written(pod, (PULL_SECRETS,), self._secrets())

    def _mirrored(self, named: object) -> object:
        """An image or repository, or a list of containers, from the mirror."""
        if self.mirror is None:
            return named
        if isinstance(named, str):
            return in_mirror(named, self.mirror)
        containers = cast("Sequence[object]", named)
        return [within(container, ("image",), self._mirrored) for container in containers]

    def _release(self, props: Mapping[str, Any]) -> Mapping[str, Any]:
        ref, options = str(props["chart"]), props.get("repository_opts")
        chart = CHARTS.get(ref, RASA)  # of Rasa's alone the stack file may name another
        values: object = props["values"]
        if self.pull_secret is not None:
            values = written(values, path_of(chart.pull_secrets), self._secrets())
        if self.mirror is None:
            return {**props, "values": values}
        for path in chart.named:
            values = within(values, path_of(path), self._mirrored)
        for path, source in chart.sources.items():
            values = written(values, path_of(path), in_mirror(source, self.mirror))
        for path, tag in chart.tags.items():
            values = written(values, path_of(path), tag)
        repository = None if options is None else cast("str", read(options, "repo"))
        return {**props, "values": values, **self._chart(ref, repository)}

    def _chart(self, ref: str, repository: str | None) -> Mapping[str, Any]:
        found = replace(RASA, ref=ref, repository=repository)
        if found.is_local or self.mirror is None:
            return {}
        login = self.login and RepositoryOptsArgs(username=self.login[0], password=self.login[1])
        return {"chart": f"{OCI}{in_mirror(found.source, self.mirror)}", "repository_opts": login}
