"""Has all that makes pods have what `rasa:registry` and `rasa:pods` say."""

from __future__ import annotations

from pulumi import ResourceTransformationArgs, ResourceTransformationResult
from pulumi.runtime import register_stack_transformation

from components.config.pods import Metadata, Pods
from components.config.settings import Settings
from components.kubernetes import pod_settings as k
from components.stack.registry import use_registry


def settle_pods(settings: Settings) -> None:
    """Before the first resource; where nothing is set, nothing changes."""
    _place(settings.pods)
    use_registry(settings.registry)  # after it, for in a mirror a chart has another name


def _place(pods: Pods) -> None:
    tolerations = [one.model_dump(by_alias=True, exclude_none=True) for one in pods.tolerations]
    fields: k.Fields = {
        **_metadata(pods),
        k.NODE_SELECTOR: pods.node_selector,
        k.TOLERATIONS: tolerations,
        k.PRIORITY: pods.priority_class_name,
    }
    settings = k.PodSettings(
        pods={name: value for name, value in fields.items() if value},
        services=_metadata(pods.services),
        service_accounts=_metadata(pods.service_accounts),
    )

    def change(args: ResourceTransformationArgs) -> ResourceTransformationResult:
        return ResourceTransformationResult(props=settings.apply(args.type_, args.props), opts=args.opts)

    if settings.pods or settings.services or settings.service_accounts:
        register_stack_transformation(change)


def _metadata(given: Metadata) -> k.Fields:
    found = {k.LABELS: given.labels, k.ANNOTATIONS: given.annotations}
    return {name: value for name, value in found.items() if value}
