"""The APIs of Google Cloud, which a new project has switched off.

A resource that needs an API takes the project from here: `project=apis.compute` waits for that API by data
flow, and for no other. What it deliberately does not do: switch an API off with the stack; others in the
project may use it.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi import Output, Resource, ResourceOptions
from pulumi_gcp import projects


@dataclass(frozen=True, kw_only=True, slots=True)
class Apis:
    """The APIs that more than one component needs: in each field the project, once that API answers."""

    compute: Output[str]
    container: Output[str]
    iam: Output[str]
    kms: Output[str]
    monitoring: Output[str]
    service_networking: Output[str]
    storage: Output[str]


def enable_apis(name: str, project: str, *, parent: Resource) -> Apis:
    """Switch on, in parallel, what the foundation and the dependencies share."""

    def on(api: str) -> Output[str]:
        return enable_api(name, api, project, parent=parent)

    # No resource has these two APIs among its inputs, but granting a role needs Resource Manager, and a pod
    # that acts as a service account needs IAM Credentials (GKE documentation, "Authenticate to Google Cloud
    # APIs from GKE workloads", before you begin). So `iam`, which every identity takes, waits for these two
    # as well.
    others = [on("cloudresourcemanager"), on("iamcredentials")]
    return Apis(
        compute=on("compute"),
        container=on("container"),
        iam=Output.all(on("iam"), *others).apply(lambda known: known[0]),
        kms=on("cloudkms"),
        monitoring=on("monitoring"),
        service_networking=on("servicenetworking"),
        storage=on("storage"),
    )


def enable_api(name: str, api: str, project: str, *, parent: Resource) -> Output[str]:
    """Switch on `<api>.googleapis.com`; return the project to create its resources in."""
    service = projects.Service(
        f"{name}-{api}",
        service=f"{api}.googleapis.com",
        project=project,
        disable_on_destroy=False,
        opts=ResourceOptions(parent=parent),
    )
    return service.project
