"""The Google Cloud provider that all of a stack's Google resources are given explicitly."""

from __future__ import annotations

import pulumi_gcp as gcp
from pulumi import ProviderResource, ResourceOptions

from components.contract.provider import ProviderArgs


def Provider(name: str, args: ProviderArgs, opts: ResourceOptions | None = None) -> ProviderResource:  # noqa: N802 - called like a component
    """One region, one project, the stack's labels on everything; credentials come from the caller's session.

    A project is always named (`rules/stack.py` asks for it): without one the provider takes whatever project
    the caller's `gcloud` is set to. It must have billing, and the API by which it enables all other APIs
    (`gcloud services enable serviceusage.googleapis.com cloudresourcemanager.googleapis.com`).
    """
    return gcp.Provider(name, project=args.account, region=args.region, default_labels=args.tags, opts=opts)
