"""The Job that makes Vault usable (`jobs/vault/bootstrap.py`), and exactly the rights that it needs.

It runs again when anything that it reads has changed: the tracker store's password, the scripts, the value of
`rasa:secretsManager.rotation`. In the cluster it may read and write its own Secrets, each by name; in the
cloud it may do what Vault may, which includes putting recovery keys away and excludes reading them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from pulumi import Input, Output, Resource, ResourceOptions
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_kubernetes.rbac import v1 as rbac

from components.contract.cluster import VAULT_BOOTSTRAP
from components.vault.args import (
    AUDIENCE,
    BOOTSTRAP_ACCOUNT,
    MOUNT,
    OPERATOR_ACCOUNT,
    PATH,
    SNAPSHOT_ACCOUNT,
    STATE_SECRET,
    TOKEN_KEY,
    TOKEN_SECRET,
    UNSEAL_KEY,
    UNSEAL_SECRET,
    VaultArgs,
)
from components.vault.certificates import Certificates
from components.vault.pods import create_account, create_pod, job_of, place_of

MAKES_SECRET = "makes-secret"  # noqa: S105
"""Annotation of a Job: the Secret that it creates. No resource takes that Secret as an input, so the graph
does not show it."""
SCRIPTS = ("vault/bootstrap.py", "vault/access.py", "vault/api.py", "vault/keys.py")
ATTEMPTS = 4
DEADLINE_SECONDS = 1200
WAIT_SECONDS = 240


def create_bootstrap(
    name: str, args: VaultArgs, made: Certificates, server: Resource, *, parent: Resource
) -> Resource:
    """Create the Job; what waits for it finds Rasa's token in its Secret, and the credentials in Vault."""
    account = create_account(f"{name}-account", BOOTSTRAP_ACCOUNT, args, parent=parent)
    create_account(f"{name}-operator", OPERATOR_ACCOUNT, args, parent=parent)
    right = _right(name, account, args, parent=parent)
    place = place_of(args, parent)
    values = {_variable(key): value for key, value in args.content.items() if not isinstance(value, str)}
    pod = create_pod(
        name,
        place,
        args,
        made,
        SCRIPTS,
        account=account,
        variables=_variables(args),
        secrets=tuple(place.secrets(f"{name}-content", values)),
        calls_kubernetes=True,
    )
    return place.job(
        name,
        job_of(pod, args, known_as=VAULT_BOOTSTRAP, attempts=ATTEMPTS, deadline_seconds=DEADLINE_SECONDS),
        # The servers, its right to its Secrets and the cloud's grants.
        ready=(server, right, *args.ready),
        annotations={MAKES_SECRET: TOKEN_SECRET},
    )


def secrets_of(args: VaultArgs) -> list[str]:
    """The Secrets that the Job reads and writes."""
    return [STATE_SECRET, TOKEN_SECRET, *([] if args.seal is not None else [UNSEAL_SECRET])]


def _right(name: str, account: Output[str], args: VaultArgs, *, parent: Resource) -> Resource:
    opts = ResourceOptions(parent=parent, provider=args.access.provider)
    role = rbac.Role(
        name,
        metadata=ObjectMetaArgs(namespace=args.access.namespace),
        rules=[
            rbac.PolicyRuleArgs(
                api_groups=[""],
                resources=["secrets"],
                resource_names=secrets_of(args),
                # Made by a server-side apply, whose name Kubernetes knows when it asks for `create`
                # (k8s.io/apiserver: pkg/endpoints/handlers/patch.go, createAuthorizerAttributes).
                verbs=["get", "create", "patch"],
            )
        ],
        opts=opts,
    )
    return rbac.RoleBinding(
        name,
        metadata=ObjectMetaArgs(namespace=args.access.namespace),
        role_ref=rbac.RoleRefArgs(
            api_group="rbac.authorization.k8s.io", kind="Role", name=role.metadata.name
        ),
        subjects=[rbac.SubjectArgs(kind="ServiceAccount", name=account, namespace=args.access.namespace)],
        opts=opts,
    )


def _variables(args: VaultArgs) -> Mapping[str, Input[str]]:
    roles = {"bootstrap": BOOTSTRAP_ACCOUNT, "snapshot": SNAPSHOT_ACCOUNT, "operator": OPERATOR_ACCOUNT}
    variables: dict[str, Input[str]] = {
        "PEERS": ",".join(args.peers),
        "KUBERNETES_API": "https://kubernetes.default.svc",
        "SERVICE_ACCOUNT": "/var/run/secrets/kubernetes.io/serviceaccount",
        "NAMESPACE": args.access.namespace,
        "STATE_NAME": STATE_SECRET,
        "TOKEN_NAME": TOKEN_SECRET,
        "TOKEN_ENTRY": TOKEN_KEY,
        "MOUNT": MOUNT,
        "SECRET_PATH": PATH,
        "CONTENT": json.dumps({key: _variable(key) for key in args.content}),
        # With nothing more Vault shows the cluster its own pod's token and trusts its own pod's authority.
        "KUBERNETES_AUTH": json.dumps({"kubernetes_host": "https://kubernetes.default.svc"}),
        "ROLES": json.dumps(roles),
        "AUDIENCE": AUDIENCE,
        "WAIT_SECONDS": str(WAIT_SECONDS),
        "ROTATION": args.rotation,
        **{_variable(key): value for key, value in args.content.items() if isinstance(value, str)},
    }
    if args.seal is not None:
        variables["RECOVERY_KEYS"] = args.seal.recovery_keys
    else:
        variables |= {"UNSEAL_NAME": UNSEAL_SECRET, "UNSEAL_ENTRY": UNSEAL_KEY}
    return variables


def _variable(key: str) -> str:
    return f"CONTENT_{key.upper()}"
