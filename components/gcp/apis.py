"""The APIs of Google Cloud, which a new project has switched off.

Whoever needs an API takes the project from here: `project=apis.compute` waits for the API by data flow, and
for no other API. What it deliberately does not do: switch an API off with the stack; somebody else may use
it.
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
    """Switch on, side by side, what the foundation and its tenants share."""

    def on(api: str) -> Output[str]:
        return enable_api(name, api, project, parent=parent)

    # Without these two nothing waits by data flow: granting a role asks Resource Manager, and a pod that acts
    # as a service account asks IAM Credentials (GKE documentation, "Authenticate to Google Cloud APIs from
    # GKE workloads", before you begin). So IAM, which nobody gets around, stands for them.
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
