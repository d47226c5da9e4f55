"""What the Jobs around Vault share: service accounts, scripts, and the variables for their login."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pulumi import Input, Output, Resource, ResourceOptions
from pulumi_kubernetes.core import v1
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.kubernetes.script_job import Scripts
from components.vault.args import AUDIENCE, PORT, VaultArgs
from components.vault.certificates import AUTHORITY, Certificates

MOUNT = "/etc/vault-jobs"
LOGIN = "/var/run/secrets/vault"
LOGIN_SECONDS = 600


def create_account(name: str, account: str, args: VaultArgs, *, parent: Resource) -> Output[str]:
    """A service account that acts in the cloud as Vault does; it mounts no token of its own accord."""
    made = v1.ServiceAccount(
        name,
        metadata=ObjectMetaArgs(name=account, namespace=args.access.namespace, annotations=args.annotations),
        automount_service_account_token=False,
        opts=ResourceOptions(parent=parent, provider=args.access.provider),
    )
    return made.metadata.name


def create_files(
    name: str, scripts: Scripts, args: VaultArgs, made: Certificates, *, parent: Resource
) -> Output[str]:
    """The scripts and the authority to trust; immutable, so that a change makes a new ConfigMap and Job."""
    files = v1.ConfigMap(
        name,
        metadata=ObjectMetaArgs(namespace=args.access.namespace),
        immutable=True,
        data={**scripts.texts, AUTHORITY: made.authority},
        opts=ResourceOptions(parent=parent, provider=args.access.provider),
    )
    return files.metadata.name


def vault_environment(args: VaultArgs) -> dict[str, Input[str]]:
    """The variables by which a script finds Vault, trusts it and logs in."""
    return {
        "VAULT_ADDR": f"https://{args.host}:{PORT}",
        "VAULT_CACERT": f"{MOUNT}/{AUTHORITY}",
        "VAULT_JWT": f"{LOGIN}/token",
    }


def pod(  # noqa: PLR0913 (a pod's parts, each said by name)
    scripts: Scripts,
    *,
    account: Input[str],
    image: str,
    files: Output[str],
    variables: Mapping[str, Input[str]],
    secrets: Mapping[str, tuple[Input[str], str]],
    calls_kubernetes: bool,
) -> v1.PodSpecArgs:
    """A pod that runs the first of these scripts; `secrets` is variable → Secret and its key."""
    entry = next(iter(scripts.paths))
    plain = [v1.EnvVarArgs(name=name, value=value) for name, value in variables.items()]
    referred = [
        v1.EnvVarArgs(
            name=name,
            value_from=v1.EnvVarSourceArgs(secret_key_ref=v1.SecretKeySelectorArgs(name=secret, key=key)),
        )
        for name, (secret, key) in secrets.items()
    ]
    login = v1.ServiceAccountTokenProjectionArgs(
        path="token", audience=AUDIENCE, expiration_seconds=LOGIN_SECONDS
    )
    return v1.PodSpecArgs(
        restart_policy="Never",  # each attempt is a pod of its own, whose log stays
        service_account_name=account,
        automount_service_account_token=calls_kubernetes,
        security_context=v1.PodSecurityContextArgs(
            run_as_non_root=True, seccomp_profile=v1.SeccompProfileArgs(type="RuntimeDefault")
        ),
        containers=[
            v1.ContainerArgs(
                name=f"vault-{Path(entry).stem}",
                image=image,
                command=["python3", f"{MOUNT}/{entry}"],
                env=[*plain, *referred],
                volume_mounts=[
                    v1.VolumeMountArgs(name="files", mount_path=MOUNT, read_only=True),
                    v1.VolumeMountArgs(name="login", mount_path=LOGIN, read_only=True),
                ],
                security_context=v1.SecurityContextArgs(
                    allow_privilege_escalation=False,
                    read_only_root_filesystem=True,
                    capabilities=v1.CapabilitiesArgs(drop=["ALL"]),
                ),
                resources=v1.ResourceRequirementsArgs(
                    requests={"cpu": "100m", "memory": "256Mi"}, limits={"memory": "512Mi"}
                ),
            )
        ],
        volumes=[
            v1.VolumeArgs(name="files", config_map=_placed(scripts, files)),
            v1.VolumeArgs(
                name="login",
                projected=v1.ProjectedVolumeSourceArgs(
                    sources=[v1.VolumeProjectionArgs(service_account_token=login)]
                ),
            ),
        ],
    )


def _placed(scripts: Scripts, files: Output[str]) -> v1.ConfigMapVolumeSourceArgs:
    """The ConfigMap's keys, each at its script's path."""
    items = [v1.KeyToPathArgs(key=item["key"], path=item["path"]) for item in scripts.items(AUTHORITY)]
    return v1.ConfigMapVolumeSourceArgs(name=files, items=items)
