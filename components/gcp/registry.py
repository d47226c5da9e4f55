"""Lets the cluster's nodes pull from an Artifact Registry that exists, in whichever project it is."""

from __future__ import annotations

from pulumi import Output, Resource, ResourceOptions
from pulumi_gcp import artifactregistry

ROLE = "roles/artifactregistry.reader"
"""Artifact Registry documentation, "Configure access control", "Roles"."""


def let_nodes_pull(name: str, registry: str, member: Output[str], *, parent: Resource) -> Resource:
    """Grant the nodes' account the right to read a repository (`projects/…/locations/…/repositories/…`)."""
    _, project, _, location, _, repository = registry.split("/")
    return artifactregistry.RepositoryIamMember(
        f"{name}-registry",
        project=project,
        location=location,
        repository=repository,
        role=ROLE,
        member=member,
        opts=ResourceOptions(parent=parent),
    )
