"""The provider for everything in the platform's cluster, and Rasa's namespace."""

from __future__ import annotations

import pulumi_kubernetes as kubernetes
from pulumi import ComponentResource, Output, ResourceOptions
from pulumi_kubernetes.core import v1
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.contract.cluster import ClusterConfigMap, Kubernetes

POD_SECURITY = "restricted"
"""Pod Security Standard of the namespace; the stack's own pods and the charts' comply with it."""
MODES = ("enforce", "audit", "warn")
"""What Kubernetes does about a pod that does not."""


class ClusterAccess(ComponentResource):
    """The provider and Rasa's namespace, which it creates unless the namespace exists."""

    cluster: Kubernetes
    provider: kubernetes.Provider
    namespace: Output[str]
    """Rasa's namespace, known once it exists; in-cluster data stores and their Secrets are in it, too."""

    def __init__(self, name: str, args: Kubernetes, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:kubernetes:ClusterAccess", name, {}, opts)
        self.cluster = args
        self.provider = kubernetes.Provider(
            name,
            kubeconfig=args.kubeconfig,
            enable_server_side_apply=True,
            # Objects in a cluster that is gone are gone: without this their deletion fails (a Release's fails
            # all the same: pulumi/pulumi-kubernetes #2675). An API of a cluster that the stack did not create
            # may be unreachable for a while: dropping its objects from the state would orphan them.
            delete_unreachable=not args.shared,
            # Without its access entry the cluster refuses the login.
            opts=ResourceOptions(parent=self, depends_on=list(args.ready)),
        )
        self.namespace = self._namespace()
        for setting in args.cluster_network.settings:
            self._tell(setting)
        self.register_outputs({"namespace": self.namespace})

    def _tell(self, setting: ClusterConfigMap) -> None:
        v1.ConfigMap(
            setting.name,
            metadata=ObjectMetaArgs(name=setting.name, namespace=setting.namespace),
            data=setting.data,
            opts=ResourceOptions(parent=self, provider=self.provider),
        )

    def _namespace(self) -> Output[str]:
        if self.cluster.has_namespace:
            return Output.from_input(self.cluster.namespace)
        # Its name is fixed: the clouds bind pod identities to it.
        made = v1.Namespace(
            "namespace",
            metadata=ObjectMetaArgs(
                name=self.cluster.namespace,
                labels={f"pod-security.kubernetes.io/{mode}": POD_SECURITY for mode in MODES},
            ),
            opts=ResourceOptions(parent=self, provider=self.provider),
        )
        return made.metadata.name
