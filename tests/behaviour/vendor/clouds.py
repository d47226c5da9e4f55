"""A recorded resource held against its vendor's data."""

from __future__ import annotations

from collections.abc import Iterator

from tests.behaviour.vendor import aws, azure, gcp
from tests.behaviour.vendor.schema import Compared, compare
from tests.recorder import Recorded

PREFIXES = {"aws": "aws:", "azure": "azure-native:", "gcp": "gcp:"}
SCHEMAS = {"aws": aws.schema, "azure": azure.schema, "gcp": gcp.schema}


def compared(resource: Recorded) -> Iterator[Compared]:
    """Each of its values that the vendor limits; none where the vendor says nothing of its type."""
    for cloud, prefix in PREFIXES.items():
        if resource.type.startswith(prefix):
            yield from compare(resource.inputs, SCHEMAS[cloud](resource.type), resource.type)
