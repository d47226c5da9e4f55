"""What keeps a slip of the hand from doing harm: protection, and two entries in the stack's state.

- The first resource of all is what the stack is (`config/identity.py`). A hook of the engine compares it, in
  a preview and in an `up`, before anything else may begin: every provider waits for it. A run of parts of the
  stack (`--target`, `--exclude`) does not update it, so that no hook is called: the program compares it then.
- Each resource that holds data (`contract/data_stores.py`) is protected by the engine, which refuses in a
  preview, too; a cloud's own protection refuses when half of an `up` is done.
- The last one depends on all others, so that `pulumi destroy` begins with it (`destroy_guard.py`).

Both entries are `pulumi.Stash`, a resource of the engine's own that is nowhere but in the state.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pulumi
from pulumi import (
    Output,
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

from components.config.identity import Facts, facts, refusals, unnoted, warnings
from components.config.settings import Settings
from components.contract.data_stores import GO_WITH_PROTECTION, OBJECTS, content
from components.contract.errors import ConfigurationError
from components.stack.destroy_guard import DestroyGuard

IDENTITY = "what-this-stack-is"
UNSET = "<unset>"
PROVIDERS = "pulumi:providers:"


class Safeguards:
    """Begins with what the stack is, and ends with what forbids to destroy it."""

    def __init__(self, settings: Settings, *, stack: str) -> None:
        self._settings = settings
        now = facts(settings)
        identity = Stash(
            IDENTITY,
            input=_noted(now),
            opts=ResourceOptions(
                protect=settings.protected,
                hooks=ResourceHookBinding(before_update=[_comparison(stack)]),
            ),
        )
        # After its update this is `now`; of what a run leaves out, the engine answers with the state.
        known = cast("Output[Facts]", vars(identity)["input"])
        self._compared: Output[Resource] = known.apply(
            lambda was: _compared(identity, stack, _read(was), now)
        )
        self._guard = DestroyGuard()
        register_stack_transformation(self._see)

    def close(self) -> None:
        """Everything is there: forbid to destroy it, if the settings say so."""
        self._guard.close("rasa:deletionProtection", protected=self._settings.protected)

    def _see(self, args: ResourceTransformationArgs) -> ResourceTransformationResult:
        """Protect a resource that holds data, and have providers wait for the comparison."""
        if args.type_.startswith(PROVIDERS):
            # That the identity was compared shows in no value.
            args.opts.depends_on = [*cast("Sequence[Resource]", args.opts.depends_on or ()), self._compared]
        holds_data = args.type_ not in GO_WITH_PROTECTION and content(args.type_, args.props)
        if self._settings.protected and holds_data:
            kept = args.type_ in OBJECTS
            args.opts.protect, args.opts.retain_on_delete = not kept, kept or args.opts.retain_on_delete
        return ResourceTransformationResult(props=args.props, opts=args.opts)


def _comparison(stack: str) -> ResourceHook:
    def compare(args: ResourceHookArgs) -> None:
        _compare(
            stack, *(_read((inputs or {}).get("input", {})) for inputs in (args.old_inputs, args.new_inputs))
        )

    return ResourceHook(IDENTITY, compare, ResourceHookOptions(on_dry_run=True))


def _compared(identity: Resource, stack: str, before: Facts, after: Facts) -> Resource:
    """Compare in a run that leaves the identity out, which lifts no protection, either."""
    _compare(stack, before, after, whole=False)
    return identity


def _compare(stack: str, before: Facts, after: Facts, *, whole: bool = True) -> None:
    problems = refusals(before, after) + ([] if whole else unnoted(before, after))
    if problems:
        raise ConfigurationError(stack, problems)
    for text in warnings(before, after):
        pulumi.log.warn(text)


def _noted(known: Facts) -> Facts:
    """As the state keeps it: the engine leaves out of its answers what is null."""
    return {key: UNSET if fact is None else fact for key, fact in known.items()}


def _read(known: Facts) -> Facts:
    return {key: None if fact == UNSET else fact for key, fact in known.items()}
