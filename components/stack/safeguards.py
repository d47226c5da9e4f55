"""What keeps a slip of the hand from doing harm: protection, and two entries in the stack's state.

- The first resource of all is what the stack is (`config/identity.py`). A hook of the engine compares it, in
  a preview and in an `up`, before anything else may begin: every provider waits for it.
- Each resource that holds data (`contract/data_stores.py`) is protected by the engine, which refuses in a
  preview, too; a cloud's own protection refuses when half of an `up` is done.
- The last one depends on all others, so that `pulumi destroy` begins with it: while the stack is protected it
  ends there, too. The engine looks at protection one deletion at a time, and would take down all that stands
  on a protected database before it comes to the database (pulumi, pkg/resource/deploy/step_generator.go,
  ScheduleDeletes, and step.go, DeleteStep.Apply).

Both entries are `pulumi.Stash`, a resource of the engine's own that is nowhere but in the state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import pulumi
from pulumi import (
    CustomResource,
    Resource,
    ResourceHook,
    ResourceHookArgs,
    ResourceHookBinding,
    ResourceHookOptions,
    ResourceOptions,
    ResourceTransformationArgs,
    ResourceTransformationResult,
    Stash,
)
from pulumi.runtime import register_stack_transformation

from components.config.identity import Facts, facts, refusals
from components.config.settings import Settings
from components.contract.data_stores import OBJECTS, content
from components.contract.errors import ConfigurationError

IDENTITY = "what-this-stack-is"
GUARD = "rasa:deletionProtection must be false before a destroy"
"""The engine's refusal names the resource: so its name says what to do."""
PROVIDERS = "pulumi:providers:"


class Safeguards:
    """Begins with what the stack is, and ends with what forbids to destroy it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._made: list[Resource] = []
        self._components: list[Resource] = []
        self._identity = Stash(
            IDENTITY,
            input=facts(settings),
            opts=ResourceOptions(
                protect=settings.protected,
                hooks=ResourceHookBinding(before_update=[_comparison(pulumi.get_stack())]),
            ),
        )
        register_stack_transformation(self._see)

    def close(self) -> None:
        """Everything is there: forbid to destroy it, if the settings say so."""
        opts = ResourceOptions(
            protect=self._settings.protected,
            # A destroy deletes this first, and all of that later. A component is no dependency, only what is
            # in it: an empty one comes by `replace_with`. None is ever replaced, so that this says no more.
            depends_on=[*self._made],
            replace_with=[*self._components],
        )
        Stash(GUARD, input=self._settings.protected, opts=opts)

    def _see(self, args: ResourceTransformationArgs) -> ResourceTransformationResult:
        """Note each resource, protect it if it holds data, have providers wait for the comparison."""
        (self._made if isinstance(args.resource, CustomResource) else self._components).append(args.resource)
        if args.type_.startswith(PROVIDERS):
            # That the identity was compared shows in no value.
            args.opts.depends_on = [*cast("Sequence[Resource]", args.opts.depends_on or ()), self._identity]
        if self._settings.protected and content(args.type_, args.props):
            kept = args.type_ in OBJECTS
            args.opts.protect, args.opts.retain_on_delete = not kept, kept or args.opts.retain_on_delete
        return ResourceTransformationResult(props=args.props, opts=args.opts)


def _comparison(stack: str) -> ResourceHook:
    def compare(args: ResourceHookArgs) -> None:
        problems = refusals(_facts(args.old_inputs), _facts(args.new_inputs))
        if problems:
            raise ConfigurationError(stack, problems)

    return ResourceHook(IDENTITY, compare, ResourceHookOptions(on_dry_run=True))


def _facts(inputs: Mapping[str, Any] | None) -> Facts:
    return cast("Facts", (inputs or {}).get("input", {}))
