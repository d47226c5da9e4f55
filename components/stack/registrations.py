"""Let all registrations begin before the SDK waits for them.

The program itself never waits, so none of them has begun when it ends. The SDK then finds no call to wait for
and waits for the hundreds of outputs instead, for all of them anew whenever some arrive. That took a quarter
of the processor time of a preview (`wait_for_rpcs` in the SDK's pulumi/runtime/stack.py, 3.272).
"""

from __future__ import annotations

import asyncio

import pulumi


def begin_registrations() -> None:
    """Once the program has ended, let every registration run up to its first call of the engine."""
    pulumi.run(_begin)


async def _begin() -> None:
    await asyncio.sleep(0)
