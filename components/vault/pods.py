"""What the Jobs around Vault share: service accounts, scripts, the pod's way to Vault."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from pulumi import Input, Output, Resource, ResourceOptions
from pulumi_kubernetes.core import v1
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.vault.args import AUDIENCE, PORT, VaultArgs
from components.vault.certificates import AUTHORITY, Certificates

SCRIPTS = Path(__file__).parents[1] / "rasa" / "jobs"
MOUNT = "/etc/vault-jobs"
LOGIN = "/var/run/secrets/vault"
LOGIN_SECONDS = 600


def create_account(name: str, account: str, args: VaultArgs, *, parent: Resource) -> Output[str]:
    """A service account that acts in the cloud as Vault does; pods say themselves what token they need."""
    made = v1.ServiceAccount(
        name,
        metadata=ObjectMetaArgs(name=account, namespace=args.access.namespace, annotations=args.annotations),
        automount_service_account_token=False,
        opts=ResourceOptions(parent=parent, provider=args.access.provider),
    )
    return made.metadata.name


def create_files(
    name: str, scripts: Iterable[str], args: VaultArgs, made: Certificates, *, parent: Resource
) -> Output[str]:
    """The scripts, and whom to trust; immutable, so that a change is a new object and a new Job."""
    content: dict[str, Input[str]] = {
        script: (SCRIPTS / script).read_text(encoding="utf-8") for script in scripts
    }
    files = v1.ConfigMap(
        name,
        metadata=ObjectMetaArgs(namespace=args.access.namespace),
        immutable=True,
        data={**content, AUTHORITY: made.authority},
        opts=ResourceOptions(parent=parent, provider=args.access.provider),
    )
    return files.metadata.name


def way_to_vault(args: VaultArgs) -> dict[str, Input[str]]:
    """The variables by which a script finds Vault, trusts it and logs in."""
    return {
        "VAULT_ADDR": f"https://{args.host}:{PORT}",
        "VAULT_CACERT": f"{MOUNT}/{AUTHORITY}",
        "VAULT_JWT": f"{LOGIN}/token",
    }


def pod(  # noqa: PLR0913 (a pod's parts, each said by name)
    script: str,
    *,
    account: Input[str],
    image: str,
    files: Output[str],
    variables: Mapping[str, Input[str]],
    secrets: Mapping[str, tuple[Input[str], str]],
    calls_kubernetes: bool,
) -> v1.PodSpecArgs:
    """A pod that runs one script; `secrets` is variable → Secret and its key."""
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
                name=script.removesuffix(".py").replace("_", "-"),
                image=image,
                command=["python3", f"{MOUNT}/{script}"],
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
            v1.VolumeArgs(name="files", config_map=v1.ConfigMapVolumeSourceArgs(name=files)),
            v1.VolumeArgs(
                name="login",
                projected=v1.ProjectedVolumeSourceArgs(
                    sources=[v1.VolumeProjectionArgs(service_account_token=login)]
                ),
            ),
        ],
    )
