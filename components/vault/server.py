"""Vault's servers: the official chart, with TLS everywhere, Raft, and the cloud's seal.

What it deliberately does not do: open Vault to the outside, inject secrets into pods, or keep a user
interface. People reach it with `kubectl port-forward`.
"""

from __future__ import annotations

from pulumi import Output, Resource, ResourceOptions
from pulumi_kubernetes.core import v1
from pulumi_kubernetes.helm.v3 import Release
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_kubernetes.rbac import v1 as rbac

from components.contract.images import VAULT
from components.kubernetes.chart import repository_of
from components.kubernetes.script_job import digest
from components.vault.args import NAME, SERVER_ACCOUNT, VaultArgs
from components.vault.certificates import Certificates
from components.vault.values import configuration, values

SECONDS_PER_SERVER = 300
"""Time for a new node to start, and for the server to join, catch up and unseal."""


def create_server(name: str, args: VaultArgs, made: Certificates, *, parent: Resource) -> Release:
    """Install the chart, and wait until every server answers."""
    opts = ResourceOptions(parent=parent, provider=args.access.provider)
    account = v1.ServiceAccount(
        f"{name}-account",
        metadata=ObjectMetaArgs(
            name=SERVER_ACCOUNT, namespace=args.access.namespace, annotations=args.annotations
        ),
        opts=opts,
    )
    # Vault asks the cluster to review a pod's token. The chart's own ClusterRoleBinding has a fixed name,
    # which another Vault of the cluster may have taken.
    reviewer = rbac.ClusterRoleBinding(
        f"{name}-token-review",
        role_ref=rbac.RoleRefArgs(
            api_group="rbac.authorization.k8s.io", kind="ClusterRole", name="system:auth-delegator"
        ),
        subjects=[
            rbac.SubjectArgs(
                kind="ServiceAccount", name=account.metadata.name, namespace=args.access.namespace
            )
        ],
        opts=opts,
    )
    # A server reads these only when it starts; the hash in its pod's annotations replaces the pod.
    read_at_start = digest({"configuration": configuration(args), "certificate": made.certificate})
    return Release(
        name,
        name=NAME,
        namespace=args.access.namespace,
        chart=VAULT.ref,
        version=VAULT.version,
        repository_opts=repository_of(VAULT),
        values=values(args, made, Output.unsecret(read_at_start)),
        max_history=10,
        timeout=SECONDS_PER_SERVER * args.replicas,
        opts=ResourceOptions(
            parent=parent,
            provider=args.access.provider,
            protect=args.deletion_protection,
            # The seal's grants, its private endpoint, the service account of the pods and the right to review
            # tokens are not among the chart's values.
            depends_on=[*args.ready, account, reviewer],
        ),
    )
