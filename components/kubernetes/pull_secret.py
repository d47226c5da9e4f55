"""The Secret with which the pods of a namespace pull their images."""

from __future__ import annotations

from pulumi import Output, ResourceOptions
from pulumi_kubernetes.core import v1
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.contract.images import PULL_SECRET

TYPE, KEY = "kubernetes.io/dockerconfigjson", ".dockerconfigjson"


def with_pull_secret(
    name: str, namespace: Output[str], logins: Output[str] | None, *, opts: ResourceOptions
) -> Output[str]:
    """The namespace's name; what is made with it comes after the Secret that its pods need."""
    if logins is None:
        return namespace
    made = v1.Secret(
        f"{name}-registry",
        metadata=ObjectMetaArgs(name=PULL_SECRET, namespace=namespace),
        type=TYPE,
        string_data={KEY: logins},
        opts=opts,
    )
    return Output.all(namespace, made.metadata).apply(lambda both: str(both[0]))
