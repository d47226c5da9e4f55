"""The values for the official chart `rasa` 2.4.0. Pure; what the chart gets wrong by default is mended here.

Not here, because the chart has no place for it: disruption budget, spread over zones, grace period (all three
in `availability.py`), network policies (the chart's own cut Rasa off from its database: docs/rasa-pro.md,
Network policies in the chart).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pulumi import RunError

from components.contract.cluster import RASA
from components.contract.companions import Duckling
from components.contract.connections import Volume
from components.contract.secrets import SecretRef
from components.contract.terms import Size
from components.kubernetes.documents import Block, Document, merged
from components.kubernetes.restricted import CONTAINER_SECURITY, pod_security_of
from components.kubernetes.script_job import environment
from components.rasa.args import AssistantArgs
from components.rasa.connections import Environment
from components.rasa.connections.model_storage import model_arguments
from components.rasa.pod import PodObjects, mounts, pod_variables
from components.rasa.spec import variables
from components.rasa.spec.connection_pools import SURGE

DISK: Block = {"ephemeral-storage": "5Gi"}
RESOURCES: Mapping[Size, Block] = {
    # `large` is Rasa's documented minimum for 24 requests per second (docs/rasa-pro.md, Sizes).
    # Memory is limited to what is requested, so that a pod is never evicted for a neighbour; CPU is not
    # limited, for throttling stretches the load of a model. Disk is for the unpacked model: where nothing is
    # asked for, GKE Autopilot gives 1 GiB and evicts the pod that writes more.
    "small": {"requests": {**DISK, "cpu": "1", "memory": "4Gi"}, "limits": {"memory": "4Gi"}},
    "medium": {"requests": {**DISK, "cpu": "4", "memory": "8Gi"}, "limits": {"memory": "8Gi"}},
    "large": {"requests": {**DISK, "cpu": "8", "memory": "16Gi"}, "limits": {"memory": "16Gi"}},
}
BUSY = 70
"""Per cent of the requested CPU at which a pod is added: one takes minutes until it has its model."""
PORT = 5005
RELEASE = RASA
"""Name of the Helm release, and with it of the Deployment and the Service."""
MODEL_LOAD_SECONDS = 300
"""Longest start: import, download and load of a model. The port opens only afterwards (core/run.py:1092)."""
READY = (
    "import os, urllib.request; urllib.request.urlopen("
    f"'http://127.0.0.1:{PORT}/status?token=' + os.environ['AUTH_TOKEN'], timeout=4)"
)
"""Fails unless a model is loaded (docs/rasa-pro.md, Unreadable models). In Python, which the image certainly
has, not the chart README's curl; and the token is no process's argument."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RasaFiles:
    """What Rasa reads at its start, as it is written (`spec/literal_keys.py`)."""

    endpoints: Block
    credentials: Block


def values(
    args: AssistantArgs, made: PodObjects, env: Environment, files: RasaFiles, own_origin: str
) -> dict[str, Document]:
    """Write values.yaml; `own_origin` is Rasa's own address, allowed as an origin where no other is."""
    pod_labels, mounted = dict(args.cluster.rasa.pod_labels), mounts(args, made)
    return {
        "fullnameOverride": RELEASE,
        "rasaProLicense": _at(made.license),
        # On by default, without a database: it would crash (docs/rasa-pro.md, Analytics in the chart).
        "rasaProServices": {"enabled": False},
        "networkPolicy": {"enabled": False},
        "podLabels": dict[str, Document](pod_labels),
        "rasa": {
            "replicaCount": args.replicas,
            "image": {"repository": args.image.repository, "tag": args.image.tag_and_digest},
            **_autoscaling(args),
            # No capacity is lost during an update: a pod goes when its successor has a model.
            "strategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {"maxSurge": SURGE, "maxUnavailable": 0},
            },
            "settings": _settings(args, made, files, own_origin),
            "additionalArgs": [*_origins(args), *model_arguments(args.model_storage, args.model)],
            "additionalEnv": [
                *environment({}, {variables.LICENSE_TODAY: made.license}),
                *pod_variables(env, made.secret),
            ],
            "serviceAccount": {"create": False, "name": made.service_account},
            "podAnnotations": {
                "checksum/secrets": made.secrets_digest,
                "checksum/files": made.files_digest,
            },
            "podSecurityContext": {"enabled": True, **pod_security_of(mounted.owner)},
            "containerSecurityContext": {"enabled": True, **CONTAINER_SECURITY},
            "resources": _resources(args),
            **_probes(),
            "volumes": mounted.volumes,
            "volumeMounts": mounted.mounts,
            "initContainers": mounted.side_cars,
        },
    }


def _settings(args: AssistantArgs, made: PodObjects, files: RasaFiles, own_origin: str) -> Block:
    if args.profile == "production" and "*" in args.cors:
        raise RunError(
            'rasa:assistant.cors allows every origin ("*"), which profile production refuses; name them.'
        )
    return {
        "port": PORT,
        "enableApi": True,
        "authToken": _at(made.logins[variables.AUTH_TOKEN]),
        "jwtSecret": _at(made.logins[variables.JWT_SECRET]),
        **_jwt_method(args.api.jwt_method),
        # The chart always passes --cors, by default "*", and an empty value breaks its list of arguments. Our
        # own address allows nobody: no page is served from there.
        "cors": args.cors[0] if args.cors else own_origin,
        "mountModelsVolume": not isinstance(args.model_storage, Volume),
        "telemetry": {"enabled": False, "debug": False},
        "environment": args.environment,
        "logging": {"logLevel": args.log_level},
        # Never the *Raw variants alone: no pod mounts them (docs/rasa-pro.md, Endpoints in the chart).
        "endpoints": files.endpoints,
        "credentials": files.credentials,
        **_duckling(args.companions.duckling),
    }


def _resources(args: AssistantArgs) -> Block:
    cpu = {} if args.cpu is None else {"cpu": args.cpu}
    memory = {} if args.memory is None else {"memory": args.memory}
    return merged(RESOURCES[args.size], {"requests": {**cpu, **memory}, "limits": memory})


def _autoscaling(args: AssistantArgs) -> Block:
    """The chart's own HorizontalPodAutoscaler; its default maximum of 100 would exhaust any database.

    With it the Deployment states no replicas: an upgrade leaves as many as there are, and the first install
    begins with one pod, to which the autoscaler adds the others.
    """
    if args.most == args.replicas:
        return {}
    return {
        "autoscaling": {
            "enabled": True,
            "minReplicas": args.replicas,
            "maxReplicas": args.most,
            "targetCPUUtilizationPercentage": BUSY,
        }
    }


def _duckling(duckling: Duckling | None) -> Block:
    """The chart turns it into RASA_DUCKLING_HTTP_URL, which wins over the model's own configuration."""
    return {} if duckling is None else {"ducklingHttpUrl": duckling.url}


def _origins(args: AssistantArgs) -> list[str]:
    """The chart takes one origin, `rasa run` any number; the last --cors counts (cli/arguments/run.py)."""
    return ["--cors", *args.cors] if len(args.cors) > 1 else []


def _jwt_method(method: str) -> Block:
    return {} if method == "HS256" else {"jwtMethod": method}  # the chart's own default


def _at(secret: SecretRef) -> Block:
    return {"secretName": secret.name, "secretKey": secret.key}


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
