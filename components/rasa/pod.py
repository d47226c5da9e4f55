"""Rasa's pod, as far as the chart's Deployment and the preflight Job share it: environment, files, side-car.

As Kubernetes writes it (camelCase), for that is what the chart's values take.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pulumi import Output

from components.contract.cluster import ObjectKey
from components.contract.connections import SideCar, Volume
from components.contract.secrets import FileContent, SecretRef, references
from components.contract.terms import Flavor
from components.kubernetes import trust
from components.kubernetes.documents import Block, merged
from components.kubernetes.restricted import CONTAINER_SECURITY
from components.kubernetes.script_job import environment
from components.rasa.args import AssistantArgs
from components.rasa.connections import Environment, Files
from components.rasa.spec.pod_files import AUTHORITIES, CLIENT, POSTGRES_KEY

SCRATCH = "/tmp"  # noqa: S108 (the container's own, an emptyDir)
"""Rasa unpacks its model into temporary directories (`core/persistor.py:203`, `utils/common.py:219`); what
else is written to, /.config and /app/models, the chart itself mounts (`_containers-volumes.tpl`)."""
GROUP = 1001
"""Group of the image's user: what belongs to root and to it, the pod reads or writes."""
PRIVATE = 0o440
"""libpq refuses a key that everybody can read (docs/rasa-pro.md, PostgreSQL). The kubelet's files are root's,
so the pod reads them by its group."""
SIDE_CAR_RESOURCES: Block = {
    "requests": {"cpu": "50m", "memory": "64Mi"},
    "limits": {"memory": "64Mi"},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class PodObjects:
    """What has been made in the cluster for the pods: names of objects, hashes of their contents."""

    files: Files
    service_account: str | Output[str]
    secret: Output[str]
    """Secret whose keys are environment variables."""
    mounted: Mapping[str, ObjectKey]
    """Path of a file of the operator's → where it lies."""
    logins: Mapping[str, SecretRef]
    """Variable of the HTTP API's logins → where it lies."""
    license: SecretRef
    client_files: Output[str] | None
    """Secret whose keys are files."""
    authorities: Output[str] | None
    """ConfigMap whose keys are files."""
    side_car_files: Output[str] | None
    """ConfigMap whose keys are the side-car's files."""
    secrets_digest: Output[str]
    files_digest: Output[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Mounts:
    """Parts of a pod's spec."""

    volumes: list[Block]
    mounts: list[Block]
    """Of Rasa's container."""
    side_cars: list[Block]
    """Init containers that stay."""
    owner: int | None = None
    """Group that its volumes are made to belong to; None: what Kubernetes does by itself."""


def pod_variables(env: Environment, secret: Output[str]) -> list[Block]:
    """The environment as a pod's spec says it; what is secret comes from that Secret."""
    at = {
        name: value if isinstance(value, SecretRef) else SecretRef(name=secret, key=name)
        for name, value in env.secret.items()
    }
    return sorted(environment(env.plain, at), key=lambda variable: str(variable["name"]))


def mounts(args: AssistantArgs, made: PodObjects) -> Mounts:
    """The files of Rasa's pod, and the side-car that a connection brings along."""
    needed = made.files
    private, owner = POSTGRES_KEY in needed.client, group_of(args)
    volumes: list[Block] = [{"name": "scratch", "emptyDir": {}}]
    mounted: list[Block] = [{"name": "scratch", "mountPath": SCRATCH}]
    if needed.authorities:
        volumes.append(_files("authorities", "configMap", made.authorities, needed.authorities))
        mounted.append({"name": "authorities", "mountPath": AUTHORITIES, "readOnly": True})
    if needed.client:
        client = _files("client-files", "secret", made.client_files, needed.client)
        volumes.append(merged(client, {"projected": {"defaultMode": PRIVATE}}) if private else client)
        mounted.append({"name": "client-files", "mountPath": CLIENT, "readOnly": True})
    if args.cluster.trust is not None:
        volumes.append(trust.volume(args.cluster.trust))
        mounted.append(trust.MOUNT)
    if made.mounted:
        volumes.append({"name": "mounted", "projected": {"sources": [*_operators_files(made.mounted)]}})
        for number, path in enumerate(made.mounted):
            mounted.append(
                {"name": "mounted", "mountPath": path, "subPath": f"{number:02}", "readOnly": True}
            )
    if isinstance(args.model_storage, Volume):
        claim: Block = {"claimName": args.model_storage.claim, "readOnly": True}
        volumes.append({"name": "models", "persistentVolumeClaim": claim})
        mounted.append({"name": "models", "mountPath": "/app/models", "readOnly": True})
    side_car = args.lock_store.side_car
    if side_car is not None and made.side_car_files is not None:
        volumes.append({"name": side_car.name, "configMap": {"name": made.side_car_files}})
    side_cars = [] if side_car is None else [_side_car(side_car, args.cluster.flavor)]
    return Mounts(volumes=volumes, mounts=mounted, side_cars=side_cars, owner=owner if private else None)


def group_of(args: AssistantArgs) -> int | None:
    """The group that volumes belong to where that matters; OpenShift gives out groups itself."""
    return None if args.cluster.flavor == "openshift" else GROUP


def _files(name: str, kind: str, made: Output[str] | None, needed: Mapping[str, FileContent]) -> Block:
    """One directory of files: from the object that we made, and from Secrets that were there."""
    own: list[Block] = [] if made is None else [{kind: {"name": made}}]
    other: list[Block] = [
        {"secret": {"name": at.name, "items": [{"key": at.key, "path": file}]}}
        for file, at in references(needed).items()
    ]
    return {"name": name, "projected": {"sources": [*own, *other]}}


def _operators_files(mounted: Mapping[str, ObjectKey]) -> Iterator[Block]:
    for number, at in enumerate(mounted.values()):
        yield {at.kind: {"name": at.name, "items": [{"key": at.key, "path": f"{number:02}"}]}}


def _side_car(side_car: SideCar, flavor: Flavor) -> Block:
    """A native side-car (restartPolicy Always): up before Rasa first dials it, down after Rasa's last lock.

    In a Job's pod it ends with the Job, unlike a second container. It listens on loopback, which the kubelet
    reaches only by a command inside the container.
    """
    mount: Block = {"name": side_car.name, "mountPath": f"/etc/{side_car.name}", "readOnly": True}
    # OpenShift gives out users itself, and refuses a pod that asks for one.
    own = None if flavor == "openshift" else side_car.user
    user: Block = {} if own is None else {"runAsUser": own, "runAsGroup": own}
    return {
        "name": side_car.name,
        "image": side_car.image,
        "args": list(side_car.args),
        "restartPolicy": "Always",
        "securityContext": {**CONTAINER_SECURITY, **user},
        "resources": SIDE_CAR_RESOURCES,
        "volumeMounts": [mount] if side_car.files else [],
        **_side_car_probes(side_car.probe),
    }


def _side_car_probes(command: Sequence[str]) -> Block:
    """Rasa is started when the first probe has succeeded; a side-car that hangs later is started anew."""
    if not command:
        return {}
    handler: Block = {"exec": {"command": list(command)}, "timeoutSeconds": 2}
    return {
        "startupProbe": {**handler, "periodSeconds": 1, "failureThreshold": 30},
        "livenessProbe": {**handler, "periodSeconds": 10, "failureThreshold": 3},
    }
