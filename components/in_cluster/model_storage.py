"""Model storage inside Kubernetes: a volume, from which Rasa's pods read and to which people copy models.

A volume rather than a server that speaks S3: MinIO's community edition is archived, and a single one of the
others would still be a volume behind one more thing to run. How a model comes in: README, "On a cluster of
your own" (`docs/model-upload.yaml`); Rasa mounts it read-only.

In `dev` one node has it (ReadWriteOnce). In production Rasa's pods run on several, so it must be one that
many nodes can have at once (ReadWriteMany): `rasa:modelStorage.storageClass` names a class that can, and
without it there is an error before anything is made (`rules/stack.py`). A class that cannot leaves the claim
pending, and its events say so.
"""

from __future__ import annotations

from collections.abc import Mapping

from pulumi import ComponentResource, ResourceOptions
from pulumi_kubernetes.core import v1
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.contract.connections import Volume
from components.contract.provider import ModelStorageArgs
from components.contract.terms import Profile, Size
from components.in_cluster.placement import Placement

ACCESS: Mapping[Profile, str] = {"dev": "ReadWriteOnce", "production": "ReadWriteMany"}
STORAGE: Mapping[Size, str] = {"small": "2Gi", "medium": "10Gi", "large": "50Gi"}
"""A trained model is some hundred megabytes; old ones stay for as long as people like."""


class ModelStorage(ComponentResource):
    """One claim."""

    connection: Volume

    def __init__(
        self, name: str, args: ModelStorageArgs[Placement], opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("rasa:in_cluster:ModelStorage", name, {}, opts)
        claim = v1.PersistentVolumeClaim(
            name,
            # People name it when they copy a model in.
            metadata=ObjectMetaArgs(name=name, namespace=args.placement.access.namespace),
            spec=v1.PersistentVolumeClaimSpecArgs(
                access_modes=[ACCESS[args.profile]],
                storage_class_name=args.placement.storage_class,
                resources=v1.VolumeResourceRequirementsArgs(requests={"storage": STORAGE[args.size]}),
            ),
            opts=ResourceOptions(parent=self, protect=args.deletion_protection),
        )
        self.connection = Volume(claim=claim.metadata.name, ready=(claim,))
        self.register_outputs({"claim": self.connection.claim})
