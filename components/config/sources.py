"""Where a dependency comes from, and what the blocks of the stack file share.

Peers: `managed` (the cloud runs it), `in-cluster` (an operator runs it in Kubernetes), `existing` (it runs
already, elsewhere). `from` says which; a block without `from` is managed. What an existing dependency asks
for stands in the dependency's file, with the connection that it becomes: plain functions, not components,
since no resource is made, and no alarms, backups or protection come with it.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from components.config.cluster import ManagedCluster
from components.config.model import Model
from components.config.patterns import OBJECT_NAME
from components.contract.terms import Profile, Size


class Managed(Model):
    """The cloud of the stack runs it."""

    source: Literal["managed"] = Field(default="managed", alias="from")
    size: Size | None = None
    """small, medium or large; by default small in dev and medium in production."""
    profile: Profile | None = None
    """dev or production for this dependency alone; by default the stack's."""


class InClusterStore(Model):
    """A data store that runs in the stack's Kubernetes cluster, with a volume."""

    source: Literal["in-cluster"] = Field(alias="from")
    size: Size | None = None
    """small, medium or large; by default small in dev and medium in production."""
    profile: Profile | None = None
    """dev or production for this dependency alone; by default the stack's."""
    storage_class: str | None = Field(default=None, pattern=OBJECT_NAME)
    """StorageClass of its volumes; by default the one of cluster.storageClass."""


Sized = Managed | InClusterStore | ManagedCluster
"""Whatever has a profile and a size."""
