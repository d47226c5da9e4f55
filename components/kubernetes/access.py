"""The way into the platform's cluster: the provider that makes everything in it, and Rasa's namespace."""

from __future__ import annotations

import pulumi_kubernetes as kubernetes
from pulumi import ComponentResource, Output, ResourceOptions
from pulumi_kubernetes.core import v1
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.contract.cluster import ClusterConfigMap, Kubernetes

POD_SECURITY = "restricted"
"""Pod Security Standard of the namespace: our pods and the charts', as we set them, comply."""
MODES = ("enforce", "audit", "warn")
"""What Kubernetes does about a pod that does not."""


class ClusterAccess(ComponentResource):
    """What whoever makes objects in the cluster needs; it makes Rasa's namespace where that is not there."""

    cluster: Kubernetes
    provider: kubernetes.Provider
    namespace: Output[str]
    """Rasa's, once it is there; in-cluster data stores and their Secrets live in it, too."""

    def __init__(self, name: str, args: Kubernetes, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:kubernetes:ClusterAccess", name, {}, opts)
        self.cluster = args
        self.provider = kubernetes.Provider(
            name,
            kubeconfig=args.kubeconfig,
            enable_server_side_apply=True,
            # A cluster that is gone takes its objects along; without this a destroy could never finish. Of
            # a cluster that is not ours, silence says nothing: what is in it would be forgotten, and stay.
            delete_unreachable=not args.shared,
            # An access entry that is missing would refuse the login.
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
