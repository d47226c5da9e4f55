"""The pods of the lock store: Valkey, and beside each one a Sentinel where there are several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pulumi import Output, Resource, ResourceOptions
from pulumi_kubernetes.apps.v1 import (
    StatefulSet,
    StatefulSetPersistentVolumeClaimRetentionPolicyArgs,
    StatefulSetSpecArgs,
)
from pulumi_kubernetes.core import v1
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs

from components.contract.images import VALKEY_IMAGE
from components.contract.provider import LockStoreArgs
from components.in_cluster.placement import Placement
from components.kubernetes.restricted import container_security, pod_security
from components.kubernetes.scheduling import apart, spread

PORT, SENTINEL_PORT = 6379, 26379
SERVICE = "rasa"
"""The name under which the Sentinels watch the primary."""
USER = 999
"""The image's user `valkey`. The image itself starts as root, which `restricted` refuses; OpenShift assigns a
user."""
STORAGE = "1Gi"
"""The same for all sizes: a StatefulSet cannot change it, and the data end at Valkey's memory."""
CONFIG, TLS, USERS = "/etc/lock-store", "/etc/lock-store-tls", "/etc/lock-store-users"
SENTINEL_MEMORY = "64Mi"
SCRIPTS = Path(__file__).parent / "valkey"
SCRIPT_FILES = ("start.sh", "watch.sh", "primary.sh")


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """What each `size` gets."""

    pods: int
    cpu: str
    memory_mib: int

    @property
    def valkey_mib(self) -> int:
        """What Valkey may fill with data; the rest is for the copy that it makes when it rewrites its log."""
        return self.memory_mib * 6 // 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Files:
    """Names of the objects that the pods mount."""

    config: Output[str]
    tls: Output[str]
    users: Output[str]


def read(file: str) -> str:
    """Read a file of this folder."""
    return (SCRIPTS / file).read_text(encoding="utf-8")


def create_pods(  # noqa: PLR0913 (a resource's inputs, each said by name)
    name: str,
    args: LockStoreArgs[Placement],
    server: Server,
    files: Files,
    *,
    labels: Mapping[str, str],
    host: str,
    parent: Resource,
) -> StatefulSet:
    """Create the pods, and wait until they are ready."""
    place, keep = args.placement, "Retain" if args.profile == "production" else "Delete"
    own = None if place.is_openshift else USER
    containers = [_valkey(name, server, files, host)]
    if server.pods > 1:
        containers.append(_sentinel(name, server, files, host))
    return StatefulSet(
        name,
        metadata=ObjectMetaArgs(name=name, namespace=place.access.namespace),
        spec=StatefulSetSpecArgs(
            service_name=name,
            replicas=server.pods,
            # Two Sentinels must be up before one of them can choose a primary.
            pod_management_policy="Parallel",
            selector=LabelSelectorArgs(match_labels=labels),
            template=v1.PodTemplateSpecArgs(
                metadata=ObjectMetaArgs(labels=labels),
                spec=v1.PodSpecArgs(
                    containers=containers,
                    automount_service_account_token=False,
                    security_context=pod_security(user=own, group=own, owner=own),
                    affinity=apart(labels) if server.pods > 1 else None,
                    topology_spread_constraints=spread(labels) if server.pods > 1 else None,
                    volumes=[
                        v1.VolumeArgs(
                            name="config", config_map=v1.ConfigMapVolumeSourceArgs(name=files.config)
                        ),
                        v1.VolumeArgs(name="tls", secret=v1.SecretVolumeSourceArgs(secret_name=files.tls)),
                        v1.VolumeArgs(
                            name="users", secret=v1.SecretVolumeSourceArgs(secret_name=files.users)
                        ),
                    ],
                ),
            ),
            volume_claim_templates=[_claim(place)],
            persistent_volume_claim_retention_policy=StatefulSetPersistentVolumeClaimRetentionPolicyArgs(
                when_deleted=keep, when_scaled=keep
            ),
        ),
        opts=ResourceOptions(parent=parent, protect=args.deletion_protection),
    )


def _claim(place: Placement) -> v1.PersistentVolumeClaimArgs:
    return v1.PersistentVolumeClaimArgs(
        metadata=ObjectMetaArgs(name="data"),
        spec=v1.PersistentVolumeClaimSpecArgs(
            access_modes=["ReadWriteOnce"],
            storage_class_name=place.storage_class,
            resources=v1.VolumeResourceRequirementsArgs(requests={"storage": STORAGE}),
        ),
    )


def _valkey(name: str, server: Server, files: Files, host: str) -> v1.ContainerArgs:
    # NOAUTH counts as an answer, too, since the kubelet has no login.
    ask = f"valkey-cli --tls --cacert {TLS}/ca.crt ping | grep -qE 'PONG|NOAUTH'"
    return _container(
        "valkey",
        "start.sh",
        ask,
        _environment(name, server, files, host),
        ports={"valkey": PORT},
        resources=v1.ResourceRequirementsArgs(
            requests={"cpu": server.cpu, "memory": f"{server.memory_mib}Mi"},
            limits={"memory": f"{server.memory_mib}Mi"},
        ),
    )


def _sentinel(name: str, server: Server, files: Files, host: str) -> v1.ContainerArgs:
    return _container(
        "sentinel",
        "watch.sh",
        f"valkey-cli -p {SENTINEL_PORT} ping | grep -q PONG",
        _environment(name, server, files, host),
        ports={"sentinel": SENTINEL_PORT, "sentinel-tls": SENTINEL_PORT + 1},
        resources=v1.ResourceRequirementsArgs(
            requests={"cpu": "50m", "memory": SENTINEL_MEMORY}, limits={"memory": SENTINEL_MEMORY}
        ),
    )


def _container(
    name: str,
    script: str,
    ask: str,
    environment: list[v1.EnvVarArgs],
    *,
    ports: Mapping[str, int],
    resources: v1.ResourceRequirementsArgs,
) -> v1.ContainerArgs:
    handler, mounted = v1.ExecActionArgs(command=["sh", "-c", ask]), {"tls": TLS, "users": USERS}
    return v1.ContainerArgs(
        name=name,
        image=VALKEY_IMAGE,
        command=["sh", f"{CONFIG}/{script}"],
        env=environment,
        ports=[v1.ContainerPortArgs(name=port, container_port=number) for port, number in ports.items()],
        resources=resources,
        security_context=container_security(),
        readiness_probe=v1.ProbeArgs(exec_=handler, period_seconds=5, timeout_seconds=3),
        liveness_probe=v1.ProbeArgs(
            exec_=handler, initial_delay_seconds=30, period_seconds=10, timeout_seconds=5, failure_threshold=6
        ),
        volume_mounts=[
            v1.VolumeMountArgs(name="data", mount_path="/data"),
            v1.VolumeMountArgs(name="config", mount_path=CONFIG, read_only=True),
            *(v1.VolumeMountArgs(name=n, mount_path=path, read_only=True) for n, path in mounted.items()),
        ],
    )


def _environment(name: str, server: Server, files: Files, host: str) -> list[v1.EnvVarArgs]:
    """The variables of the scripts (`valkey/start.sh`)."""
    pods = [f"{name}-{pod}.{host}" for pod in range(server.pods)]
    own = v1.EnvVarSourceArgs(field_ref=v1.ObjectFieldSelectorArgs(field_path="metadata.name"))
    password = v1.EnvVarSourceArgs(secret_key_ref=v1.SecretKeySelectorArgs(name=files.users, key="password"))
    return [
        v1.EnvVarArgs(name="POD", value_from=own),
        # Kubernetes replaces $(POD) by the variable POD.
        v1.EnvVarArgs(name="HOST", value=f"$(POD).{host}"),
        v1.EnvVarArgs(name="FIRST", value=pods[0]),
        v1.EnvVarArgs(name="SENTINELS", value=" ".join(pods) if server.pods > 1 else ""),
        v1.EnvVarArgs(name="SERVICE", value=SERVICE),
        v1.EnvVarArgs(name="PASSWORD", value_from=password),
    ]
