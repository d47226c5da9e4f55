"""The values for the official chart `rasa` 2.4.0. Pure; what the chart gets wrong by default is mended here.

Not here, because the chart has no place for it: disruption budget, spread over zones, grace period, network
policies (its own cut Rasa off from its database, facts T15).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from pulumi import Output, RunError

from components.contracts import S3, AzureBlob, Gcs, ModelServer, ModelStorage, SideCar, Volume
from components.protocols import Size
from components.rasa import variables
from components.rasa.args import AssistantArgs
from components.rasa.document import Block, Document
from components.rasa.environment import SURGE, Environment
from components.rasa.files import AUTHORITIES, CLIENT

DISK: Block = {"ephemeral-storage": "5Gi"}
RESOURCES: Mapping[Size, Block] = {
    # Rasa's documented minimum for 24 requests per second is 8 CPUs and 16 GB (facts §6): that is `large`.
    # Memory is limited to what is requested, so that a pod is never evicted for a neighbour; CPU is not
    # limited, for throttling stretches the load of a model. Disk is for the unpacked model: where nothing is
    # asked for, GKE Autopilot gives 1 GiB and evicts the pod that writes more.
    "small": {"requests": {**DISK, "cpu": "1", "memory": "4Gi"}, "limits": {"memory": "4Gi"}},
    "medium": {"requests": {**DISK, "cpu": "4", "memory": "8Gi"}, "limits": {"memory": "8Gi"}},
    "large": {"requests": {**DISK, "cpu": "8", "memory": "16Gi"}, "limits": {"memory": "16Gi"}},
}
PORT = 5005
RELEASE = "rasa"
"""Name of the Helm release, and with it of the Deployment and the Service."""
MODEL_LOAD_SECONDS = 300
"""Longest start: import, download and load of a model. The port opens only afterwards (core/run.py:1092)."""
READY = (
    "import os, urllib.request; urllib.request.urlopen("
    f"'http://127.0.0.1:{PORT}/status?token=' + os.environ['AUTH_TOKEN'], timeout=4)"
)
"""Fails unless a model is loaded: `/status` answers 409 without one, while `/` answers 200 (T3). In Python,
which the image certainly has, not the chart README's curl; and the token is no process's argument."""
CONTAINER_SECURITY: Block = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
POD_SECURITY: Block = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
"""Pod Security Standard `restricted`. No uid, no fsGroup: OpenShift assigns its own (cloud-services B11)."""
SIDE_CAR_RESOURCES: Block = {
    "requests": {"cpu": "50m", "memory": "64Mi"},
    "limits": {"memory": "64Mi"},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class InCluster:
    """What has been made in the cluster for the pods: names of objects, hashes of their contents."""

    service_account: str | Output[str]
    secret: Output[str]
    """Secret whose keys are environment variables."""
    client_files: Output[str] | None
    """Secret whose keys are files."""
    authorities: Output[str] | None
    """ConfigMap whose keys are files."""
    side_car_files: Output[str] | None
    """ConfigMap whose keys are the side-car's files."""
    secrets_digest: Output[str]
    files_digest: Output[str]


def values(
    args: AssistantArgs, made: InCluster, env: Environment, endpoints: Block, own_origin: str
) -> dict[str, Document]:
    """Write values.yaml; `own_origin` is Rasa's own address, allowed as an origin where no other is."""
    pod_labels = dict(args.cluster.rasa.pod_labels)
    return {
        "fullnameOverride": RELEASE,
        "rasaProLicense": _key(made.secret, variables.LICENSE),
        # On by default, with an empty database and an empty broker: it would crash for ever (T14).
        "rasaProServices": {"enabled": False},
        "networkPolicy": {"enabled": False},  # lets out 80, 443 and a DNS that does not match (T15)
        "podLabels": dict[str, Document](pod_labels),
        "rasa": {
            "replicaCount": args.replicas,
            "image": {"repository": args.image.repository, "tag": args.image.tag},
            # No capacity is lost during an update: a pod goes when its successor has a model.
            "strategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {"maxSurge": SURGE, "maxUnavailable": 0},
            },
            "settings": _settings(args, made, endpoints, own_origin),
            "additionalArgs": [*_origins(args), *_model_arguments(args.model_storage, args.model)],
            "additionalEnv": list(_variables(env, made.secret)),
            "serviceAccount": {"create": False, "name": made.service_account},
            "podAnnotations": {
                "checksum/secrets": made.secrets_digest,
                "checksum/files": made.files_digest,
            },
            "podSecurityContext": {"enabled": True, **POD_SECURITY},
            "containerSecurityContext": {"enabled": True, **CONTAINER_SECURITY},
            "resources": RESOURCES[args.size],
            **_probes(),
            **_mounts(args, made),
        },
    }


def _settings(args: AssistantArgs, made: InCluster, endpoints: Block, own_origin: str) -> Block:
    if args.profile == "production" and "*" in args.cors:
        raise RunError(
            'rasa:assistant.cors allows every origin ("*"), which profile production refuses; name them.'
        )
    return {
        "port": PORT,
        "enableApi": True,
        "authToken": _key(made.secret, variables.AUTH_TOKEN),
        "jwtSecret": _key(made.secret, variables.JWT_SECRET),
        # The chart always passes --cors, by default "*", and an empty value breaks its list of arguments. Our
        # own address allows nobody: no page is served from there.
        "cors": args.cors[0] if args.cors else own_origin,
        "mountModelsVolume": not isinstance(args.model_storage, Volume),
        "telemetry": {"enabled": False, "debug": False},
        "environment": args.environment,
        "logging": {"logLevel": "info"},
        # Never the *Raw variants: alone, they are rendered and not mounted, and all is in memory (T11).
        "endpoints": endpoints,
        "credentials": args.credentials,
    }


def _origins(args: AssistantArgs) -> list[str]:
    """The chart takes one origin, `rasa run` any number; the last --cors counts (cli/arguments/run.py)."""
    return ["--cors", *args.cors] if len(args.cors) > 1 else []


def _model_arguments(storage: ModelStorage, model: str) -> list[str]:
    """Name the model: Rasa's default is the newest file in a folder, or the key `models.tar.gz`."""
    match storage:
        case S3():
            return ["--remote-storage", "aws", "-m", model]
        case AzureBlob():
            return ["--remote-storage", "azure", "-m", model]
        case Gcs():
            return ["--remote-storage", "gcs", "-m", model]
        case Volume():
            # A path must exist as it is written (cli/run.py:68); object keys get the suffix from Rasa.
            return ["-m", f"models/{model.removesuffix('.tar.gz')}.tar.gz"]
        case ModelServer():
            return []  # the block `models` wins over every argument (core/agent.py:457)
        case _:
            assert_never(storage)


def _variables(env: Environment, secret: Output[str]) -> Iterator[Block]:
    for name in sorted({*env.plain, *env.secret}):
        if name in env.plain:
            yield {"name": name, "value": env.plain[name]}
        else:
            yield {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": name}}}


def _key(secret: Output[str], name: str) -> Block:
    return {"secretName": secret, "secretKey": name}


def _probes() -> dict[str, Document]:
    return {
        # httpGet: null takes the chart's default away; two handlers in one probe are refused by Kubernetes.
        "readinessProbe": {
            "httpGet": None,
            "exec": {"command": ["python3", "-c", READY]},
            "initialDelaySeconds": 15,
            "periodSeconds": 10,
            "timeoutSeconds": 5,
            "failureThreshold": 3,
        },
        # The chart has no startup probe, and its liveness would kill a slow start after 105 s. A first
        # delay costs nothing later: a hung pod is found within 90 s.
        "livenessProbe": {
            "initialDelaySeconds": MODEL_LOAD_SECONDS,
            "periodSeconds": 15,
            "timeoutSeconds": 5,
            "failureThreshold": 6,
        },
    }


def _mounts(args: AssistantArgs, made: InCluster) -> dict[str, Document]:
    volumes, mounts = list[Block](), list[Block]()
    if made.authorities is not None:
        volumes.append({"name": "authorities", "configMap": {"name": made.authorities}})
        mounts.append({"name": "authorities", "mountPath": AUTHORITIES, "readOnly": True})
    if made.client_files is not None:
        volumes.append({"name": "client-files", "secret": {"secretName": made.client_files}})
        mounts.append({"name": "client-files", "mountPath": CLIENT, "readOnly": True})
    if isinstance(args.model_storage, Volume):
        claim: Block = {"claimName": args.model_storage.claim, "readOnly": True}
        volumes.append({"name": "models", "persistentVolumeClaim": claim})
        mounts.append({"name": "models", "mountPath": "/app/models", "readOnly": True})
    side_car = args.lock_store.side_car
    if side_car is not None and made.side_car_files is not None:
        volumes.append({"name": side_car.name, "configMap": {"name": made.side_car_files}})
    return {
        "volumes": volumes,
        "volumeMounts": mounts,
        "initContainers": [] if side_car is None else [_side_car(side_car)],
    }


def _side_car(side_car: SideCar) -> Block:
    """A native side-car (restartPolicy Always): up before Rasa first dials it, down after Rasa's last lock.

    In a Job's pod it would end with the Job, unlike a second container. It listens on loopback, which the
    kubelet reaches only by a command inside the container.
    """
    mount: Block = {"name": side_car.name, "mountPath": f"/etc/{side_car.name}", "readOnly": True}
    user: Block = {} if side_car.user is None else {"runAsUser": side_car.user, "runAsGroup": side_car.user}
    return {
        "name": side_car.name,
        "image": side_car.image,
        "args": list(side_car.args),
        "restartPolicy": "Always",
        "securityContext": {**CONTAINER_SECURITY, "readOnlyRootFilesystem": True, **user},
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
