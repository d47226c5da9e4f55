"""Vault's servers: the official chart, with TLS everywhere, Raft, and the cloud's seal.

What it deliberately does not do: open Vault to the outside, inject secrets into pods, or keep a user
interface. People reach it with `kubectl port-forward`.
"""

from __future__ import annotations

from pulumi import Output, Resource, ResourceOptions
from pulumi_kubernetes.core import v1
from pulumi_kubernetes.helm.v3 import Release, RepositoryOptsArgs
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_kubernetes.rbac import v1 as rbac

from components.kubernetes.script_job import digest
from components.vault.args import CHART, CHART_VERSION, NAME, REPOSITORY, SERVER_ACCOUNT, VaultArgs
from components.vault.certificates import Certificates
from components.vault.values import configuration, values

SECONDS_PER_SERVER = 300
"""A node for it may have to be started first; then it joins, catches up and opens."""


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
    # Vault asks the cluster whose a pod's token is. The chart's own binding would have a name that is the
    # whole cluster's, where another Vault may be.
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
    # A server reads these when it starts, and nothing else would replace its pod.
    read_at_start = digest({"configuration": configuration(args), "certificate": made.certificate})
    return Release(
        name,
        name=NAME,
        namespace=args.access.namespace,
        chart=CHART,
        version=CHART_VERSION,
        repository_opts=RepositoryOptsArgs(repo=REPOSITORY),
        values=values(args, made, Output.unsecret(read_at_start)),
        max_history=10,
        timeout=SECONDS_PER_SERVER * args.replicas,
        opts=ResourceOptions(
            parent=parent,
            provider=args.access.provider,
            protect=args.deletion_protection,
            # The seal's grants and its way through the network, the account that the pods name, and the
            # right to review tokens: none of them is among the chart's values.
            depends_on=[*args.ready, account, reviewer],
        ),
    )
