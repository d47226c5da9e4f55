"""Has every image and chart of the stack come from where `rasa:registry` says."""

from __future__ import annotations

from pulumi import Output, ResourceTransformationArgs, ResourceTransformationResult
from pulumi.runtime import register_stack_transformation

from components.config.model import secret
from components.config.registry import Registry
from components.contract.images import PULL_SECRET
from components.kubernetes.image_sources import ImageSources


def pull_secret(registry: Registry) -> Output[str] | None:
    """The logins that the stack keeps in a Secret of each namespace."""
    return None if registry.pull_secret is None else secret(registry.pull_secret)


def use_registry(registry: Registry) -> None:
    """Before the first resource; where nothing is set, nothing changes."""
    sources = ImageSources(
        mirror=registry.mirror,
        pull_secret=registry.existing_pull_secret if registry.pull_secret is None else PULL_SECRET,
        login=None if registry.login is None else (registry.login[0], Output.secret(registry.login[1])),
    )

    def change(args: ResourceTransformationArgs) -> ResourceTransformationResult:
        return ResourceTransformationResult(props=sources.apply(args.type_, args.props), opts=args.opts)

    if sources.mirror is not None or sources.pull_secret is not None:
        register_stack_transformation(change)
