"""All registrations have begun when the SDK begins to wait for them."""

from __future__ import annotations

import contextvars
from typing import Any, cast
from unittest import mock

import pulumi
from pulumi.runtime import mocks, set_mocks, stack
from pulumi.runtime.settings import (
    _get_rpc_manager,  # pyright: ignore[reportPrivateUsage]
    set_root_resource,
)
from pulumi.runtime.sync_await import _sync_await  # pyright: ignore[reportPrivateUsage]

from components.stack.registrations import begin_registrations

MADE = 3


class Answers(mocks.Mocks):
    def call(self, args: mocks.MockCallArgs) -> Any:
        raise AssertionError(f"nothing is looked up: {args.token}")

    def new_resource(self, args: mocks.MockResourceArgs) -> Any:
        return f"{args.name}-id", cast("Any", args).inputs


def begun(*, all_begin: bool) -> int:
    """How many calls of the engine are under way when the SDK waits for them."""
    set_mocks(Answers())
    set_root_resource(cast("Any", None))
    found: list[int] = []
    manager = cast("Any", _get_rpc_manager())
    wait = stack.wait_for_rpcs

    async def spied() -> None:
        found.append(len(manager.rpcs))
        await wait()

    def program() -> None:
        for number in range(MADE):
            pulumi.ComponentResource("rasa:tests:Beside", f"beside-{number}")
        if all_begin:
            begin_registrations()

    with mock.patch.object(stack, "wait_for_rpcs", spied):
        _sync_await(stack.run_in_stack(program))
    return found[0]


def test_registrations_have_begun() -> None:
    late = contextvars.copy_context().run(begun, all_begin=False)
    early = contextvars.copy_context().run(begun, all_begin=True)
    assert early - late >= MADE, "where the SDK lets them begin itself, begin_registrations can go"
