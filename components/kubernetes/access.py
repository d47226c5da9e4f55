"""The provider for everything in the platform's cluster, and Rasa's namespace."""

from __future__ import annotations

from dataclasses import replace

import pulumi_kubernetes as kubernetes
from pulumi import ComponentResource, Output, ResourceOptions
from pulumi_kubernetes.core import v1
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.contract.cluster import OPEN_LABEL, ClusterConfigMap, Kubernetes, ObjectKey
from components.kubernetes.pull_secret import with_pull_secret

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
            # Without it another address, authority or proxy is another cluster to the provider, and all that
            # is in it would be made anew (pulumi-kubernetes, provider/pkg/provider/provider.go, DiffConfig).
            cluster_identifier=args.identifier,
            enable_server_side_apply=True,
            # Objects in a cluster of the stack's that is gone are gone: without this their deletion fails (a
            # Release's fails all the same: pulumi/pulumi-kubernetes #2675). The API of a cluster that is not
            # the stack's may be silent for a while, and a protected stack forgets no object either: unset,
            # it leaves that to PULUMI_K8S_DELETE_UNREACHABLE, which False would overrule.
            delete_unreachable=None if args.shared or args.deletion_protection else True,
            # Without its access entry the cluster refuses the login.
            opts=ResourceOptions(parent=self, depends_on=list(args.ready)),
        )
        self.namespace = with_pull_secret(
            name,
            self._namespace(),
            args.pull_secret,
            opts=ResourceOptions(parent=self, provider=self.provider),
        )
        for setting in args.cluster_network.settings:
            self._tell(setting)
        if args.authorities is not None:
            self.cluster = replace(args, trust=self._trust(args.authorities))
        self.register_outputs({"namespace": self.namespace})

    def _tell(self, setting: ClusterConfigMap) -> None:
        v1.ConfigMap(
            setting.name,
            metadata=ObjectMetaArgs(name=setting.name, namespace=setting.namespace),
            data=setting.data,
            opts=ResourceOptions(parent=self, provider=self.provider),
        )

    def _trust(self, authorities: str) -> ObjectKey:
        key = "bundle.pem"
        made = v1.ConfigMap(
            "authorities",
            metadata=ObjectMetaArgs(namespace=self.namespace),
            # Named anew when it changes, and so the pods are: clients read it once.
            immutable=True,
            data={key: authorities},
            opts=ResourceOptions(parent=self, provider=self.provider),
        )
        return ObjectKey(kind="configMap", name=made.metadata.name, key=key)

    def _namespace(self) -> Output[str]:
        if self.cluster.has_namespace:
            return Output.from_input(self.cluster.namespace)
        # Its name is fixed: the clouds bind pod identities to it.
        made = v1.Namespace(
            "namespace",
            metadata=ObjectMetaArgs(
                name=self.cluster.namespace,
                labels={
                    **{f"pod-security.kubernetes.io/{mode}": POD_SECURITY for mode in MODES},
                    **({} if self.cluster.closed else OPEN_LABEL),
                },
            ),
            # Every volume of the stack's data goes with it.
            opts=ResourceOptions(
                parent=self, provider=self.provider, protect=self.cluster.deletion_protection
            ),
        )
        return made.metadata.name
