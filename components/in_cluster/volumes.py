"""A StorageClass, for a cluster that has a CSI driver and no class for it."""

from __future__ import annotations

from pulumi import ComponentResource, Output, ResourceOptions
from pulumi_kubernetes.storage.v1 import StorageClass

from components.contract.cluster import Provisioner


class Volumes(ComponentResource):
    """One class for all in-cluster data stores; a volume is deleted with its claim."""

    storage_class: Output[str]

    def __init__(self, name: str, args: Provisioner, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:in_cluster:Volumes", name, {}, opts)
        made = StorageClass(
            name,
            provisioner=args.name,
            parameters=args.parameters,
            allow_volume_expansion=True,
            # The volume is created in the zone of the pod that mounts it, so it waits for the pod.
            volume_binding_mode="WaitForFirstConsumer",
            opts=ResourceOptions(parent=self),
        )
        self.storage_class = made.metadata.name
        self.register_outputs({"storageClass": self.storage_class})
