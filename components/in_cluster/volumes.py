"""A StorageClass, for a cluster that comes with a driver of volumes and no class that uses it."""

from __future__ import annotations

from pulumi import ComponentResource, Output, ResourceOptions
from pulumi_kubernetes.storage.v1 import StorageClass

from components.contract.cluster import Provisioner


class Volumes(ComponentResource):
    """One class for all in-cluster data stores; its volumes go when their claims do."""

    storage_class: Output[str]

    def __init__(self, name: str, args: Provisioner, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:in_cluster:Volumes", name, {}, opts)
        made = StorageClass(
            name,
            provisioner=args.name,
            parameters=args.parameters,
            allow_volume_expansion=True,
            # Only the pod says in which zone the volume has to be.
            volume_binding_mode="WaitForFirstConsumer",
            opts=ResourceOptions(parent=self),
        )
        self.storage_class = made.metadata.name
        self.register_outputs({"storageClass": self.storage_class})
