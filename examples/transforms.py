"""A company's own rules (docs/own-rules.md): copy this file to stacks/transforms.py, and change it there."""

from __future__ import annotations

from pulumi import ResourceTransformArgs, ResourceTransformResult

BOUNDARY = "arn:aws:iam::111122223333:policy/platform-boundary"
PATH = "/platform/"


def bounded_roles(given: ResourceTransformArgs) -> ResourceTransformResult | None:
    """Let no IAM role of the stack do more than the boundary allows, and keep them below one path."""
    if given.type_ != "aws:iam/role:Role":
        return None
    return ResourceTransformResult(
        props={**given.props, "permissionsBoundary": BOUNDARY, "path": PATH}, opts=given.opts
    )


TRANSFORMS = [bounded_roles]
