"""The pod of a server beside Rasa: probes, shutdown, spread, and no rights that it does not need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from pulumi import Input, Output
from pulumi_kubernetes.core import v1

from components.companions.args import ServerArgs
from components.contract.secrets import SecretRef
from components.kubernetes import trust
from components.kubernetes.restricted import container_security, pod_security
from components.kubernetes.scheduling import NODE, ZONE, spread

PRE_STOP_SECONDS = 10
"""The pod answers for so long after its end was announced, while Services stop sending it requests."""
GRACE_SECONDS = PRE_STOP_SECONDS + 30
PROBE_SECONDS = 5
SCRATCH = "scratch"


def pod(args: ServerArgs, labels: Mapping[str, str], secret: Output[str] | None) -> v1.PodSpecArgs:
    """One container under the `restricted` standard, with /tmp to write in."""
    return v1.PodSpecArgs(
        automount_service_account_token=False,
        termination_grace_period_seconds=GRACE_SECONDS,
        security_context=pod_security(user=args.user),
        topology_spread_constraints=spread(labels, (ZONE, NODE), by_revision=True),
        containers=[_container(args, secret)],
        volumes=[
            v1.VolumeArgs(name=SCRATCH, empty_dir=v1.EmptyDirVolumeSourceArgs(size_limit="1Gi")),
            *([] if args.trust is None else [cast("v1.VolumeArgs", trust.volume(args.trust))]),
        ],
    )


def _container(args: ServerArgs, secret: Output[str] | None) -> v1.ContainerArgs:
    pause = v1.LifecycleHandlerArgs(sleep=v1.SleepActionArgs(seconds=PRE_STOP_SECONDS))
    return v1.ContainerArgs(
        name="server",
        image=args.image,
        args=list(args.args) or None,
        ports=[v1.ContainerPortArgs(name=args.protocol, container_port=args.port)],
        env=_environment(args, secret),
        startup_probe=_probe(args, failures=max(args.start_seconds // PROBE_SECONDS, 1)),
        readiness_probe=_probe(args, failures=2),
        liveness_probe=_probe(args, failures=6),
        lifecycle=v1.LifecycleArgs(pre_stop=pause),
        resources=v1.ResourceRequirementsArgs(
            requests={"cpu": args.cpu, "memory": args.memory}, limits={"memory": args.memory}
        ),
        security_context=container_security(writable=args.writable),
        volume_mounts=[
            v1.VolumeMountArgs(name=SCRATCH, mount_path="/tmp"),  # noqa: S108 (of the pod)
            *([] if args.trust is None else [cast("v1.VolumeMountArgs", trust.MOUNT)]),
        ],
    )


def _environment(args: ServerArgs, secret: Output[str] | None) -> list[v1.EnvVarArgs]:
    given = dict.fromkeys(trust.OF_ANY if args.trust else (), trust.PATH)
    # What the stack file gives the server itself goes before.
    plain = {name: value for name, value in given.items() if name not in args.secrets} | {**args.variables}
    variables = [v1.EnvVarArgs(name=name, value=value) for name, value in sorted(plain.items())]
    for name, value in sorted(args.secrets.items()):
        if isinstance(value, SecretRef):
            variables.append(_referred(name, value.name, value.key))
        elif secret is not None:
            variables.append(_referred(name, secret, name))
    return variables


def _referred(name: str, secret: Input[str], key: str) -> v1.EnvVarArgs:
    at = v1.SecretKeySelectorArgs(name=secret, key=key)
    return v1.EnvVarArgs(name=name, value_from=v1.EnvVarSourceArgs(secret_key_ref=at))


def _probe(args: ServerArgs, *, failures: int) -> v1.ProbeArgs:
    by_grpc = args.protocol == "grpc"
    return v1.ProbeArgs(
        http_get=None if by_grpc else v1.HTTPGetActionArgs(path=args.health, port=args.protocol),
        grpc=v1.GRPCActionArgs(port=args.port, service=args.health) if by_grpc else None,
        period_seconds=PROBE_SECONDS,
        timeout_seconds=3,
        failure_threshold=failures,
    )
