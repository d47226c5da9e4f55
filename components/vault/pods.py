"""What the Jobs around Vault share: service accounts, scripts, and how a pod finds Vault and logs in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pulumi import Input, Output, Resource, ResourceOptions
from pulumi_kubernetes.core import v1
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.contract.cluster import NAME_LABEL
from components.kubernetes.documents import Block
from components.kubernetes.script_job import Place, ScriptJob, ScriptPod, environment, scripts_of
from components.vault.args import AUDIENCE, PORT, VaultArgs
from components.vault.certificates import AUTHORITY, Certificates

MOUNT = "/etc/vault-jobs"
LOGIN = "/var/run/secrets/vault"
LOGIN_SECONDS = 600
RESOURCES: Block = {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "512Mi"}}


def place_of(args: VaultArgs, parent: Resource) -> Place:
    """Rasa's namespace."""
    return Place(namespace=args.access.namespace, parent=parent, provider=args.access.provider)


def create_account(name: str, account: str, args: VaultArgs, *, parent: Resource) -> Output[str]:
    """A service account that acts in the cloud as Vault does; pods say themselves what token they need."""
    made = v1.ServiceAccount(
        name,
        metadata=ObjectMetaArgs(name=account, namespace=args.access.namespace, annotations=args.annotations),
        automount_service_account_token=False,
        opts=ResourceOptions(parent=parent, provider=args.access.provider),
    )
    return made.metadata.name


def create_pod(  # noqa: PLR0913 (a pod's parts, each said by name)
    name: str,
    place: Place,
    args: VaultArgs,
    made: Certificates,
    scripts: tuple[str, ...],
    *,
    account: Input[str],
    variables: Mapping[str, Input[str]],
    secrets: tuple[Block, ...],
    calls_kubernetes: bool = False,
) -> ScriptPod:
    """The scripts, and a pod that runs the first of them, trusts Vault and can log in to it."""
    files, entry = scripts_of(*scripts), Path(scripts[0])
    config_map = place.config_map(f"{name}-files", {**files.texts, AUTHORITY: made.authority})
    find = {
        "VAULT_ADDR": f"https://{args.host}:{PORT}",
        "VAULT_CACERT": f"{MOUNT}/{AUTHORITY}",
        "VAULT_JWT": f"{LOGIN}/token",
    }
    token: Block = {"path": "token", "audience": AUDIENCE, "expirationSeconds": LOGIN_SECONDS}
    return ScriptPod(
        name=f"vault-{entry.stem}",
        image=args.image,
        script=f"{MOUNT}/{entry.name}",
        service_account=account,
        calls_kubernetes=calls_kubernetes,
        environment=(*environment({**find, **variables}, {}), *secrets),
        mounts=(
            {"name": "files", "mountPath": MOUNT, "readOnly": True},
            {"name": "login", "mountPath": LOGIN, "readOnly": True},
        ),
        volumes=(
            {"name": "files", "configMap": {"name": config_map, "items": files.items(AUTHORITY)}},
            {"name": "login", "projected": {"sources": [{"serviceAccountToken": token}]}},
        ),
        resources=RESOURCES,
        trust=args.access.cluster.trust,
    )


def job_of(
    pod: ScriptPod, args: VaultArgs, *, known_as: str, attempts: int, deadline_seconds: int
) -> ScriptJob:
    """The pod with the labels by which network policies and the cloud's identities know it."""
    labels = {NAME_LABEL: known_as, **args.pod_labels}
    return ScriptJob(pod=pod, labels=labels, attempts=attempts, deadline_seconds=deadline_seconds)
