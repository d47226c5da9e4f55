"""Model storage inside Kubernetes: a volume, from which Rasa's pods read and to which people copy models.

A volume rather than a server that speaks S3: MinIO's community edition is archived, and a single server of
another kind would still keep the models on a volume. How a model comes in: README, "On a cluster of your own"
(`docs/model-upload.yaml`); Rasa mounts it read-only.

In `dev` one node has it (ReadWriteOnce). In production Rasa's pods run on several, so many nodes must be able
to mount it (ReadWriteMany): `rasa:modelStorage.storageClass` names a class for that, and without it the
settings are refused (`rules/stack.py`). With a class that cannot, the claim stays Pending, and its events say
why.
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
"""A trained model has some hundred megabytes; old ones stay until a person deletes them."""


class ModelStorage(ComponentResource):
    """One claim."""

    connection: Volume

    def __init__(
        self, name: str, args: ModelStorageArgs[Placement], opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("rasa:in_cluster:ModelStorage", name, {}, opts)
        claim = v1.PersistentVolumeClaim(
            name,
            # People type this name when they copy a model.
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
