"""The Job that makes Vault usable (`jobs/vault/bootstrap.py`), and exactly the rights that it needs.

It runs again when anything that it reads has changed: the tracker store's password, the scripts, the value of
`rasa:secretsManager.rotation`. In the cluster it may read and write its own Secrets, each by name; in the
cloud it may do what Vault may, which includes putting recovery keys away and excludes reading them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import pulumi_kubernetes as kubernetes
from pulumi import CustomTimeouts, Input, Output, Resource, ResourceOptions
from pulumi_kubernetes.batch.v1 import JobSpecArgs
from pulumi_kubernetes.core import v1
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_kubernetes.rbac import v1 as rbac

from components.contract.secrets import SecretRef
from components.kubernetes.script_job import REPLACE_FAILED, scripts_of
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
from components.vault.pods import create_account, create_files, pod, vault_environment

MAKES_SECRET = "makes-secret"  # noqa: S105
"""Annotation of a Job: the Secret that it creates. No resource takes that Secret as an input, so the graph
does not show it."""
MODULES = ("vault/access.py", "vault/api.py", "vault/keys.py")
ATTEMPTS = 4
"""Kubernetes puts the cloud identity into a pod when the pod starts: one that started too early needs a
successor."""
DEADLINE_SECONDS = 1200
WAIT_SECONDS = 240


def create_bootstrap(
    name: str, args: VaultArgs, made: Certificates, server: Resource, *, parent: Resource
) -> Resource:
    """Create the Job; what waits for it finds Rasa's token in its Secret, and the credentials in Vault."""
    account = create_account(f"{name}-account", BOOTSTRAP_ACCOUNT, args, parent=parent)
    create_account(f"{name}-operator", OPERATOR_ACCOUNT, args, parent=parent)
    right = _right(name, account, args, parent=parent)
    scripts = scripts_of("vault/bootstrap.py", *MODULES)
    files = create_files(f"{name}-files", scripts, args, made, parent=parent)
    spec = pod(
        scripts,
        account=account,
        image=args.image,
        files=files,
        variables=_variables(args),
        secrets=_secrets(f"{name}-content", args, parent=parent),
        calls_kubernetes=True,
    )
    return kubernetes.batch.v1.Job(
        name,
        metadata=ObjectMetaArgs(
            namespace=args.access.namespace, annotations={**REPLACE_FAILED, MAKES_SECRET: TOKEN_SECRET}
        ),
        spec=JobSpecArgs(
            backoff_limit=ATTEMPTS - 1,
            active_deadline_seconds=DEADLINE_SECONDS,
            template=v1.PodTemplateSpecArgs(
                metadata=ObjectMetaArgs(labels={"app.kubernetes.io/name": name, **args.pod_labels}),
                spec=spec,
            ),
        ),
        opts=ResourceOptions(
            parent=parent,
            provider=args.access.provider,
            # The servers, the Job's right to its Secrets and the cloud's grants are not among its inputs.
            depends_on=[server, right, *args.ready],
            # Later than the Job's own deadline, so that its message, which says more, is the one shown.
            custom_timeouts=CustomTimeouts(create=f"{DEADLINE_SECONDS + 120}s"),
        ),
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
                # The Job creates them by a server-side apply, for which Kubernetes checks `create` with the
                # object's name (k8s.io/apiserver: pkg/endpoints/handlers/patch.go,
                # createAuthorizerAttributes).
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
        **vault_environment(args),
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
        # Without further keys Vault asks the cluster with its own pod's token, and trusts its own pod's
        # authority.
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


def _secrets(name: str, args: VaultArgs, *, parent: Resource) -> Mapping[str, tuple[Input[str], str]]:
    """Variable → the Secret with its value: one of the stack's, or an existing one."""
    ours = {key: value for key, value in args.content.items() if isinstance(value, Output)}
    referred: dict[str, tuple[Input[str], str]] = {
        _variable(key): (value.name, value.key)
        for key, value in args.content.items()
        if isinstance(value, SecretRef)
    }
    if not ours:
        return referred
    made = v1.Secret(
        name,
        metadata=ObjectMetaArgs(namespace=args.access.namespace),
        immutable=True,
        string_data=ours,
        opts=ResourceOptions(parent=parent, provider=args.access.provider),
    )
    return {**referred, **{_variable(key): (made.metadata.name, key) for key in ours}}


def _variable(key: str) -> str:
    return f"CONTENT_{key.upper()}"
