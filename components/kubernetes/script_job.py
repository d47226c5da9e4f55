"""Jobs that run our scripts (`jobs/`): files, environment, pod and deadlines, written once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import cast

from pulumi import CustomTimeouts, Input, Output, ProviderResource, Resource, ResourceOptions
from pulumi_kubernetes.batch import v1 as batch
from pulumi_kubernetes.core import v1
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.contract.cluster import ObjectKey
from components.contract.secrets import SecretRef, SecretValue, engine_values, references
from components.kubernetes.documents import Block
from components.kubernetes.restricted import CONTAINER_SECURITY, pod_security_of
from components.kubernetes.trust import MOUNT, OF_PYTHON, PATH, volume

REPLACE_FAILED = {"pulumi.com/replaceUnready": "true"}
"""Annotation of a Job: without it the next `up` waits for the failed Job of the last one, and fails, too
(pulumi-kubernetes: provider/pkg/provider/provider.go, `ReplaceUnready`)."""
JOBS = Path(__file__).parents[2] / "jobs"
"""Scripts that run in pods, on the Rasa Pro image: read as text and never imported."""


def digest(content: Mapping[str, Input[str]]) -> Output[str]:
    """Hash names and values, whatever their order."""
    return Output.all(**content).apply(
        lambda known: sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Scripts:
    """Python files for a pod. A ConfigMap's keys hold no `/`: the volume's `items` give them folders."""

    texts: Mapping[str, str]
    """Key of the ConfigMap → text."""
    paths: Mapping[str, str]
    """Key → path below the volume's mount."""

    def items(self, *others: str) -> list[Mapping[str, str]]:
        """The volume's `items`, with the ConfigMap's other keys, which lie at its root."""
        every = {**self.paths, **{key: key for key in others}}
        return [{"key": key, "path": path} for key, path in every.items()]


def scripts_of(entry: str, *modules: str) -> Scripts:
    """Scripts by their paths in `jobs/`; the entry lies at the root, where Python looks for the others."""
    paths = {entry.rpartition("/")[2]: entry, **{module.replace("/", "."): module for module in modules}}
    texts = {key: (JOBS / path).read_text(encoding="utf-8") for key, path in paths.items()}
    return Scripts(texts=texts, paths={**paths, entry.rpartition("/")[2]: entry.rpartition("/")[2]})


@dataclass(frozen=True, kw_only=True, slots=True)
class ScriptPod:
    """A pod that runs one script on the Rasa Pro image, under the `restricted` standard."""

    name: str
    """Of the container."""
    image: str
    script: str
    """Path in the container: a file, or a folder with `__main__.py`."""
    arguments: Sequence[str] = ()
    working_directory: str | None = None
    service_account: Input[str]
    calls_kubernetes: bool = False
    environment: Sequence[Block] = ()
    mounts: Sequence[Block] = ()
    volumes: Sequence[Block] = ()
    side_cars: Sequence[Block] = ()
    """Init containers that stay."""
    resources: Block
    owner: int | None = None
    """Group that volumes are made to belong to."""
    trust: ObjectKey | None = None
    """Whom its clients trust, where its other parts do not say it."""

    def spec(self) -> Block:
        """As Kubernetes writes it (camelCase), for the blocks of the chart's values are part of it."""
        trusts = self.trust is not None
        container: dict[str, object] = {
            "name": self.name,
            "image": self.image,
            "command": ["python3", self.script],
            "args": [*self.arguments],
            "env": [*self.environment, *(environment(dict.fromkeys(OF_PYTHON, PATH), {}) if trusts else ())],
            "volumeMounts": [*self.mounts, *([MOUNT] if trusts else ())],
            "securityContext": CONTAINER_SECURITY,
            "resources": self.resources,
        }
        if self.working_directory is not None:
            container["workingDir"] = self.working_directory
        spec: dict[str, object] = {
            "restartPolicy": "Never",  # each attempt is a pod of its own, whose log stays
            "serviceAccountName": self.service_account,
            "automountServiceAccountToken": self.calls_kubernetes,
            "securityContext": pod_security_of(self.owner),
            "initContainers": [*self.side_cars],
            "containers": [container],
            "volumes": [*self.volumes, *([] if self.trust is None else [volume(self.trust)])],
        }
        return cast("Block", spec)


@dataclass(frozen=True, kw_only=True, slots=True)
class ScriptJob:
    """How often and how long a pod is tried."""

    pod: ScriptPod
    labels: Mapping[str, Input[str]]
    attempts: int
    """2 at least: a pod whose cloud identity was not there yet needs a successor, for the identity is put in
    when a pod starts."""
    deadline_seconds: int
    """Of all attempts together; most of it for a node to be started and the image to be pulled."""

    def spec(self) -> Block:
        """As Kubernetes writes it."""
        spec: dict[str, object] = {
            "backoffLimit": self.attempts - 1,
            "activeDeadlineSeconds": self.deadline_seconds,
            "template": {"metadata": {"labels": self.labels}, "spec": self.pod.spec()},
        }
        return cast("Block", spec)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where objects are made, and whose children they are."""

    namespace: Input[str]
    parent: Resource
    provider: ProviderResource | None = None
    """None: the parent's."""

    def config_map(
        self, name: str, data: Mapping[str, Input[str]], *, binary: Mapping[str, str] | None = None
    ) -> Output[str]:
        """Files that anybody may read; immutable, so that a change is a new object and a new pod."""
        made = v1.ConfigMap(
            name,
            metadata=ObjectMetaArgs(namespace=self.namespace),
            immutable=True,
            data=data or None,
            binary_data=binary,
            opts=ResourceOptions(parent=self.parent, provider=self.provider),
        )
        return made.metadata.name

    def secret(self, name: str, values: Mapping[str, Output[str]]) -> Output[str]:
        """The same for what is secret."""
        made = v1.Secret(
            name,
            metadata=ObjectMetaArgs(namespace=self.namespace),
            immutable=True,
            string_data=values,
            opts=ResourceOptions(parent=self.parent, provider=self.provider),
        )
        return made.metadata.name

    def secrets(self, name: str, values: Mapping[str, SecretValue]) -> Iterator[Block]:
        """Variables of a pod: out of one immutable Secret that is made here, or out of Secrets that exist."""
        ours, at = engine_values(values), dict(references(values))
        if ours:
            made = self.secret(name, ours)
            at |= {key: SecretRef(name=made, key=key) for key in ours}
        yield from environment({}, {key: at[key] for key in values})

    def job(
        self,
        name: str,
        job: ScriptJob,
        *,
        ready: Sequence[Resource],
        annotations: Mapping[str, str] | None = None,
        object_name: Output[str] | None = None,
        replace_with: Sequence[Resource] = (),
    ) -> batch.Job:
        """Make the Job; `up` waits until it has succeeded, and fails with its message if it has not.

        It stays after it is done: the next refresh would find it gone, and the next `up` would run it again.
        """
        latest = f"{job.deadline_seconds + 120}s"  # after its own deadline, whose message says more
        return batch.Job(
            name,
            metadata=ObjectMetaArgs(
                name=object_name,
                namespace=self.namespace,
                annotations={**REPLACE_FAILED, **(annotations or {})},
            ),
            spec=cast("batch.JobSpecArgs", job.spec()),
            opts=ResourceOptions(
                parent=self.parent,
                provider=self.provider,
                # Grants, firewall rules, network policies and servers: no input shows them.
                depends_on=[*ready],
                replace_with=[*replace_with] or None,
                custom_timeouts=CustomTimeouts(create=latest, update=latest),
            ),
        )


def environment(plain: Mapping[str, Input[str]], secrets: Mapping[str, SecretRef]) -> Iterator[Block]:
    """The environment as a pod's spec says it."""
    for name, value in plain.items():
        yield cast("Block", {"name": name, "value": value})
    for name, at in secrets.items():
        yield {"name": name, "valueFrom": {"secretKeyRef": {"name": at.name, "key": at.key}}}
