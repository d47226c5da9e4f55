"""What `pulumi destroy` begins with, and ends with while the stack is protected.

The engine looks at protection one deletion at a time, and would take down all that stands on a protected
database before it comes to the database (pulumi, pkg/resource/deploy/step_generator.go, ScheduleDeletes, and
step.go, DeleteStep.Apply). So one more entry of the stack's state, a `pulumi.Stash`, depends on all others.
"""

from __future__ import annotations

from pulumi import (
    CustomResource,
    Resource,
    ResourceOptions,
    ResourceTransformationArgs,
    ResourceTransformationResult,
    Stash,
)
from pulumi.runtime import register_stack_transformation


class DestroyGuard:
    """Notes each resource that is made after it; `close` forbids to destroy them."""

    def __init__(self) -> None:
        self._made: list[Resource] = []
        self._components: list[Resource] = []
        register_stack_transformation(self._note)

    def close(self, key: str, *, protected: bool) -> None:
        """Everything is there: forbid to destroy it as long as `key` of the stack file says so."""
        opts = ResourceOptions(
            protect=protected,
            # A destroy deletes this first, and all of that later. A component is no dependency, only what is
            # in it: an empty one comes by `replace_with`. None is ever replaced, so that this says no more.
            depends_on=[*self._made],
            replace_with=[*self._components],
        )
        # The engine's refusal names the resource: so its name says what to do.
        Stash(f"{key} must be false before a destroy", input=protected, opts=opts)

    def _note(self, args: ResourceTransformationArgs) -> ResourceTransformationResult:
        (self._made if isinstance(args.resource, CustomResource) else self._components).append(args.resource)
        return ResourceTransformationResult(props=args.props, opts=args.opts)
